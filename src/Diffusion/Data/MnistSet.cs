using System.Numerics;
using System.Security.Cryptography;
using Diffusion.Tensors;

namespace Diffusion.Data;

/// <summary>Images of 28 x 28 pixels with labels: the training set or the test set of <see cref="Mnist"/>, or a part of one.</summary>
public sealed class MnistSet
{
    /// <summary>Height and width of an image, in pixels.</summary>
    public const int Side = 28;

    /// <summary>The number of classes.</summary>
    public const int Classes = 10;

    private const int Pixels = Side * Side;

    /// <summary>A set of the given images and labels, which are not copied.</summary>
    /// <param name="images">[N, 28, 28] bytes, 0 for the background.</param>
    /// <param name="labels">[N], each 0 to 9.</param>
    /// <exception cref="ArgumentException">The numbers of images and labels differ, or a label is not 0 to 9.</exception>
    public MnistSet(ReadOnlyMemory<byte> images, ReadOnlyMemory<byte> labels)
    {
        if (images.Length != (long)Pixels * labels.Length)
            throw new ArgumentException($"{images.Length} pixels were given for {labels.Length} labels; accepted are {Pixels} for each.", nameof(images));
        int wrong = labels.Span.IndexOfAnyExceptInRange((byte)0, (byte)(Classes - 1));
        if (wrong >= 0)
            throw new ArgumentException($"Label {wrong} is {labels.Span[wrong]}; accepted are 0 to {Classes - 1}.", nameof(labels));
        (Images, Labels) = (images, labels);
    }

    /// <summary>The pixels, [N, 28, 28], 0 (background) to 255.</summary>
    public ReadOnlyMemory<byte> Images { get; }

    /// <summary>The labels, [N], 0 to 9.</summary>
    public ReadOnlyMemory<byte> Labels { get; }

    /// <summary>The number of images, N.</summary>
    public int Count => Labels.Length;

    /// <summary>The SHA-256 of all pixels and then all labels, in hexadecimal: what set this is.</summary>
    public string Sha256
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData(Images.Span);
            hash.AppendData(Labels.Span);
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }

    /// <summary>The pixels of image <paramref name="i"/>, [28, 28].</summary>
    public ReadOnlySpan<byte> Image(int i) => Images.Span.Slice(i * Pixels, Pixels);

    /// <summary>The images from <paramref name="from"/> (included) to <paramref name="to"/> (excluded), in the same memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the set.</exception>
    public MnistSet Range(int from, int to)
    {
        if (from < 0 || to < from || to > Count)
            throw new ArgumentOutOfRangeException(nameof(to), $"Images {from}..{to} are not inside a set of {Count}.");
        return new MnistSet(Images[(from * Pixels)..(to * Pixels)], Labels[from..to]);
    }

    /// <summary>Writes chosen images as numbers, x0 = 2·byte/255 - 1, and their labels. Nothing is allocated.</summary>
    /// <param name="indices">Which images, N of them.</param>
    /// <param name="x0">Receives the pixels in [-1, 1], [N, 28, 28, 1] or any N · 784 elements.</param>
    /// <param name="labels">Receives the labels, [N]; empty if they are not wanted.</param>
    /// <exception cref="ArgumentException">A destination of another size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index outside of the set.</exception>
    public void Fill<T>(ReadOnlySpan<int> indices, Tensor<T> x0, Span<int> labels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x0.Length != (long)Pixels * indices.Length)
            throw new ArgumentException($"{indices.Length} images take {(long)Pixels * indices.Length} elements, but the tensor is {x0.Shape}.", nameof(x0));
        if (labels.Length != 0 && labels.Length != indices.Length)
            throw new ArgumentException($"{indices.Length} images have as many labels, but there is room for {labels.Length}.", nameof(labels));
        for (int n = 0; n < indices.Length; n++)
        {
            if ((uint)indices[n] >= (uint)Count)
                throw new ArgumentOutOfRangeException(nameof(indices), $"Image {indices[n]} is not inside a set of {Count}.");
            Scale(Image(indices[n]), x0.Span.Slice(n * Pixels, Pixels));
            if (labels.Length != 0)
                labels[n] = Labels.Span[indices[n]];
        }
    }

    /// <summary>All images as numbers in [-1, 1], [N, 28, 28, 1].</summary>
    public Tensor<T> ToTensor<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x0 = Tensor<T>.Uninitialized([Count, Side, Side, 1]);
        Scale(Images.Span, x0.Span);
        return x0;
    }

    /// <summary>All labels, [N].</summary>
    public int[] ToLabels()
    {
        int[] labels = new int[Count];
        for (int i = 0; i < labels.Length; i++)
            labels[i] = Labels.Span[i];
        return labels;
    }

    // x0 = 2·byte/255 - 1: 0 becomes -1 and 255 becomes 1, both exactly.
    private static void Scale<T>(ReadOnlySpan<byte> bytes, Span<T> x0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < bytes.Length; i++)
            x0[i] = (T.CreateTruncating(2 * bytes[i]) / T.CreateTruncating(255)) - T.One;
    }
}
