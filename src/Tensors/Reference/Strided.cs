using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>Copies by a rule for the place of each element.</summary>
public static class Strided
{
    /// <summary>y[i...] = x[where(i...)], for each index of the shape in row-major order; both are dense.</summary>
    public static void Read<T>(Shape from, Shape to, Func<int[], int[]> where, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int at = 0; at < to.Length; at++)
            y[at] = x[Place(from, where(Indices(to, at)))];
    }

    /// <summary>dx[where(i...)] += dy[i...]: the gradient of <see cref="Read"/>.</summary>
    public static void AddInto<T>(Shape from, Shape to, Func<int[], int[]> where, ReadOnlySpan<T> dy, Span<T> dx)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int at = 0; at < to.Length; at++)
            dx[Place(from, where(Indices(to, at)))] += dy[at];
    }

    /// <summary>The indices of an element that is counted in row-major order.</summary>
    public static int[] Indices(Shape shape, int at)
    {
        int[] indices = new int[shape.Rank];
        for (int i = shape.Rank - 1; i >= 0; i--)
            (at, indices[i]) = (at / shape[i], at % shape[i]);
        return indices;
    }

    /// <summary>The number of an element in row-major order.</summary>
    public static int Place(Shape shape, ReadOnlySpan<int> indices)
    {
        int place = 0;
        for (int i = 0; i < shape.Rank; i++)
            place = (place * shape[i]) + indices[i];
        return place;
    }
}
