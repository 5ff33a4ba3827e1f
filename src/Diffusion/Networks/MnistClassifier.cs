using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Nn;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Networks;

/// <summary>
/// A convolutional network that tells the classes of images of 28 x 28 pixels. It judges generated images: by the class that
/// it sees, and by the features that it sees it in. 3x3 convolutions with GroupNorm and SiLU, one at 28 pixels and two each
/// at 14 and 7, max pooling between them, a linear layer to the features, and one from their SiLU to the classes.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class MnistClassifier<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Groups = 8, InferenceBatch = 128, LastSide = MnistSet.Side / 4;

    private readonly Conv2d<T>[] _convolutions;
    private readonly GroupNorm<T>[] _norms;
    private readonly Linear<T> _features, _classes;

    /// <summary>Makes a network with PyTorch's first values.</summary>
    public MnistClassifier(MnistClassifierConfiguration configuration, RandomSource random)
    {
        Configuration = configuration;
        var weights = new WeightInitializer(random);
        var widths = configuration.Widths;
        int[] channels = [1, widths[0], widths[1], widths[1], widths[2], widths[2]];
        _convolutions = new Conv2d<T>[channels.Length - 1];
        _norms = new GroupNorm<T>[channels.Length - 1];
        for (int i = 0; i < _convolutions.Length; i++)
        {
            _convolutions[i] = Register($"conv{i}", new Conv2d<T>(channels[i], channels[i + 1], 3, weights, padding: 1));
            _norms[i] = Register($"norm{i}", new GroupNorm<T>(Groups, channels[i + 1], silu: true));
        }

        _features = Register("features", new Linear<T>(LastSide * LastSide * widths[2], configuration.Features, weights));
        _classes = Register("classes", new Linear<T>(configuration.Features, configuration.Classes, weights));
    }

    /// <summary>The sizes.</summary>
    public MnistClassifierConfiguration Configuration { get; }

    /// <summary>The features [N, F] and the logits [N, classes] of images [N, 28, 28, 1] in [-1, 1], recorded on a tape.</summary>
    /// <exception cref="ArgumentException">Images of another shape.</exception>
    public (Variable<T> Features, Variable<T> Logits) Forward(Tape<T> tape, Tensor<T> images)
    {
        if (images.Rank != 4 || images.Shape[1] != MnistSet.Side || images.Shape[2] != MnistSet.Side || images.Shape[3] != 1)
            throw new ArgumentException($"The classifier takes images [N, {MnistSet.Side}, {MnistSet.Side}, 1], not {images.Shape}.", nameof(images));
        var h = tape.Variable(images);
        for (int i = 0; i < _convolutions.Length; i++)
        {
            h = _norms[i].Forward(_convolutions[i].Forward(h));
            if (i % 2 == 0 && i < _convolutions.Length - 1)
                h = h.MaxPool2d(2);
        }

        var features = _features.Forward(h.Reshape([images.Shape[0], h.Shape.Length / Math.Max(1, images.Shape[0])]));
        return (features, _classes.Forward(features.Silu()));
    }

    /// <summary>What the classifier makes of images, a batch at a time and without a gradient.</summary>
    /// <param name="images">Images [N, 28, 28, 1] in [-1, 1].</param>
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
            Take(Forward(tape, images.Rows(from, to)), features.Rows(from, to), classes.AsSpan(from..to));
        }

        return (features, classes);
    }

    /// <inheritdoc cref="Classify(Tensor{T})"/>
    public (Tensor<T> Features, int[] Classes) Classify(MnistSet images)
    {
        var features = Tensor<T>.Uninitialized([images.Count, Configuration.Features]);
        int[] classes = new int[images.Count];
        for (int from = 0; from < images.Count; from += InferenceBatch)
        {
            int to = Math.Min(images.Count, from + InferenceBatch);
            using var tape = Tape<T>.StartInference();
            Take(Forward(tape, images.Range(from, to).ToTensor<T>()), features.Rows(from, to), classes.AsSpan(from..to));
        }

        return (features, classes);
    }

    /// <summary>The share of a set that is told right.</summary>
    public double Accuracy(MnistSet images)
    {
        var (_, classes) = Classify(images);
        int right = 0;
        for (int i = 0; i < classes.Length; i++)
            right += classes[i] == images.Labels.Span[i] ? 1 : 0;
        return (double)right / images.Count;
    }

    private void Take((Variable<T> Features, Variable<T> Logits) result, Tensor<T> features, Span<int> classes)
    {
        features.CopyFrom(result.Features.Value);
        for (int i = 0; i < classes.Length; i++)
            classes[i] = System.Numerics.Tensors.TensorPrimitives.IndexOfMax<T>(result.Logits.Value.Span.Slice(i * Configuration.Classes, Configuration.Classes));
    }
}
