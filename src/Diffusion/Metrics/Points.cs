using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Metrics;

/// <summary>Checks of sets of points: any shape [N, ...] with d numbers for each point, such as pixel pairs [N, 2, 1].</summary>
internal static class Points
{
    /// <summary>The number of points and of their dimensions; at least one of each, and every number finite.</summary>
    public static (int Count, int Dimensions) Measure<T>(Tensor<T> points)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (points.Rank == 0 || points.Length == 0)
            throw new ArgumentException($"The points have the shape {points.Shape}; accepted is [N, ...] with d numbers for each point, such as [N, 2, 1] or [N, d], at least one point.", nameof(points));
        int d = points.Length / points.Shape[0];
        var span = points.Span;
        for (int i = 0; i < span.Length; i++)
        {
            if (!T.IsFinite(span[i]))
                throw new ArgumentException($"Number {i % d} of point {i / d} is {span[i]}; points must be finite.", nameof(points));
        }

        return (points.Shape[0], d);
    }

    /// <summary>The number of points, which must be of so many dimensions.</summary>
    public static int Count<T>(Tensor<T> points, int dimensions)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (count, d) = Measure(points);
        return d == dimensions ? count
            : throw new ArgumentException($"The points have {d} dimensions (shape {points.Shape}); they are compared with points of {dimensions}.", nameof(points));
    }
}
