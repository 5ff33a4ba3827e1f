using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using Diffusion.Data;
using Diffusion.Numerics;
using Diffusion.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Diffusion.Metrics;

/// <summary>The image of a set that is nearest to another image: whether a network has learned images by heart.</summary>
/// <param name="Index">Which image of the set.</param>
/// <param name="Distance">The Euclidean distance over all pixels in [-1, 1].</param>
public readonly record struct NearestImage(int Index, double Distance)
{
    /// <summary>The nearest image of a set to each of some images; where several are as near, the first.</summary>
    /// <param name="images">Images [N, H, W, C] in [-1, 1].</param>
    /// <param name="set">The set.</param>
    /// <exception cref="ArgumentException">Images of another shape than those of the set.</exception>
    public static ImmutableArray<NearestImage> Find<T>(Tensor<T> images, ImageSet set)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int pixels = set.ImageShape.Length;
        if (images.Rank != 4 || images.Shape != set.ImageShape.Prepend(images.Shape[0]))
            throw new ArgumentException($"The images have the shape {images.Shape}; accepted are N images {set.ImageShape}, as the set has.", nameof(images));
        var nearest = new NearestImage[images.Shape[0]];
        Array.Fill(nearest, new NearestImage(-1, double.PositiveInfinity));
        foreach (var (first, block) in set.Blocks<T>())
        {
            Chunks.For(nearest.Length, 1, (begin, end) =>
            {
                for (int n = begin; n < end; n++)
                {
                    for (int i = 0; i < block.Shape[0]; i++)
                    {
                        double distance = double.CreateTruncating(TensorPrimitives.Distance<T>(images.Span.Slice(n * pixels, pixels), block.Span.Slice(i * pixels, pixels)));
                        if (distance < nearest[n].Distance)
                            nearest[n] = new NearestImage(first + i, distance);
                    }
                }
            });
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(nearest);
    }
}
