using System.Numerics;

namespace Diffusion.Tensors.Kernels;

/// <summary>NumPy's broadcasting: shapes are aligned at their last dimensions, and an extent of 1, or none, is repeated.</summary>
internal static class Broadcasting
{
    /// <summary>The shape that both can be broadcast to.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static Shape Common(Shape x, Shape y)
    {
        int rank = Math.Max(x.Rank, y.Rank);
        Span<int> extents = stackalloc int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int a = i <= x.Rank ? x[^i] : 1, b = i <= y.Rank ? y[^i] : 1;
            if (a != b && a != 1 && b != 1)
                throw new ArgumentException($"The shapes {x} and {y} cannot be broadcast: counted from the last, each pair of extents must be the same or contain a 1.");
            extents[^i] = a == 1 ? b : a;
        }

        return new Shape(extents);
    }

    /// <summary>Whether <paramref name="from"/> can be repeated to give <paramref name="to"/>.</summary>
    public static bool CanBroadcast(Shape from, Shape to)
    {
        if (from.Rank > to.Rank)
            return false;
        for (int i = 1; i <= from.Rank; i++)
        {
            if (from[^i] != to[^i] && from[^i] != 1)
                return false;
        }

        return true;
    }

    /// <summary>y = x repeated to the shape <paramref name="to"/>.</summary>
    public static void Expand<T>(Shape from, Shape to, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Strided.Read(Layout.Of(from).Expand(to), x, y);

    /// <summary>dx = Σ of dy over all repetitions, or dx +=: the gradient of <see cref="Expand"/>.</summary>
    public static void Reduce<T>(Shape from, Shape to, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T> => Reductions.Fold<SumFold<T>, T>(to, from, dy, dx, accumulate);
}
