using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>Layer normalisation (Ba et al., arXiv:1607.06450) of the rows of a matrix, step by step.</summary>
public static class LayerNorm
{
    /// <summary>
    /// For each row of x [R, C]: mean and biased variance; h = (x - mean)·rstd with rstd = 1/√(var + epsilon);
    /// y = h·gamma + beta. mean and rstd are [R].
    /// </summary>
    public static void Forward<T>(
        int rows, int columns, T epsilon, ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, ReadOnlySpan<T> beta, Span<T> y, Span<T> mean, Span<T> rstd)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T size = T.CreateChecked(columns);
        for (int r = 0; r < rows; r++)
        {
            var row = x.Slice(r * columns, columns);
            T sum = T.Zero, squares = T.Zero;
            foreach (T value in row)
                sum += value;
            mean[r] = sum / size;
            foreach (T value in row)
                squares += (value - mean[r]) * (value - mean[r]);
            rstd[r] = T.One / T.Sqrt((squares / size) + epsilon);
            for (int c = 0; c < columns; c++)
                y[(r * columns) + c] = ((row[c] - mean[r]) * rstd[r] * gamma[c]) + beta[c];
        }
    }

    /// <summary>
    /// With q = dy·gamma and means along the row: dx = (q - mean(q) - h·mean(q·h))·rstd; dgamma = Σ dy·h; dbeta = Σ dy over
    /// rows; each is overwritten or added to.
    /// </summary>
    public static void Backward<T>(
        int rows, int columns, ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, ReadOnlySpan<T> mean, ReadOnlySpan<T> rstd, ReadOnlySpan<T> dy,
        Span<T> dx, bool accumulateX, Span<T> dgamma, Span<T> dbeta, bool accumulateParameters)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!accumulateX)
            dx.Clear();
        if (!accumulateParameters)
        {
            dgamma.Clear();
            dbeta.Clear();
        }

        T size = T.CreateChecked(columns);
        for (int r = 0; r < rows; r++)
        {
            int start = r * columns;
            T sumQ = T.Zero, sumQH = T.Zero;
            for (int c = 0; c < columns; c++)
            {
                T h = (x[start + c] - mean[r]) * rstd[r];
                dgamma[c] += dy[start + c] * h;
                dbeta[c] += dy[start + c];
                sumQ += dy[start + c] * gamma[c];
                sumQH += dy[start + c] * gamma[c] * h;
            }

            for (int c = 0; c < columns; c++)
            {
                T h = (x[start + c] - mean[r]) * rstd[r];
                dx[start + c] += ((dy[start + c] * gamma[c]) - (sumQ / size) - (h * sumQH / size)) * rstd[r];
            }
        }
    }
}
