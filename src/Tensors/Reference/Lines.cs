using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>What is done along the middle dimension of [O, E, I], one line after another.</summary>
public static class Lines
{
    /// <summary>index[o, i] = the e of the largest x[o, e, i], or of the smallest: the first of equal ones.</summary>
    public static void ArgMax<T>(int outer, int extent, int inner, ReadOnlySpan<T> x, Span<int> index, bool smallest = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < inner; i++)
            {
                T[] line = Line(x, o, i, extent, inner);
                index[(o * inner) + i] = Array.IndexOf(line, smallest ? line.Min() : line.Max());
            }
        }
    }

    /// <summary>y[o, e, i] = x[o, 0, i] + ... + x[o, e, i]; backwards, x[o, e, i] + ... + x[o, E - 1, i].</summary>
    public static void CumSum<T>(int outer, int extent, int inner, ReadOnlySpan<T> x, Span<T> y, bool backwards = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < inner; i++)
            {
                T[] line = Line(x, o, i, extent, inner);
                for (int e = 0; e < extent; e++)
                    y[(((o * extent) + e) * inner) + i] = Reductions.Sum<T>(backwards ? line[e..] : line[..(e + 1)]);
            }
        }
    }

    /// <summary>The first <paramref name="keep"/> numbers of each line in rising or falling order, [O, keep, I], and the e of each; equal ones keep their order.</summary>
    public static void Sort<T>(int outer, int extent, int inner, int keep, bool descending, ReadOnlySpan<T> x, Span<T> y, Span<int> index)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < inner; i++)
            {
                T[] line = Line(x, o, i, extent, inner);
                var all = Enumerable.Range(0, extent);
                int[] order = [.. descending ? all.OrderByDescending(e => line[e]) : all.OrderBy(e => line[e])];
                for (int k = 0; k < keep; k++)
                {
                    int at = (((o * keep) + k) * inner) + i;
                    (y[at], index[at]) = (line[order[k]], order[k]);
                }
            }
        }
    }

    private static T[] Line<T>(ReadOnlySpan<T> x, int o, int i, int extent, int inner)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var line = new T[extent];
        for (int e = 0; e < extent; e++)
            line[e] = x[(((o * extent) + e) * inner) + i];
        return line;
    }
}
