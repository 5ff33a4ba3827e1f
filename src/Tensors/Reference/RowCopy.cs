using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>Copies of rows that lie some way apart.</summary>
public static class RowCopy
{
    /// <summary>target[r·targetRow + i] = source[r·sourceRow + i], or += with <paramref name="accumulate"/>.</summary>
    public static void Run<T>(int rows, int width, ReadOnlySpan<T> source, int sourceRow, Span<T> target, int targetRow, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int r = 0; r < rows; r++)
        {
            for (int i = 0; i < width; i++)
            {
                T value = source[(r * sourceRow) + i];
                target[(r * targetRow) + i] = accumulate ? target[(r * targetRow) + i] + value : value;
            }
        }
    }
}
