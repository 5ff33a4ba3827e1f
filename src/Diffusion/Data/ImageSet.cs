using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Diffusion.Tensors;

namespace Diffusion.Data;

/// <summary>
/// Images of one size, with labels and names of classes or without: bytes or numbers in memory (<see cref="Of(ReadOnlyMemory{byte}, Shape, ReadOnlyMemory{int}, IReadOnlyList{string})"/>),
/// or, in a class derived from this one, what is read as it is needed. Batches of it come from <see cref="ImageSource{T}"/>.
/// </summary>
public abstract partial class ImageSet
{
    private readonly string _description;

    /// <summary>A set of images that the derived class has.</summary>
    /// <param name="count">The number of images N, at least 1.</param>
    /// <param name="imageShape">The shape of one image, [H, W, C].</param>
    /// <param name="labels">[N], each 0 to K - 1, or -1 for none; empty where no image has one.</param>
    /// <param name="classNames">The K names; null for the numbers 0 to the largest label.</param>
    /// <param name="pixelsSha256">The SHA-256 of all pixels in their order, 32 bytes.</param>
    /// <exception cref="ArgumentException">No images, another shape or number of labels, or a label without a name.</exception>
    protected ImageSet(int count, Shape imageShape, ReadOnlyMemory<int> labels, IReadOnlyList<string>? classNames, ReadOnlySpan<byte> pixelsSha256)
    {
        if (imageShape.Rank != 3 || imageShape.Length == 0)
            throw new ArgumentException($"One image has the shape {imageShape}; accepted are [H, W, C], each at least 1.", nameof(imageShape));
        if (count < 1)
            throw new ArgumentException($"The set has {count} images; at least one is needed.", nameof(count));
        if (labels.Length != 0 && labels.Length != count)
            throw new ArgumentException($"{labels.Length} labels were given for {count} images; accepted are none, or one for each.", nameof(labels));
        int largest = DenoiserArguments.NoLabel;
        foreach (int label in labels.Span)
        {
            if (label < DenoiserArguments.NoLabel || label >= (classNames?.Count ?? int.MaxValue))
                throw new ArgumentException($"A label is {label}; accepted are {(classNames is null ? "labels from 0" : $"0 to {classNames.Count - 1}")}, and -1 for none.", nameof(labels));
            largest = Math.Max(largest, label);
        }

        (Count, ImageShape, Labels) = (count, imageShape, labels);
        ClassNames = classNames is null ? [.. Enumerable.Range(0, largest + 1).Select(k => $"{k}")] : [.. classNames];
        _description = $"{count} images {imageShape}, {Classes} classes, sha256 {Hash(pixelsSha256)}";
    }

    /// <summary>The number of images, N.</summary>
    public int Count { get; }

    /// <summary>The shape of one image, [H, W, C].</summary>
    public Shape ImageShape { get; }

    /// <summary>The labels, [N], -1 where there is none; empty where no image has one.</summary>
    public ReadOnlyMemory<int> Labels { get; }

    /// <summary>The names of the classes, [K]; none for data without labels.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The number of classes, K.</summary>
    public int Classes => ClassNames.Count;

    /// <summary>N, the shape, K, and a SHA-256 over that of the pixels, the labels and the names of the classes: what set this is.</summary>
    public virtual string Description => _description;

    /// <summary>A set of bytes, 0 to 255, which are not copied.</summary>
    /// <param name="pixels">[N, H, W, C] bytes.</param>
    /// <param name="imageShape">[H, W, C].</param>
    /// <param name="labels">[N], each 0 to K - 1, or -1 for none; empty where no image has one.</param>
    /// <param name="classNames">The K names; null for the numbers 0 to the largest label.</param>
    /// <exception cref="ArgumentException">No whole number of images, or labels that do not fit.</exception>
    public static ImageSet Of(ReadOnlyMemory<byte> pixels, Shape imageShape, ReadOnlyMemory<int> labels = default, IReadOnlyList<string>? classNames = null) =>
        new ByteImages(pixels, imageShape, labels, classNames);

    /// <summary>A set of numbers, which are not copied.</summary>
    /// <param name="images">[N, H, W, C], in [-1, 1].</param>
    /// <param name="labels">[N], each 0 to K - 1, or -1 for none; empty where no image has one.</param>
    /// <param name="classNames">The K names; null for the numbers 0 to the largest label.</param>
    /// <exception cref="ArgumentException">No images, a number outside of [-1, 1], or labels that do not fit.</exception>
    public static ImageSet Of(Tensor<float> images, ReadOnlyMemory<int> labels = default, IReadOnlyList<string>? classNames = null) =>
        new NumberImages(images, labels, classNames);

    /// <summary>Writes chosen images as numbers in [-1, 1].</summary>
    /// <param name="indices">Which images, N of them.</param>
    /// <param name="x0">Receives the pixels, [N, H, W, C] or as many elements.</param>
    /// <exception cref="ArgumentException">A destination of another size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index outside of the set.</exception>
    public void Fill<T>(ReadOnlySpan<int> indices, Tensor<T> x0)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x0.Length != (long)ImageShape.Length * indices.Length)
            throw new ArgumentException($"{indices.Length} images of {ImageShape} take {(long)ImageShape.Length * indices.Length} elements, but the tensor is {x0.Shape}.", nameof(x0));
        foreach (int index in indices)
            CheckIndex(index);
        Read(indices, x0.Span);
    }

    /// <summary>The label of an image, -1 for none.</summary>
    public int LabelOf(int index) => Labels.IsEmpty ? DenoiserArguments.NoLabel : Labels.Span[index];

    /// <summary>Bytes as numbers in [-1, 1]: x = 2·byte/255 - 1, so 0 becomes -1 and 255 becomes 1, both exactly.</summary>
    public static void ToNumbers<T>(ReadOnlySpan<byte> bytes, Span<T> numbers)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < bytes.Length; i++)
            numbers[i] = (T.CreateTruncating(2 * bytes[i]) / T.CreateTruncating(255)) - T.One;
    }

    /// <summary>The inverse of <see cref="ToNumbers"/>: round((x + 1)·127.5), clamped to 0 to 255; NaN becomes 0.</summary>
    public static void ToBytes<T>(ReadOnlySpan<T> numbers, Span<byte> bytes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < numbers.Length; i++)
            bytes[i] = byte.CreateSaturating(T.Round((numbers[i] + T.One) * T.CreateTruncating(127.5)));
    }

    /// <summary>Writes chosen images one after the other; indices and size are checked.</summary>
    /// <param name="indices">Which images, N of them.</param>
    /// <param name="pixels">Receives the pixels in [-1, 1], N·H·W·C.</param>
    protected abstract void Read<T>(ReadOnlySpan<int> indices, Span<T> pixels)
        where T : unmanaged, IFloatingPointIeee754<T>;

    // Labels as 4 bytes each, little-endian; names in UTF-8, each ended by a zero.
    private string Hash(ReadOnlySpan<byte> pixelsSha256)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(pixelsSha256);
        Span<byte> word = stackalloc byte[4];
        foreach (int label in Labels.Span)
        {
            BinaryPrimitives.WriteInt32LittleEndian(word, label);
            hash.AppendData(word);
        }

        foreach (string name in ClassNames)
            hash.AppendData(Encoding.UTF8.GetBytes(name + '\0'));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
