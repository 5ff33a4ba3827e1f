using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>
    /// A·B of [..., M, K] and [..., K, N]; with <paramref name="transposeA"/> A is stored as [..., K, M], with
    /// <paramref name="transposeB"/> B as [..., N, K]. Outer dimensions broadcast; a vector [K] is a row on the left and a
    /// column on the right, whose dimension is not in the result.
    /// </summary>
    /// <exception cref="ArgumentException">An operand is a single number, inner extents differ, or outer dimensions do not broadcast.</exception>
    public static Variable<T> MatMul<T>(this Variable<T> a, Variable<T> b, bool transposeA = false, bool transposeB = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = MatMulShape.For(a.Shape, b.Shape, transposeA, transposeB);
        (a, b) = (Seen(a, shape.SeenA).BroadcastTo(shape.A), Seen(b, shape.SeenB).BroadcastTo(shape.B));
        var recorder = Recorder<T>.For(a, b);
        var c = recorder.New(shape.C);
        MatrixProduct.MultiplyBatch<T>(shape.Count, shape.M, shape.N, shape.K, a.Data.Span, transposeA, b.Data.Span, transposeB, c.Span);
        return Seen(recorder.Result(c, recorder.Records ? new MatMulOperation<T>(a, b, shape, transposeA, transposeB) : null), shape.Result);
    }

    /// <summary>
    /// A sum of products over indices (Einstein's notation), such as <c>bij,bkj->bik</c>: each letter names a dimension, those that
    /// the result lacks are summed over. Without an arrow the result has the letters that stand in one operand alone, in the order of the alphabet.
    /// </summary>
    /// <exception cref="ArgumentException">The equation is none of two operands, or does not fit their shapes.</exception>
    public static Variable<T> Einsum<T>(string equation, Variable<T> a, Variable<T> b)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var plan = EinsumPlan.For(equation, a.Shape, b.Shape);
        (a, b) = (a.Sum(Axes.Create(plan.SumA)), b.Sum(Axes.Create(plan.SumB)));
        return a.Permute(plan.OrderA).Reshape(plan.A).MatMul(b.Permute(plan.OrderB).Reshape(plan.B)).Reshape(plan.C).Permute(plan.Order);
    }

    private static Variable<T> Seen<T>(Variable<T> x, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Shape == shape ? x : x.Reshape(shape);
}

/// <summary>C = A·B of stacks of matrices. Keeps both inputs.</summary>
internal sealed class MatMulOperation<T>(Variable<T> a, Variable<T> b, MatMulShape shape, bool transposeA, bool transposeB) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [a, b];

    public override OperationDescription Describe() => new("MatMul", ("transposeA", transposeA), ("transposeB", transposeB));

    // dA += dC·B', dB += A'·dC; with A or B stored transposed, the transpose of that.
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        var (count, m, n, k) = (shape.Count, shape.M, shape.N, shape.K);
        if (sink.Wants(a, out var dA, out bool accumulateA))
        {
            if (transposeA)
                MatrixProduct.MultiplyBatch<T>(count, k, m, n, b.Data.Span, transposeB, dOut.Span, transposeB: true, dA.Span, accumulateA);
            else
                MatrixProduct.MultiplyBatch<T>(count, m, k, n, dOut.Span, false, b.Data.Span, !transposeB, dA.Span, accumulateA);
        }

        if (sink.Wants(b, out var dB, out bool accumulateB))
        {
            if (transposeB)
                MatrixProduct.MultiplyBatch<T>(count, n, k, m, dOut.Span, true, a.Data.Span, transposeA, dB.Span, accumulateB);
            else
                MatrixProduct.MultiplyBatch<T>(count, k, n, m, a.Data.Span, !transposeA, dOut.Span, false, dB.Span, accumulateB);
        }
    }
}
