namespace Diffusion.Tensors.Kernels;

/// <summary>
/// The sizes of a product of operands of any rank: the last two dimensions are matrices, the others a stack that broadcasts;
/// one vector is a row on the left and a column on the right, whose dimension is not in the result. As PyTorch's matmul.
/// </summary>
/// <param name="Count">How many matrices are multiplied.</param>
/// <param name="M">The rows of each result.</param>
/// <param name="N">Its columns.</param>
/// <param name="K">What is summed over.</param>
/// <param name="SeenA">The shape that A is to be seen under first.</param>
/// <param name="SeenB">The shape that B is to be seen under first.</param>
/// <param name="A">The shape that it is then to be broadcast to.</param>
/// <param name="B">The shape that it is then to be broadcast to.</param>
/// <param name="C">The shape of the stack of products.</param>
/// <param name="Result">The shape under which the user sees it.</param>
internal readonly record struct MatMulShape(int Count, int M, int N, int K, Shape SeenA, Shape SeenB, Shape A, Shape B, Shape C, Shape Result)
{
    /// <exception cref="ArgumentException">An operand is a single number, inner extents differ, or stacks do not broadcast.</exception>
    public static MatMulShape For(Shape a, Shape b, bool transposeA, bool transposeB)
    {
        if (a.Rank == 0 || b.Rank == 0)
            throw new ArgumentException($"A matrix product takes operands of rank 1 at least, not {a} and {b}.");
        Shape seenA = a.Rank > 1 ? a : transposeA ? [a[0], 1] : [1, a[0]], seenB = b.Rank > 1 ? b : transposeB ? [1, b[0]] : [b[0], 1];
        int m = transposeA ? seenA[^1] : seenA[^2], k = transposeA ? seenA[^2] : seenA[^1], n = transposeB ? seenB[^2] : seenB[^1], kB = transposeB ? seenB[^1] : seenB[^2];
        if (k != kB)
            throw new ArgumentException($"The inner extents of a matrix product differ: {a}{(transposeA ? " (transposed)" : "")} has {k}, {b}{(transposeB ? " (transposed)" : "")} has {kB}.");

        Shape outerA = new(seenA.AsSpan()[..^2]), outerB = new(seenB.AsSpan()[..^2]), outer;
        try
        {
            outer = Broadcasting.Common(outerA, outerB);
        }
        catch (ArgumentException)
        {
            throw new ArgumentException($"The operands {a} and {b} of a matrix product have the outer dimensions {outerA} and {outerB}, which cannot be broadcast.");
        }

        Shape result = new([.. outer.AsSpan(), .. a.Rank > 1 ? (ReadOnlySpan<int>)[m] : [], .. b.Rank > 1 ? (ReadOnlySpan<int>)[n] : []]);

        // One matrix on the right of a stack: the stack's rows are those of one large matrix.
        if (outerB.Length == 1 && outerA.Length > 1 && !transposeA)
        {
            int rows = seenA.Count(..^1);
            return new(1, rows, n, k, [rows, k], new(seenB.AsSpan()[^2..]), [rows, k], new(seenB.AsSpan()[^2..]), [rows, n], result);
        }

        return new(
            outer.Length, m, n, k, seenA, seenB, With(outer, seenA[^2], seenA[^1]), With(outer, seenB[^2], seenB[^1]), With(outer, m, n), result);
    }

    private static Shape With(Shape outer, int rows, int columns) => new([.. outer.AsSpan(), rows, columns]);
}
