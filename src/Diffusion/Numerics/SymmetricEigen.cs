namespace Diffusion.Numerics;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's rotations, cyclic by rows (Golub and Van Loan, Matrix
/// computations, 4th edition, algorithm 8.5.2): each rotation makes one pair of elements off the diagonal 0, until all are.
/// </summary>
internal static class SymmetricEigen
{
    // Convergence is quadratic: matrices of this library's sizes take 6 to 10 sweeps.
    private const int MaxSweeps = 60;

    /// <summary>A = V·diag(values)·V'.</summary>
    /// <param name="matrix">A, [n, n], row-major; only its symmetric part counts.</param>
    /// <param name="n">The size.</param>
    /// <returns>The eigenvalues, in no order, and V, [n, n]: column i belongs to value i.</returns>
    /// <exception cref="ArgumentException">The matrix has another length or numbers that are not finite.</exception>
    public static (double[] Values, double[] Vectors) Of(ReadOnlySpan<double> matrix, int n)
    {
        if (matrix.Length != (long)n * n)
            throw new ArgumentException($"A matrix of [{n}, {n}] has {(long)n * n} elements, not {matrix.Length}.", nameof(matrix));
        double[] a = new double[n * n], vectors = new double[n * n];
        double squares = 0;
        for (int i = 0; i < n; i++)
        {
            vectors[(i * n) + i] = 1;
            for (int j = 0; j < n; j++)
            {
                a[(i * n) + j] = (matrix[(i * n) + j] + matrix[(j * n) + i]) / 2;
                squares += a[(i * n) + j] * a[(i * n) + j];
            }
        }

        if (!double.IsFinite(squares))
            throw new ArgumentException("The matrix has numbers that are not finite, or too large to be squared.", nameof(matrix));

        // All that is left off the diagonal together is below the rounding of the largest eigenvalue.
        double negligible = Math.ScaleB(1, -53) * Math.Sqrt(squares) / Math.Max(1, n);
        for (int sweep = 0; sweep < MaxSweeps && Rotate(a, vectors, n, negligible); sweep++)
        {
        }

        double[] values = new double[n];
        for (int i = 0; i < n; i++)
            values[i] = a[(i * n) + i];
        return (values, vectors);
    }

    // One rotation for each pair that is not negligible; whether there was one.
    private static bool Rotate(double[] a, double[] vectors, int n, double negligible)
    {
        bool any = false;
        for (int p = 0; p < n; p++)
        {
            for (int q = p + 1; q < n; q++)
            {
                double off = a[(p * n) + q];
                if (Math.Abs(off) <= negligible)
                    continue;
                any = true;

                // tan of the smaller angle that makes a[p, q] 0.
                double tau = (a[(q * n) + q] - a[(p * n) + p]) / (2 * off);
                double t = (tau >= 0 ? 1 : -1) / (Math.Abs(tau) + Math.Sqrt(1 + (tau * tau)));
                double cos = 1 / Math.Sqrt(1 + (t * t)), sin = t * cos;
                for (int k = 0; k < n; k++)
                    (a[(p * n) + k], a[(q * n) + k]) = ((cos * a[(p * n) + k]) - (sin * a[(q * n) + k]), (sin * a[(p * n) + k]) + (cos * a[(q * n) + k]));
                for (int k = 0; k < n; k++)
                {
                    (a[(k * n) + p], a[(k * n) + q]) = ((cos * a[(k * n) + p]) - (sin * a[(k * n) + q]), (sin * a[(k * n) + p]) + (cos * a[(k * n) + q]));
                    (vectors[(k * n) + p], vectors[(k * n) + q]) = ((cos * vectors[(k * n) + p]) - (sin * vectors[(k * n) + q]), (sin * vectors[(k * n) + p]) + (cos * vectors[(k * n) + q]));
                }

                a[(p * n) + q] = a[(q * n) + p] = 0;
            }
        }

        return any;
    }
}
