using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Metrics;

/// <summary>Checks of sets of pixel pairs.</summary>
internal static class Points
{
    /// <summary>The number of points; every number must be finite.</summary>
    public static int Count<T>(Tensor<T> points)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (points.Rank == 0 || points.Shape[0] == 0 || points.Length != 2 * points.Shape[0])
            throw new ArgumentException($"The points have the shape {points.Shape}; accepted are pixel pairs, such as [N, 2, 1], at least one.", nameof(points));
        for (int i = 0; i < points.Length; i++)
        {
            if (!T.IsFinite(points.Span[i]))
                throw new ArgumentException($"Point {i / 2} is ({points.Span[i & ~1]}, {points.Span[i | 1]}); points must be finite.", nameof(points));
        }

        return points.Shape[0];
    }
}
