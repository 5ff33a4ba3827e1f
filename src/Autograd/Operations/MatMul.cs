using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>
    /// A·B of [M, K] and [K, N], or of stacks of them with the same outer dimensions; with <paramref name="transposeA"/> A
    /// is stored as [K, M], with <paramref name="transposeB"/> B as [N, K].
    /// </summary>
    /// <exception cref="ArgumentException">Ranks below 2, outer dimensions or inner extents that do not agree.</exception>
    public static Variable<T> MatMul<T>(this Variable<T> a, Variable<T> b, bool transposeA = false, bool transposeB = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var product = MatMulOperation<T>.Product.For(a.Shape, b.Shape, transposeA, transposeB);
        var recorder = Recorder<T>.For(a, b);
        var c = recorder.New(product.Shape);
        MatrixProduct.MultiplyBatch<T>(product.Count, product.M, product.N, product.K, a.Data.Span, transposeA, b.Data.Span, transposeB, c.Span);

        return recorder.Result(c, recorder.Records ? new MatMulOperation<T>(a, b, product) : null);
    }
}

/// <summary>C = A·B. Keeps both inputs.</summary>
internal sealed class MatMulOperation<T>(Variable<T> a, Variable<T> b, MatMulOperation<T>.Product product) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [a, b];

    // dA += dC·B', dB += A'·dC; with A or B stored transposed, the transpose of that.
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        var (count, m, n, k) = (product.Count, product.M, product.N, product.K);
        if (sink.Wants(a, out var dA, out bool accumulateA))
        {
            if (product.TransposeA)
                MatrixProduct.MultiplyBatch<T>(count, k, m, n, b.Data.Span, product.TransposeB, dOut.Span, transposeB: true, dA.Span, accumulateA);
            else
                MatrixProduct.MultiplyBatch<T>(count, m, k, n, dOut.Span, false, b.Data.Span, !product.TransposeB, dA.Span, accumulateA);
        }

        if (sink.Wants(b, out var dB, out bool accumulateB))
        {
            if (product.TransposeB)
                MatrixProduct.MultiplyBatch<T>(count, n, k, m, dOut.Span, true, a.Data.Span, product.TransposeA, dB.Span, accumulateB);
            else
                MatrixProduct.MultiplyBatch<T>(count, k, n, m, a.Data.Span, !product.TransposeA, dOut.Span, false, dB.Span, accumulateB);
        }
    }

    /// <summary>The sizes of a stack of products.</summary>
    internal readonly record struct Product(int Count, int M, int N, int K, bool TransposeA, bool TransposeB, Shape Shape)
    {
        public static Product For(Shape a, Shape b, bool transposeA, bool transposeB)
        {
            if (a.Rank < 2 || b.Rank != a.Rank)
                throw new ArgumentException($"A matrix product takes two operands of the same rank, at least 2, not {a} and {b}.");
            int m = transposeA ? a[^1] : a[^2], k = transposeA ? a[^2] : a[^1], n = transposeB ? b[^2] : b[^1], kB = transposeB ? b[^1] : b[^2];
            int count = 1;
            for (int i = 0; i < a.Rank - 2; i++)
            {
                if (a[i] != b[i])
                    throw new ArgumentException($"The operands {a} and {b} of a matrix product have different outer dimensions.");
                count *= a[i];
            }

            if (k != kB)
                throw new ArgumentException($"The inner extents of a matrix product differ: {a}{(transposeA ? " (transposed)" : "")} has {k}, {b}{(transposeB ? " (transposed)" : "")} has {kB}.");
            return new Product(count, m, n, k, transposeA, transposeB, a.With(^1, n).With(^2, m));
        }
    }
}
