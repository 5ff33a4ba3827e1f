using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>x·W + bias over the last dimension: x [..., in], W [in, out], bias [out] or null; the result is [..., out].</summary>
    /// <exception cref="ArgumentException">The extents do not agree.</exception>
    public static Variable<T> Linear<T>(this Variable<T> x, Variable<T> weight, Variable<T>? bias = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (weight.Shape.Rank != 2 || x.Shape.Rank < 1 || x.Shape[^1] != weight.Shape[0])
            throw new ArgumentException($"A linear layer with the weight {weight.Shape} (in, out) cannot take an input of shape {x.Shape}: the last extent must be {(weight.Shape.Rank > 0 ? weight.Shape[0] : 0)}.", nameof(x));
        if (bias is not null && bias.Shape != [weight.Shape[1]])
            throw new ArgumentException($"The bias of a linear layer with the weight {weight.Shape} must have the shape [{weight.Shape[1]}], not {bias.Shape}.", nameof(bias));

        int inputs = weight.Shape[0], outputs = weight.Shape[1], rows = x.Shape.Count(..^1);
        var recorder = Recorder<T>.For(x, weight, bias);
        var y = recorder.New(x.Shape.With(^1, outputs));
        MatrixProduct.Multiply<T>(
            rows, outputs, inputs, x.Data.Span, false, weight.Data.Span, false, y.Span, bias: bias is null ? default : bias.Data.Span);
        return recorder.Result(y, recorder.Records ? new LinearOperation<T>(x, weight, bias) : null);
    }
}

/// <summary>y = x·W + bias. Keeps x and W.</summary>
internal sealed class LinearOperation<T>(Variable<T> x, Variable<T> weight, Variable<T>? bias) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => bias is null ? [x, weight] : [x, weight, bias];

    // dx += dy·W', dW += x'·dy, dbias += the column sums of dy
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        int inputs = weight.Shape[0], outputs = weight.Shape[1], rows = x.Shape.Count(..^1);
        if (sink.Wants(x, out var dx, out bool accumulate))
            MatrixProduct.Multiply<T>(rows, inputs, outputs, dOut.Span, false, weight.Data.Span, true, dx.Span, accumulate);
        if (sink.Wants(weight, out var dW, out accumulate))
            MatrixProduct.Multiply<T>(inputs, outputs, rows, x.Data.Span, true, dOut.Span, false, dW.Span, accumulate);
        if (bias is not null && sink.Wants(bias, out var dBias, out accumulate))
            Reductions.SumRows<T>(rows, outputs, dOut.Span, dBias.Span, accumulate);
    }
}
