using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Data;

/// <summary>
/// Images, each conditioned on a small version of itself: what a network learns super-resolution from (SR3, arXiv:2104.07636, with pixels
/// repeated in place of bicubic interpolation). A pixel of the small image is the mean of a block; as a condition it fills the block again.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class UpscalingSource<T> : IDataSource<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IDataSource<T> _images;
    private readonly int _factor;

    /// <summary>Adds small versions to images.</summary>
    /// <param name="images">The images, [N, H, W, C], which have no conditions but labels.</param>
    /// <param name="factor">The extents of a block, at least 2: H and W are multiples.</param>
    /// <exception cref="ArgumentException">No images, extents that are no multiples, or data with other conditions.</exception>
    public UpscalingSource(IDataSource<T> images, int factor)
    {
        var shape = images.BatchShape(1);
        if (images.ValuesShape(1) is { } values)
            throw new ArgumentException($"The data have conditions of the shape {values} already.", nameof(images));
        if (shape.Rank != 4)
            throw new ArgumentException($"The data have the shape {shape}; accepted are images [N, H, W, C].", nameof(images));
        CheckFactor(shape, factor);
        (_images, _factor) = (images, factor);
    }

    /// <inheritdoc/>
    public string Description => $"{_images.Description}, conditioned on {_factor} x {_factor} means";

    /// <inheritdoc/>
    public int Classes => _images.Classes;

    /// <inheritdoc/>
    public Shape BatchShape(int size) => _images.BatchShape(size);

    /// <inheritdoc/>
    public Shape? ValuesShape(int size) => BatchShape(size);

    /// <inheritdoc/>
    public void Fill(Tensor<T> x0, Span<int> labels, Tensor<T>? values, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(values);
        _images.Fill(x0, labels, values: null, random);
        values.CopyFrom(Enlarged(Shrunk(x0, _factor), _factor));
    }

    /// <summary>Images whose pixels are the means of blocks.</summary>
    /// <param name="images">[N, H, W, C].</param>
    /// <param name="factor">The extents of a block; H and W are multiples.</param>
    /// <returns>[N, H / factor, W / factor, C].</returns>
    /// <exception cref="ArgumentException">No images, or extents that are no multiples.</exception>
    public static Tensor<T> Shrunk(Tensor<T> images, int factor)
    {
        CheckFactor(images.Shape, factor);
        var (n, h, w, c) = (images.Shape[0], images.Shape[1] / factor, images.Shape[2] / factor, images.Shape[3]);
        return images.Reshape([n * h, factor, w, factor * c]).Mean([1]).Reshape([n * h * w, factor, c]).Mean([1]).Reshape([n, h, w, c]);
    }

    /// <summary>Images whose pixels are repeated over blocks: the condition that belongs to small images.</summary>
    /// <param name="small">[N, h, w, C].</param>
    /// <param name="factor">The extents of a block.</param>
    /// <returns>[N, h · factor, w · factor, C].</returns>
    /// <exception cref="ArgumentException">No images.</exception>
    public static Tensor<T> Enlarged(Tensor<T> small, int factor)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(factor, 1);
        if (small.Rank != 4)
            throw new ArgumentException($"The images have the shape {small.Shape}; accepted is [N, H, W, C].", nameof(small));
        var (n, h, w, c) = (small.Shape[0], small.Shape[1], small.Shape[2], small.Shape[3]);
        var large = Tensor<T>.Uninitialized([n, h * factor, w * factor, c]);
        for (int row = 0; row < n * h * factor; row++)
        {
            var from = small.Span.Slice(row / factor * w * c, w * c);
            var to = large.Span.Slice(row * w * factor * c, w * factor * c);
            for (int x = 0; x < w * factor; x++)
                from.Slice(x / factor * c, c).CopyTo(to[(x * c)..]);
        }

        return large;
    }

    private static void CheckFactor(Shape images, int factor)
    {
        if (images.Rank != 4 || factor < 2 || images[1] % factor != 0 || images[2] % factor != 0)
            throw new ArgumentException($"The factor is {factor} for images {images}; accepted is 2 or more, by which height and width can be divided.", nameof(factor));
    }
}
