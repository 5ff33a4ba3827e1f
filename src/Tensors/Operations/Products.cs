using System.Numerics;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Tensors;

public static partial class TensorOperations
{
    /// <summary>
    /// A·B of matrices [..., M, K] and [..., K, N], whose outer dimensions are broadcast; with the flags A is stored as
    /// [..., K, M], B as [..., N, K].
    /// </summary>
    /// <exception cref="ArgumentException">No matrices, inner extents that differ, or outer dimensions that cannot be broadcast.</exception>
    public static Tensor<T> MatMul<T>(this Tensor<T> a, Tensor<T> b, bool transposeA = false, bool transposeB = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var product = Product.Of(a.Shape, b.Shape, transposeA, transposeB);
        var c = Tensor<T>.Uninitialized(product.Result);
        if (b.Rank == 2 && !transposeA)
        {
            // All rows of A in one product.
            MatrixProduct.Multiply<T>(product.Count * product.M, product.N, product.K, a.Span, false, b.Span, transposeB, c.Span);
            return c;
        }

        a = product.A == a.Shape ? a : a.BroadcastTo(product.A);
        b = product.B == b.Shape ? b : b.BroadcastTo(product.B);
        MatrixProduct.MultiplyBatch<T>(product.Count, product.M, product.N, product.K, a.Span, transposeA, b.Span, transposeB, c.Span);
        return c;
    }

    /// <summary>
    /// A sum over products in Einstein's notation, of two operands: in "bij,bkj->bik" letters that both operands and the
    /// result have are batches, those that only the operands have are summed over, the others are rows and columns.
    /// </summary>
    /// <exception cref="ArgumentException">A letter that occurs twice in one operand, is in the result alone, or has two extents; another number of letters than dimensions.</exception>
    public static Tensor<T> Einsum<T>(string equation, Tensor<T> a, Tensor<T> b)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var plan = Contraction.Parse(equation, a.Shape, b.Shape);
        if (plan.SumA.Length > 0)
            a = a.Sum(Axes.Create(plan.SumA));
        if (plan.SumB.Length > 0)
            b = b.Sum(Axes.Create(plan.SumB));
        var left = a.Permute(plan.OrderA).Reshape(plan.MatrixA);
        var right = b.Permute(plan.OrderB).Reshape(plan.MatrixB);
        return left.MatMul(right).Reshape(plan.Product).Permute(plan.OrderResult);
    }
}
