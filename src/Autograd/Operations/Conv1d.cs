using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>
    /// One-dimensional convolution of x [N, L, Cin] with W [K, Cin/groups, Cout] and bias [Cout] or null; the result is
    /// [N, ⌊(L + 2·padding - dilation·(K - 1) - 1)/stride⌋ + 1, Cout].
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not make a convolution.</exception>
    public static Variable<T> Conv1d<T>(
        this Variable<T> x, Variable<T> weight, Variable<T>? bias = null, int stride = 1, int padding = 0, int dilation = 1, int groups = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckConvolution(x.Shape, weight.Shape, inChannels: (long)groups * (weight.Shape.Rank == 3 ? weight.Shape[1] : 0));
        var shape = new Conv1dShape(x.Shape[0], x.Shape[1], x.Shape[2], weight.Shape[2], weight.Shape[0], stride, padding, dilation, groups);
        CheckBias(bias, shape.OutChannels);
        var recorder = Recorder<T>.For(x, weight, bias);
        var y = recorder.New(shape.Output);
        Tensors.Kernels.Conv1d.Forward<T>(shape, x.Data.Span, weight.Data.Span, bias is null ? default : bias.Data.Span, y.Span);
        return recorder.Result(y, recorder.Records ? new Conv1dOperation<T>(shape, x, weight, bias) : null);
    }

    private static void CheckConvolution(Shape x, Shape weight, long inChannels)
    {
        if (x.Rank != 3 || weight.Rank != 3)
            throw new ArgumentException($"A one-dimensional convolution takes an input [N, L, C] and a weight of rank 3, not {x} and {weight}.");
        if (x[2] != inChannels)
            throw new ArgumentException($"The input {x} has {x[2]} channels, but the weight {weight} is for {inChannels}.");
    }

    private static void CheckBias<T>(Variable<T>? bias, int channels)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (bias is not null && bias.Shape != [channels])
            throw new ArgumentException($"The bias of a convolution with {channels} output channels must have the shape [{channels}], not {bias.Shape}.", nameof(bias));
    }
}

/// <summary>y = conv(x, W) + bias. Keeps x and W.</summary>
internal sealed class Conv1dOperation<T>(Conv1dShape shape, Variable<T> x, Variable<T> weight, Variable<T>? bias) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => bias is null ? [x, weight] : [x, weight, bias];

    public override OperationDescription Describe() => new(
        "Conv1d", ("stride", new[] { shape.Stride }), ("padding", new[] { shape.Padding }), ("dilation", new[] { shape.Dilation }), ("groups", shape.Groups));

    // dx += the transposed convolution of dy with W; dW[k] += x shifted by k, transposed, times dy; dbias += Σ dy
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.Wants(x, out var dx, out bool accumulate))
            Tensors.Kernels.Conv1d.InputGradient<T>(shape, dOut.Span, weight.Data.Span, dx.Span, accumulate);
        if (sink.Wants(weight, out var dW, out accumulate))
            Tensors.Kernels.Conv1d.WeightGradient<T>(shape, x.Data.Span, dOut.Span, dW.Span, accumulate);
        if (bias is not null && sink.Wants(bias, out var dBias, out accumulate))
            Reductions.SumRows<T>(shape.Batch * shape.OutLength, shape.OutChannels, dOut.Span, dBias.Span, accumulate);
    }
}
