using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>
    /// Two-dimensional convolution of x [N, H, W, Cin] with W [Kh, Kw, Cin/groups, Cout] and bias [Cout] or null; the result
    /// is [N, Hout, Wout, Cout], both sizes ⌊(size + 2·padding - dilation·(K - 1) - 1)/stride⌋ + 1. One number for stride,
    /// padding or dilation stands for both dimensions; where none is given they are 1, 0 and 1.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not make a convolution.</exception>
    public static Variable<T> Conv2d<T>(
        this Variable<T> x, Variable<T> weight, Variable<T>? bias = null, Size2d? stride = null, Size2d? padding = null, Size2d? dilation = null, int groups = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckConvolution2d(x.Shape, weight.Shape, inChannels: (long)groups * (weight.Shape.Rank == 4 ? weight.Shape[2] : 0));
        var shape = new Conv2dShape(
            x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3], weight.Shape[3], (weight.Shape[0], weight.Shape[1]), stride, padding, dilation, groups);
        CheckBias(bias, shape.OutChannels);
        var recorder = Recorder<T>.For(x, weight, bias);
        var y = recorder.New(shape.Output);
        Tensors.Kernels.Conv2d.Forward<T>(shape, x.Data.Span, weight.Data.Span, bias is null ? default : bias.Data.Span, y.Span);
        return recorder.Result(y, recorder.Records ? new Conv2dOperation<T>(shape, x, weight, bias) : null);
    }

    private static void CheckConvolution2d(Shape x, Shape weight, long inChannels)
    {
        if (x.Rank != 4 || weight.Rank != 4)
            throw new ArgumentException($"A two-dimensional convolution takes an input [N, H, W, C] and a weight of rank 4, not {x} and {weight}.");
        if (x[3] != inChannels)
            throw new ArgumentException($"The input {x} has {x[3]} channels, but the weight {weight} is for {inChannels}.");
    }
}

/// <summary>y = conv(x, W) + bias. Keeps x and W.</summary>
internal sealed class Conv2dOperation<T>(Conv2dShape shape, Variable<T> x, Variable<T> weight, Variable<T>? bias) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => bias is null ? [x, weight] : [x, weight, bias];

    public override OperationDescription Describe() => new(
        "Conv2d", ("stride", shape.Stride.ToArray()), ("padding", shape.Padding.ToArray()), ("dilation", shape.Dilation.ToArray()), ("groups", shape.Groups));

    // dx += the transposed convolution of dy with W; dW[kh, kw] += x shifted by (kh, kw), transposed, times dy; dbias += Σ dy
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.Wants(x, out var dx, out bool accumulate))
            Tensors.Kernels.Conv2d.InputGradient<T>(shape, dOut.Span, weight.Data.Span, dx.Span, accumulate);
        if (sink.Wants(weight, out var dW, out accumulate))
            Tensors.Kernels.Conv2d.WeightGradient<T>(shape, x.Data.Span, dOut.Span, dW.Span, accumulate);
        if (bias is not null && sink.Wants(bias, out var dBias, out accumulate))
            Reductions.SumRows<T>(shape.Batch * shape.OutSize.Area, shape.OutChannels, dOut.Span, dBias.Span, accumulate);
    }
}
