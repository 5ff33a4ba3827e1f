using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>Numbers picked by index along the middle dimension of [O, E, I], and added back: those picked are [O, count, I].</summary>
public static class IndexMap
{
    /// <summary>y[o, k, i] = x[o, index[k], i].</summary>
    public static void Select<T>(int outer, int extent, int inner, ReadOnlySpan<int> index, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Pick(outer, extent, inner, ForEach(outer, inner, index), index.Length, x, y);

    /// <summary>y[o, index[k], i] += x[o, k, i].</summary>
    public static void SelectAdd<T>(int outer, int extent, int inner, ReadOnlySpan<int> index, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => PickAdd(outer, extent, inner, ForEach(outer, inner, index), index.Length, x, y);

    /// <summary>y[o, k, i] = x[o, index[o, k, i], i].</summary>
    public static void Pick<T>(int outer, int extent, int inner, ReadOnlySpan<int> index, int count, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int at = 0; at < outer * count * inner; at++)
            y[at] = x[Place(extent, inner, count, index, at)];
    }

    /// <summary>y[o, index[o, k, i], i] += x[o, k, i].</summary>
    public static void PickAdd<T>(int outer, int extent, int inner, ReadOnlySpan<int> index, int count, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int at = 0; at < outer * count * inner; at++)
            y[Place(extent, inner, count, index, at)] += x[at];
    }

    private static int Place(int extent, int inner, int count, ReadOnlySpan<int> index, int at) => (((at / (count * inner) * extent) + index[at]) * inner) + (at % inner);

    private static int[] ForEach(int outer, int inner, ReadOnlySpan<int> index)
    {
        int[] each = new int[outer * index.Length * inner];
        for (int at = 0; at < each.Length; at++)
            each[at] = index[at / inner % index.Length];
        return each;
    }
}
