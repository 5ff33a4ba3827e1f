using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Training;

/// <summary>Trains a classifier of images by cross-entropy, on images that are changed a little each time they are seen.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ClassifierTrainer<T> : TrainingLoop<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly MnistSource<T> _data;
    private readonly ImageAugmentation _augmentation;

    /// <summary>Prepares a run.</summary>
    /// <param name="network">The sizes of the classifier.</param>
    /// <param name="train">The whole training set; the last <see cref="ClassifierTrainingConfiguration.HeldOut"/> images are not used.</param>
    /// <param name="configuration">The settings.</param>
    /// <exception cref="ArgumentException">No image is left to train with, or the classifier has too few classes.</exception>
    public ClassifierTrainer(MnistClassifierConfiguration network, MnistSet train, ClassifierTrainingConfiguration configuration)
        : this(new MnistClassifier<T>(Checked(network, train, configuration), new RandomSource(configuration.Seed)), train, configuration)
    {
    }

    private ClassifierTrainer(MnistClassifier<T> network, MnistSet train, ClassifierTrainingConfiguration configuration)
        : base(network, configuration.ToTraining())
    {
        Network = network;
        _data = new MnistSource<T>(train.Range(0, train.Count - configuration.HeldOut));
        _augmentation = new ImageAugmentation(configuration.MaxShift, configuration.MaxTurn, configuration.MaxScale);
    }

    /// <summary>The network that learns.</summary>
    public MnistClassifier<T> Network { get; }

    /// <summary>A classifier with the averaged weights.</summary>
    public MnistClassifier<T> Averaged()
    {
        var averaged = new MnistClassifier<T>(Network.Configuration, new RandomSource(0));
        Average.CopyTo(averaged);
        return averaged;
    }

    /// <inheritdoc/>
    protected override Variable<T> LossOf(Tape<T> tape, StepRandom random)
    {
        var original = tape.Rent(_data.BatchShape(Configuration.Batch));
        int[] labels = tape.RentIndices(Configuration.Batch);
        _data.Fill(original, labels, values: null, random);
        var images = tape.Rent(original.Shape);
        _augmentation.Apply(original, images, random.For(Purpose.Noise));
        return Loss.CrossEntropy(Network.Forward(tape, images).Logits, labels);
    }

    private static MnistClassifierConfiguration Checked(MnistClassifierConfiguration network, MnistSet train, ClassifierTrainingConfiguration configuration)
    {
        if (configuration.HeldOut >= train.Count)
            throw new ArgumentException($"{configuration.HeldOut} of {train.Count} training images are to be held out; at least one must be left.", nameof(train));
        return network.Classes >= MnistSet.Classes ? network
            : throw new ArgumentException($"The classifier has {network.Classes} classes, but the data {MnistSet.Classes}.", nameof(network));
    }
}
