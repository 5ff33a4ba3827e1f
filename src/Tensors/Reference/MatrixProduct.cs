using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>The matrix product as a textbook has it: three nested loops. What <see cref="Kernels.MatrixProduct"/> is held against.</summary>
public static class MatrixProduct
{
    /// <summary>
    /// C = A·B, or C += A·B with <paramref name="accumulate"/>, or C = A·B + bias. A is [M, K], or [K, M] with
    /// <paramref name="transposeA"/>; B is [K, N], or [N, K] with <paramref name="transposeB"/>; bias, [N], may be empty.
    /// </summary>
    public static void Multiply<T>(
        int rows, int columns, int depth,
        ReadOnlySpan<T> a, bool transposeA,
        ReadOnlySpan<T> b, bool transposeB,
        Span<T> c, bool accumulate = false, ReadOnlySpan<T> bias = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int m = 0; m < rows; m++)
        {
            for (int n = 0; n < columns; n++)
            {
                // C[m, n] = Σ_k A[m, k]·B[k, n]
                T sum = T.Zero;
                for (int k = 0; k < depth; k++)
                    sum += a[transposeA ? (k * rows) + m : (m * depth) + k] * b[transposeB ? (n * depth) + k : (k * columns) + n];
                if (!bias.IsEmpty)
                    sum += bias[n];
                c[(m * columns) + n] = accumulate ? c[(m * columns) + n] + sum : sum;
            }
        }
    }
}
