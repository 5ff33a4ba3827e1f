namespace Diffusion.Tensors.Kernels;

/// <summary>The sizes of a stack of matrix products, whose outer dimensions are broadcast: A is [.., M, K] as it is multiplied, B [.., K, N].</summary>
/// <param name="Count">The number of products.</param>
/// <param name="M">Rows.</param>
/// <param name="N">Columns.</param>
/// <param name="K">What is summed over.</param>
/// <param name="A">A's shape with the outer dimensions of the result, as it is stored.</param>
/// <param name="B">B's shape with the outer dimensions of the result, as it is stored.</param>
/// <param name="Result">The result's shape.</param>
internal readonly record struct Product(int Count, int M, int N, int K, Shape A, Shape B, Shape Result)
{
    /// <exception cref="ArgumentException">No matrices, inner extents that differ, or outer dimensions that cannot be broadcast.</exception>
    public static Product Of(Shape a, Shape b, bool transposeA, bool transposeB)
    {
        if (a.Rank < 2 || b.Rank < 2)
            throw new ArgumentException($"A matrix product takes operands of at least two dimensions, not {a} and {b}.");
        int m = transposeA ? a[^1] : a[^2], k = transposeA ? a[^2] : a[^1], n = transposeB ? b[^2] : b[^1], kB = transposeB ? b[^1] : b[^2];
        if (k != kB)
            throw new ArgumentException($"The inner extents of a matrix product differ: {k} of {a}{(transposeA ? " (transposed)" : "")} and {kB} of {b}{(transposeB ? " (transposed)" : "")}.");
        Shape outer;
        try
        {
            outer = Broadcasting.Common(new Shape(a.AsSpan()[..^2]), new Shape(b.AsSpan()[..^2]));
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException($"The operands {a} and {b} of a matrix product have different outer dimensions, which cannot be broadcast.", exception);
        }

        return new Product(
            outer.Length, m, n, k, new Shape([.. outer.AsSpan(), a[^2], a[^1]]), new Shape([.. outer.AsSpan(), b[^2], b[^1]]), new Shape([.. outer.AsSpan(), m, n]));
    }
}
