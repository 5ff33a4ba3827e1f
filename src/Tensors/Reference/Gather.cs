using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>Rows of a table picked by index, and the gradient, which adds rows back. The table is [R, C]; indices are in [0, R).</summary>
public static class Gather
{
    /// <summary>y[i, c] = table[index[i], c].</summary>
    public static void Rows<T>(int columns, ReadOnlySpan<T> table, ReadOnlySpan<int> index, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < index.Length; i++)
        {
            for (int c = 0; c < columns; c++)
                y[(i * columns) + c] = table[(index[i] * columns) + c];
        }
    }

    /// <summary>y[i, s, c] = x[i, s, c] + table[index[i], c].</summary>
    public static void AddRows<T>(int positions, int columns, ReadOnlySpan<T> x, ReadOnlySpan<T> table, ReadOnlySpan<int> index, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < index.Length; i++)
        {
            for (int s = 0; s < positions; s++)
            {
                for (int c = 0; c < columns; c++)
                {
                    int at = (((i * positions) + s) * columns) + c;
                    y[at] = x[at] + table[(index[i] * columns) + c];
                }
            }
        }
    }

    /// <summary>table[index[i], c] += dy[i, s, c] over all i and s.</summary>
    public static void ScatterAdd<T>(int positions, int columns, ReadOnlySpan<T> dy, ReadOnlySpan<int> index, Span<T> table)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < index.Length; i++)
        {
            for (int s = 0; s < positions; s++)
            {
                for (int c = 0; c < columns; c++)
                    table[(index[i] * columns) + c] += dy[(((i * positions) + s) * columns) + c];
            }
        }
    }
}
