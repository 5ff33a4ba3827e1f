using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Nn;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Training;

/// <summary>
/// Trains a classifier: cross-entropy, AdamW, a warm-up and cosine learning rate, a moving average of the weights, and
/// images changed a little each time they are seen. A run depends on its configuration and its data alone.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ClassifierTrainer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly MnistSource<T> _data;
    private readonly RandomSource _random;
    private readonly LearningRateSchedule _rates;
    private readonly ImageAugmentation _augmentation;
    private readonly AdamW<T> _optimizer;
    private readonly ExponentialMovingAverage<T> _average;

    /// <summary>Prepares a run.</summary>
    /// <param name="network">The sizes of the classifier.</param>
    /// <param name="train">The whole training set; the last <see cref="ClassifierTrainingConfiguration.HeldOut"/> images are not used.</param>
    /// <param name="configuration">The settings.</param>
    /// <exception cref="ArgumentException">No image is left to train with, or the classifier has too few classes.</exception>
    public ClassifierTrainer(MnistClassifierConfiguration network, MnistSet train, ClassifierTrainingConfiguration configuration)
    {
        if (configuration.HeldOut >= train.Count)
            throw new ArgumentException($"{configuration.HeldOut} of {train.Count} training images are to be held out; at least one must be left.", nameof(train));
        if (network.Classes < MnistSet.Classes)
            throw new ArgumentException($"The classifier has {network.Classes} classes, but the data {MnistSet.Classes}.", nameof(network));
        Configuration = configuration;
        _random = new RandomSource(configuration.Seed);
        Network = new MnistClassifier<T>(network, _random);
        _data = new MnistSource<T>(train.Range(0, train.Count - configuration.HeldOut));
        _rates = LearningRateSchedule.WarmupCosine(
            configuration.LearningRate, Math.Min(configuration.Warmup, configuration.Iterations), configuration.Iterations);
        _augmentation = new ImageAugmentation(configuration.MaxShift, configuration.MaxTurn, configuration.MaxScale);
        _optimizer = new AdamW<T>(Network.Parameters) { LearningRate = configuration.LearningRate, WeightDecay = configuration.WeightDecay };
        _average = new ExponentialMovingAverage<T>(Network, configuration.Ema);
    }

    /// <summary>The network that learns.</summary>
    public MnistClassifier<T> Network { get; }

    /// <summary>The settings.</summary>
    public ClassifierTrainingConfiguration Configuration { get; }

    /// <summary>The number of steps taken.</summary>
    public int StepsTaken => (int)_optimizer.Steps;

    /// <summary>A classifier with the averaged weights.</summary>
    public MnistClassifier<T> Averaged()
    {
        var averaged = new MnistClassifier<T>(Network.Configuration, new RandomSource(0));
        _average.CopyTo(averaged);
        return averaged;
    }

    /// <summary>Takes the remaining steps.</summary>
    /// <param name="onStep">Called after every step.</param>
    /// <param name="cancellation">Stops after the step that is under way.</param>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    /// <exception cref="InvalidOperationException">The loss is no longer a number.</exception>
    public void Run(Action<TrainingProgress>? onStep = null, CancellationToken cancellation = default)
    {
        while (StepsTaken < Configuration.Iterations)
        {
            cancellation.ThrowIfCancellationRequested();
            var progress = Step();
            onStep?.Invoke(progress);
        }
    }

    /// <summary>Takes one step.</summary>
    /// <exception cref="InvalidOperationException">The loss is no longer a number.</exception>
    public TrainingProgress Step()
    {
        using var tape = Tape<T>.Start();
        int step = StepsTaken;
        var draw = _random.At(step);
        var original = tape.Rent(_data.BatchShape(Configuration.Batch));
        int[] labels = tape.RentIndices(Configuration.Batch);
        _data.Fill(original, labels, draw);
        var images = tape.Rent(original.Shape);
        _augmentation.Apply(original, images, draw.For(Purpose.Noise));

        var loss = Loss.CrossEntropy(Network.Forward(tape, images).Logits, labels);
        double value = double.CreateChecked(loss.Value.ToScalar());
        if (!double.IsFinite(value))
            throw new InvalidOperationException($"The loss of step {step + 1} is {value}: a smaller learning rate than {Configuration.LearningRate} may help.");
        tape.Backward(loss);
        _optimizer.LearningRate = _rates.At(step);
        _optimizer.Step();
        _average.Update();
        return new TrainingProgress(StepsTaken, Configuration.Iterations, value, _optimizer.LearningRate);
    }
}
