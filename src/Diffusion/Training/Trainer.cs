using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Models;
using Diffusion.Nn;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Training;

/// <summary>What a step of training reports.</summary>
/// <param name="Step">The number of steps taken, this one included.</param>
/// <param name="Steps">The number of steps of the whole run.</param>
/// <param name="Loss">The loss of this step's batch.</param>
/// <param name="LearningRate">The learning rate of this step.</param>
public readonly record struct TrainingProgress(int Step, int Steps, double Loss, double LearningRate);

/// <summary>
/// Trains a network to predict noise, x_0 or v: DDPM's Algorithm 1 with label dropout, AdamW, a warm-up and cosine learning rate,
/// and a moving average of the weights. Step k of a run depends on the seed and on what steps 1 ... k - 1 left, and on
/// nothing else: a run that was stopped and resumed ends with the same bytes.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public class Trainer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IDataSource<T> _data;
    private readonly RandomSource _random;
    private readonly LearningRateSchedule _rates;
    private readonly List<float> _losses = [];

    // What is drawn for each sample of a step.
    private readonly double[] _times, _chances;
    private readonly int[] _steps;

    /// <summary>Prepares a run from its beginning.</summary>
    /// <exception cref="ArgumentException">Data and network have different numbers of classes, or settings that do not go together.</exception>
    public Trainer(DenoisingNetwork<T> network, NoiseSchedule schedule, IDataSource<T> data, TrainingConfiguration configuration)
    {
        if (data.Classes > network.Classes)
            throw new ArgumentException($"The data have {data.Classes} classes, but the network knows {network.Classes}.", nameof(data));
        if (configuration.MinSnrGamma > 0 && configuration.Loss != LossKind.L2)
            throw new ArgumentException($"Min-SNR weights squared errors, so the loss must be L2, not {configuration.Loss}.", nameof(configuration));
        if (network.LearnsVariance && (configuration.Parameterisation != Parameterisation.Epsilon || configuration.Times != TimeSampling.Discrete || schedule.T < 2))
            throw new ArgumentException($"A network learns the variance with the noise of whole steps, T at least 2; not with {configuration.Parameterisation}, {configuration.Times} times and T = {schedule.T}.", nameof(configuration));
        Network = network;
        Schedule = schedule;
        Configuration = configuration;
        _data = data;
        _random = new RandomSource(configuration.Seed);
        (_times, _chances, _steps) = (new double[configuration.Batch], new double[configuration.Batch], new int[configuration.Batch]);
        _rates = LearningRateSchedule.WarmupCosine(
            configuration.LearningRate, Math.Min(configuration.Warmup, configuration.Iterations), configuration.Iterations);
        Optimizer = new AdamW<T>(network.Parameters) { LearningRate = configuration.LearningRate, WeightDecay = configuration.WeightDecay };
        Average = new ExponentialMovingAverage<T>(network, configuration.Ema);
    }

    /// <summary>The network that learns.</summary>
    public DenoisingNetwork<T> Network { get; }

    /// <summary>The schedule of the noise.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>The data.</summary>
    public IDataSource<T> Data => _data;

    /// <summary>The settings.</summary>
    public TrainingConfiguration Configuration { get; }

    /// <summary>The optimiser.</summary>
    public AdamW<T> Optimizer { get; }

    /// <summary>The moving average of the weights, which is what samples.</summary>
    public ExponentialMovingAverage<T> Average { get; }

    /// <summary>The number of steps taken.</summary>
    public int StepsTaken => (int)Optimizer.Steps;

    /// <summary>The loss of every step so far.</summary>
    public IReadOnlyList<float> Losses => _losses;

    /// <summary>Takes the remaining steps.</summary>
    /// <param name="onStep">Called after every step.</param>
    /// <param name="cancellation">Stops after the step that is under way; the state is that of a run that can be resumed.</param>
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
        var x0 = tape.Rent(_data.BatchShape(Configuration.Batch));
        int[] labels = tape.RentIndices(Configuration.Batch);
        _data.Fill(x0, labels, draw);
        DropLabels(labels, draw);
        double[] t = _times;
        DrawTimes(draw.For(Purpose.Time), t);
        var noise = tape.Rent(x0.Shape);
        draw.For(Purpose.Noise).Normal(noise.Span, x0.Length / x0.Shape[0]);
        var xt = tape.Rent(x0.Shape);
        Schedule.QSample(x0, t, noise, xt);                          // assignment eq. 3

        var loss = LossOf(tape, xt, t, labels, Target(tape, x0, xt, t, labels, noise), noise);   // assignment eq. 9
        double value = double.CreateChecked(loss.Value.Span[0]);
        if (!double.IsFinite(value))
            throw new InvalidOperationException($"The loss of step {step + 1} is {value}: a smaller learning rate than {Configuration.LearningRate} may help.");
        tape.Backward(loss);
        if (Configuration.ClipGradients > 0)
            _ = GradientClipping.ByGlobalNorm(Optimizer.Parameters, Configuration.ClipGradients);
        Optimizer.LearningRate = _rates.At(step);
        Optimizer.Step();
        Average.Update();
        _losses.Add((float)value);
        return new TrainingProgress(StepsTaken, Configuration.Iterations, value, Optimizer.LearningRate);
    }

    /// <summary>Continues where another run stopped: its weights, moments and averages have been copied into place.</summary>
    internal void Resume(int steps, IReadOnlyList<long>? parameterSteps, IEnumerable<float> losses)
    {
        Optimizer.Resume(steps, parameterSteps);
        Average.Resume(steps);
        _losses.Clear();
        _losses.AddRange(losses);
    }

    /// <summary>What the network is to predict from x_t.</summary>
    /// <param name="tape">The tape of the step, for memory.</param>
    /// <param name="x0">The data, [N, ...].</param>
    /// <param name="xt">The noisy data.</param>
    /// <param name="t">The times, [N].</param>
    /// <param name="labels">The labels, [N], -1 where dropped.</param>
    /// <param name="noise">The noise in x_t.</param>
    internal virtual Tensor<T> Target(Tape<T> tape, Tensor<T> x0, Tensor<T> xt, double[] t, int[] labels, Tensor<T> noise)
    {
        if (Configuration.Parameterisation == Parameterisation.X0)
            return x0;
        if (Configuration.Parameterisation == Parameterisation.Epsilon)
            return noise;
        var velocity = tape.Rent(x0.Shape);
        Schedule.VelocityOf(x0, t, noise, velocity);
        return velocity;
    }

    private Variable<T> LossOf(Tape<T> tape, Tensor<T> xt, double[] t, int[] labels, Tensor<T> target, Tensor<T> noise)
    {
        if (!Network.LearnsVariance)
            return LossOf(tape, Network.Forward(tape, xt, t, labels), target, t);

        // The hybrid of Improved DDPM: t is uniform here, and the bound is a sum over all t.
        var (predicted, variance) = Network.ForwardWithVariance(tape, xt, t, labels);
        return LossOf(tape, predicted, target, t)
            + (T.CreateTruncating(Configuration.BoundWeight * Schedule.T) * VariationalBound.Of(Schedule, t, noise, predicted.Value, variance));
    }

    private Variable<T> LossOf(Tape<T> tape, Variable<T> predicted, Tensor<T> target, double[] t)
    {
        switch (Configuration.Loss)
        {
            case LossKind.L1:
                return Loss.MeanAbsolute(predicted, target);
            case LossKind.Huber:
                return Loss.Huber(predicted, target);
            default:
                if (Configuration.MinSnrGamma == 0)
                    return Loss.MeanSquared(predicted, target);
                var roots = tape.Rent(target.Shape);
                int perSample = target.Length / t.Length;
                for (int i = 0; i < t.Length; i++)
                    roots.Span.Slice(i * perSample, perSample).Fill(T.CreateTruncating(Math.Sqrt(LossWeight.MinSnr(Schedule, t[i], Configuration.MinSnrGamma, Configuration.Parameterisation))));
                var root = tape.Variable(roots);
                return Loss.MeanSquared(predicted * root, tape.Variable(target) * root);
        }
    }

    /// <summary>Draws the time of each sample.</summary>
    private protected virtual void DrawTimes(RandomStream stream, double[] times)
    {
        if (Configuration.Times == TimeSampling.Continuous)
        {
            // Uniform in (0, T].
            stream.Uniform<double>(times);
            for (int i = 0; i < times.Length; i++)
                times[i] = Schedule.T * (1 - times[i]);
            return;
        }

        stream.Integers(1, Schedule.T + 1, _steps);
        for (int i = 0; i < times.Length; i++)
            times[i] = _steps[i];
    }

    // Each sample by itself: a batch has samples with and without a label.
    private void DropLabels(int[] labels, StepRandom draw)
    {
        if (Configuration.LabelDropout == 0)
            return;
        draw.For(Purpose.LabelDropout).Uniform<double>(_chances);
        for (int i = 0; i < labels.Length; i++)
        {
            if (_chances[i] < Configuration.LabelDropout)
                labels[i] = DenoiserArguments.NoLabel;
        }
    }
}
