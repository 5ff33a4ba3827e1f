using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>NumPy's broadcasting, one element at a time: shapes are aligned at their last dimensions, and an extent of 1, or none, is repeated.</summary>
public static class Broadcasting
{
    /// <summary>y[i...] = x[i... where x has that extent, 0 where it has 1].</summary>
    public static void Expand<T>(Shape from, Shape to, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int at = 0; at < y.Length; at++)
            y[at] = x[Source(from, to, at)];
    }

    /// <summary>dx[source of i...] += dy[i...] over all elements, from 0 or from what dx holds.</summary>
    public static void Reduce<T>(Shape from, Shape to, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dx.Clear();
        for (int at = 0; at < dy.Length; at++)
            dx[Source(from, to, at)] += dy[at];
    }

    /// <summary>The place in the smaller tensor that an element of the larger comes from: from its place to its indices, and from these to the other place.</summary>
    public static int Source(Shape from, Shape to, int at)
    {
        int[] indices = new int[to.Rank];
        for (int i = to.Rank - 1; i >= 0; i--)
            (at, indices[i]) = (at / to[i], at % to[i]);

        int source = 0;
        for (int i = 0; i < from.Rank; i++)
            source = (source * from[i]) + (from[i] == 1 ? 0 : indices[to.Rank - from.Rank + i]);
        return source;
    }
}
