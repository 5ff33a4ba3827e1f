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
    private readonly ImageSource<T> _data;
    private readonly ImageAugmentation _augmentation;

    /// <summary>Prepares a run.</summary>
    /// <param name="network">The sizes of the classifier.</param>
    /// <param name="train">The whole training set; the last <see cref="ClassifierTrainingConfiguration.HeldOut"/> images are not used.</param>
    /// <param name="configuration">The settings.</param>
    /// <exception cref="ArgumentException">No image is left to train with, one has no label, or the classifier has too few classes.</exception>
    public ClassifierTrainer(ImageClassifierConfiguration network, ImageSet train, ClassifierTrainingConfiguration configuration)
        : this(new ImageClassifier<T>(Checked(network, train, configuration), new RandomSource(configuration.Seed)), train, configuration)
    {
    }

    private ClassifierTrainer(ImageClassifier<T> network, ImageSet train, ClassifierTrainingConfiguration configuration)
        : base(network, configuration.ToTraining())
    {
        Network = network;
        _data = new ImageSource<T>(train.Range(0, train.Count - configuration.HeldOut));
        _augmentation = new ImageAugmentation(configuration.MaxShift, configuration.MaxTurn, configuration.MaxScale) { Background = configuration.Background };
    }

    /// <summary>The network that learns.</summary>
    public ImageClassifier<T> Network { get; }

    /// <summary>A classifier with the averaged weights.</summary>
    public ImageClassifier<T> Averaged()
    {
        var averaged = new ImageClassifier<T>(Network.Configuration, new RandomSource(0));
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

    private static ImageClassifierConfiguration Checked(ImageClassifierConfiguration network, ImageSet train, ClassifierTrainingConfiguration configuration)
    {
        if (configuration.HeldOut >= train.Count)
            throw new ArgumentException($"{configuration.HeldOut} of {train.Count} training images are to be held out; at least one must be left.", nameof(train));
        if (train.Labels.Span.Contains(DenoiserArguments.NoLabel) || train.Labels.IsEmpty)
            throw new ArgumentException("Some images of the set have no label; a classifier is trained on images that have one.", nameof(train));
        return network.Classes >= train.Classes ? network
            : throw new ArgumentException($"The classifier has {network.Classes} classes, but the data {train.Classes}.", nameof(network));
    }
}
