using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>Softmax along the rows of a matrix, and its logarithm.</summary>
public static class Softmax
{
    /// <summary>y[r, c] = e^(x[r, c] - m) / Σ_c' e^(x[r, c'] - m) with the row's maximum m, which changes nothing but keeps e^x finite; or its logarithm.</summary>
    public static void Forward<T>(int rows, int columns, bool logarithm, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int r = 0; r < rows; r++)
        {
            var row = x.Slice(r * columns, columns);
            T max = T.NegativeInfinity, sum = T.Zero;
            foreach (T value in row)
                max = T.Max(max, value);
            foreach (T value in row)
                sum += T.Exp(value - max);
            for (int c = 0; c < columns; c++)
                y[(r * columns) + c] = logarithm ? row[c] - max - T.Log(sum) : T.Exp(row[c] - max) / sum;
        }
    }

    /// <summary>
    /// dx[r, i] = Σ_j dy[r, j]·∂y_j/∂x_i with ∂y_j/∂x_i = y_j·(δ_ij - y_i), or for the logarithm δ_ij - e^(y_i): the
    /// whole Jacobian, element by element; overwritten or added to.
    /// </summary>
    public static void Backward<T>(int rows, int columns, bool logarithm, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int r = 0; r < rows; r++)
        {
            int start = r * columns;
            for (int i = 0; i < columns; i++)
            {
                T sum = T.Zero;
                for (int j = 0; j < columns; j++)
                {
                    T same = i == j ? T.One : T.Zero;
                    T slope = logarithm ? same - T.Exp(y[start + i]) : y[start + j] * (same - y[start + i]);
                    sum += dy[start + j] * slope;
                }

                dx[start + i] = accumulate ? dx[start + i] + sum : sum;
            }
        }
    }
}
