using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>Sums over all elements, over the rows of a matrix [R, C], and folds over any dimensions.</summary>
public static class Reductions
{
    /// <summary>Σ x.</summary>
    public static T Sum<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T sum = T.Zero;
        foreach (T value in x)
            sum += value;
        return sum;
    }

    /// <summary>y[c] = Σ_r x[r, c], or y[c] += Σ_r x[r, c].</summary>
    public static void SumRows<T>(int rows, int columns, ReadOnlySpan<T> x, Span<T> y, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int c = 0; c < columns; c++)
        {
            T sum = T.Zero;
            for (int r = 0; r < rows; r++)
                sum += x[(r * columns) + c];
            y[c] = accumulate ? y[c] + sum : sum;
        }
    }

    /// <summary>y[place of i...] = fold(y[place of i...], x[i...]) over all elements, where the target has extent 1 in the dimensions that are folded, or lacks them.</summary>
    public static void Fold<T>(Func<T, T, T> fold, Shape shape, Shape target, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int at = 0; at < x.Length; at++)
        {
            int place = Broadcasting.Source(target, shape, at);
            y[place] = fold(y[place], x[at]);
        }
    }
}
