using System.Numerics;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Tensors;

public static partial class TensorOperations
{
    /// <summary>
    /// A·B of [..., M, K] and [..., K, N]; with the flags A is stored as [..., K, M], B as [..., N, K]. Outer dimensions
    /// broadcast; a vector [K] is a row on the left and a column on the right, whose dimension is not in the result.
    /// </summary>
    /// <exception cref="ArgumentException">An operand is a single number, inner extents differ, or outer dimensions do not broadcast.</exception>
    public static Tensor<T> MatMul<T>(this Tensor<T> a, Tensor<T> b, bool transposeA = false, bool transposeB = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = MatMulShape.For(a.Shape, b.Shape, transposeA, transposeB);
        (a, b) = (Seen(a, shape.SeenA, shape.A), Seen(b, shape.SeenB, shape.B));
        var c = Tensor<T>.Uninitialized(shape.C);
        MatrixProduct.MultiplyBatch<T>(shape.Count, shape.M, shape.N, shape.K, a.Span, transposeA, b.Span, transposeB, c.Span);
        return c.Reshape(shape.Result);
    }

    /// <summary>
    /// A sum of products over indices (Einstein's notation), such as <c>bij,bkj->bik</c>: each letter names a dimension, those that
    /// the result lacks are summed over. Without an arrow the result has the letters that stand in one operand alone, in the order of the alphabet.
    /// </summary>
    /// <exception cref="ArgumentException">The equation is none of two operands, or does not fit their shapes.</exception>
    public static Tensor<T> Einsum<T>(string equation, Tensor<T> a, Tensor<T> b)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var plan = EinsumPlan.For(equation, a.Shape, b.Shape);
        (a, b) = (a.Sum(Axes.Create(plan.SumA)), b.Sum(Axes.Create(plan.SumB)));
        return a.Permute(plan.OrderA).Reshape(plan.A).MatMul(b.Permute(plan.OrderB).Reshape(plan.B)).Reshape(plan.C).Permute(plan.Order);
    }

    private static Tensor<T> Seen<T>(Tensor<T> x, Shape seen, Shape broadcast)
        where T : unmanaged, IFloatingPointIeee754<T> => seen == broadcast ? x.Reshape(seen) : x.Reshape(seen).BroadcastTo(broadcast);
}
