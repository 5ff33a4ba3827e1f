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
    private const int Pixels = MnistSet.Side * MnistSet.Side, BlockImages = 1024;

    /// <summary>The nearest image of a set to each of some images; where several are as near, the first.</summary>
    /// <param name="images">Images [N, 28, 28, 1] in [-1, 1].</param>
    /// <param name="set">The set, at least one image.</param>
    /// <exception cref="ArgumentException">Images of another size, or an empty set.</exception>
    public static ImmutableArray<NearestImage> Find<T>(Tensor<T> images, MnistSet set)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (images.Rank == 0 || images.Length != (long)Pixels * images.Shape[0])
            throw new ArgumentException($"The images have the shape {images.Shape}; accepted is [N, {MnistSet.Side}, {MnistSet.Side}, 1].", nameof(images));
        if (set.Count == 0)
            throw new ArgumentException("The set has no images; at least one is needed.", nameof(set));
        var nearest = new NearestImage[images.Shape[0]];
        Array.Fill(nearest, new NearestImage(-1, double.PositiveInfinity));
        for (int from = 0; from < set.Count; from += BlockImages)
        {
            int first = from;
            var block = set.Range(from, Math.Min(set.Count, from + BlockImages)).ToTensor<T>();
            Chunks.For(nearest.Length, 1, (begin, end) =>
            {
                for (int n = begin; n < end; n++)
                {
                    for (int i = 0; i < block.Shape[0]; i++)
                    {
                        double distance = double.CreateTruncating(TensorPrimitives.Distance<T>(images.Span.Slice(n * Pixels, Pixels), block.Span.Slice(i * Pixels, Pixels)));
                        if (distance < nearest[n].Distance)
                            nearest[n] = new NearestImage(first + i, distance);
                    }
                }
            });
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(nearest);
    }
}
