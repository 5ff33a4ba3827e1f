using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Nn;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Diffusion.Networks;

/// <summary>
/// A convolutional network that tells the classes of images of one size. It judges generated images: by the class that it sees, and by
/// the features that it sees it in. 3x3 convolutions with GroupNorm and SiLU, one at the first level and two at each other,
/// max pooling between levels, a linear layer to the features, and one from their SiLU to the classes.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ImageClassifier<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int InferenceBatch = 128;

    private readonly Conv2d<T>[] _convolutions;
    private readonly GroupNorm<T>[] _norms;
    private readonly Linear<T> _features, _classes;

    /// <summary>Makes a network with PyTorch's first values.</summary>
    /// <exception cref="ArgumentException">More levels than the images can be halved for.</exception>
    public ImageClassifier(ImageClassifierConfiguration configuration, RandomSource random)
    {
        Configuration = configuration;
        var weights = new WeightInitializer(random);
        int[] channels = [configuration.Channels, configuration.Widths[0], .. configuration.Widths.Skip(1).SelectMany(width => new[] { width, width })];
        _convolutions = new Conv2d<T>[channels.Length - 1];
        _norms = new GroupNorm<T>[channels.Length - 1];
        for (int i = 0; i < _convolutions.Length; i++)
        {
            _convolutions[i] = Register($"conv{i}", new Conv2d<T>(channels[i], channels[i + 1], 3, weights, padding: 1));
            _norms[i] = Register($"norm{i}", new GroupNorm<T>(ImageClassifierConfiguration.Groups, channels[i + 1], silu: true));
        }

        _features = Register("features", new Linear<T>(configuration.Flat, configuration.Features, weights));
        _classes = Register("classes", new Linear<T>(configuration.Features, configuration.Classes, weights));
    }

    /// <summary>The sizes.</summary>
    public ImageClassifierConfiguration Configuration { get; }

    /// <summary>The features [N, F] and the logits [N, classes] of images [N, H, W, C] in [-1, 1], recorded on a tape.</summary>
    /// <exception cref="ArgumentException">Images of another shape.</exception>
    public (Variable<T> Features, Variable<T> Logits) Forward(Tape<T> tape, Tensor<T> images)
    {
        Configuration.Check(images.Shape, nameof(images));
        var h = tape.Variable(images);
        for (int i = 0; i < _convolutions.Length; i++)
        {
            h = _norms[i].Forward(_convolutions[i].Forward(h));
            if (i % 2 == 0 && i < _convolutions.Length - 1)
                h = h.MaxPool2d(2);
        }

        var features = _features.Forward(h.Reshape([images.Shape[0], Configuration.Flat]));
        return (features, _classes.Forward(features.Silu()));
    }

    /// <summary>What the classifier makes of images, a batch at a time and without a gradient.</summary>
    /// <param name="images">Images [N, H, W, C] in [-1, 1].</param>
    /// <returns>The features, [N, F], and the most probable class of each image, [N].</returns>
    /// <exception cref="ArgumentException">Images of another shape.</exception>
    public (Tensor<T> Features, int[] Classes) Classify(Tensor<T> images)
    {
        int count = images.Shape[0];
        var features = Tensor<T>.Uninitialized([count, Configuration.Features]);
        int[] classes = new int[count];
        for (int from = 0; from < count; from += InferenceBatch)
        {
            int to = Math.Min(count, from + InferenceBatch);
            using var tape = Tape<T>.StartInference();
            var (seen, logits) = Forward(tape, images.Rows(from, to));
            features.Rows(from, to).CopyFrom(seen.Value);
            for (int i = from; i < to; i++)
                classes[i] = TensorPrimitives.IndexOfMax<T>(logits.Value.Span.Slice((i - from) * Configuration.Classes, Configuration.Classes));
        }

        return (features, classes);
    }

    /// <summary>What the classifier makes of a set, some images at a time.</summary>
    /// <param name="images">The set.</param>
    /// <returns>The features, [N, F], and the most probable class of each image, [N].</returns>
    /// <exception cref="ArgumentException">Images of another shape.</exception>
    public (Tensor<T> Features, int[] Classes) Classify(ImageSet images)
    {
        var features = Tensor<T>.Uninitialized([images.Count, Configuration.Features]);
        int[] classes = new int[images.Count];
        foreach (var (from, block) in images.Blocks<T>())
        {
            var (seen, labels) = Classify(block);
            features.Rows(from, from + labels.Length).CopyFrom(seen);
            labels.CopyTo(classes, from);
        }

        return (features, classes);
    }

    /// <summary>The share of a set that is told right; images without a label are wrong.</summary>
    public double Accuracy(ImageSet images)
    {
        var (_, classes) = Classify(images);
        int right = 0;
        for (int i = 0; i < classes.Length; i++)
            right += classes[i] == images.LabelOf(i) ? 1 : 0;
        return (double)right / images.Count;
    }
}
