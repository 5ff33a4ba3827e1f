using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Diffusion.Tensors;

namespace Diffusion.Data;

/// <summary>A set whose pixels are bytes in memory.</summary>
internal class ByteImages(ReadOnlyMemory<byte> pixels, Shape imageShape, ReadOnlyMemory<int> labels, IReadOnlyList<string>? classNames)
    : ImageSet(CountOf(pixels.Length, imageShape), imageShape, labels, classNames, SHA256.HashData(pixels.Span))
{
    protected override void Read<T>(ReadOnlySpan<int> indices, Span<T> numbers)
    {
        int length = ImageShape.Length;
        for (int i = 0; i < indices.Length; i++)
            ToNumbers(pixels.Span.Slice(indices[i] * length, length), numbers.Slice(i * length, length));
    }

    private static int CountOf(int bytes, Shape imageShape) => imageShape.Length == 0 || bytes % imageShape.Length == 0 ? bytes / Math.Max(1, imageShape.Length)
        : throw new ArgumentException($"{bytes} bytes were given for images of {imageShape}; accepted are multiples of {imageShape.Length}.", nameof(bytes));
}

/// <summary>A set whose pixels are numbers in memory.</summary>
internal sealed class NumberImages(Tensor<float> images, ReadOnlyMemory<int> labels, IReadOnlyList<string>? classNames)
    : ImageSet(Check(images).Shape[0], new Shape(images.Shape[1], images.Shape[2], images.Shape[3]), labels, classNames, SHA256.HashData(MemoryMarshal.AsBytes(images.Span)))
{
    protected override void Read<T>(ReadOnlySpan<int> indices, Span<T> pixels)
    {
        int length = ImageShape.Length;
        for (int i = 0; i < indices.Length; i++)
        {
            var from = images.Span.Slice(indices[i] * length, length);
            for (int j = 0; j < length; j++)
                pixels[(i * length) + j] = T.CreateTruncating(from[j]);
        }
    }

    private static Tensor<float> Check(Tensor<float> images)
    {
        if (images.Rank != 4)
            throw new ArgumentException($"The images have the shape {images.Shape}; accepted are [N, H, W, C].", nameof(images));
        foreach (float value in images.Span)
        {
            if (!(Math.Abs(value) <= 1))
                throw new ArgumentException($"A pixel is {value}; accepted are numbers from -1 to 1.", nameof(images));
        }

        return images;
    }
}
