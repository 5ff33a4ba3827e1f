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

    /// <summary>C[..., m, n] = Σ_k A[..., m, k]·B[..., k, n], where the outer dimensions of A and B are broadcast to those of C.</summary>
    public static void MultiplyStack<T>(Shape aShape, Shape bShape, Shape cShape, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int at = 0; at < cShape.Length; at++)
        {
            int[] indices = Strided.Indices(cShape, at);
            T sum = T.Zero;
            for (int k = 0; k < aShape[^1]; k++)
                sum += a[Place(aShape, [.. indices[..^1], k])] * b[Place(bShape, [.. indices[..^2], k, indices[^1]])];
            c[at] = sum;
        }
    }

    // The last dimensions, of which those of extent 1 are repeated.
    private static int Place(Shape shape, ReadOnlySpan<int> indices)
    {
        int place = 0;
        for (int i = 0; i < shape.Rank; i++)
            place = (place * shape[i]) + (shape[i] == 1 ? 0 : indices[indices.Length - shape.Rank + i]);
        return place;
    }
}
