using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>
    /// Transposed two-dimensional convolution of x [N, H, W, Cin] with W [Kh, Kw, Cin, Cout/groups] and bias [Cout] or null;
    /// the result is [N, Hout, Wout, Cout], both sizes (size - 1)·stride - 2·padding + dilation·(K - 1) + outputPadding + 1.
    /// One number for stride, padding or dilation stands for both dimensions; where none is given, strides and dilations are 1
    /// and paddings 0.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not make a transposed convolution.</exception>
    public static Variable<T> ConvTranspose2d<T>(
        this Variable<T> x, Variable<T> weight, Variable<T>? bias = null,
        Size2d? stride = null, Size2d? padding = null, Size2d? outputPadding = null, Size2d? dilation = null, int groups = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckConvolution2d(x.Shape, weight.Shape, inChannels: weight.Shape.Rank == 4 ? weight.Shape[2] : 0);
        int outChannels = OutChannels(weight.Shape, groups);
        var shape = new ConvTranspose2dShape(
            x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3], outChannels, (weight.Shape[0], weight.Shape[1]), stride, padding, outputPadding, dilation, groups);
        CheckBias(bias, outChannels);
        var recorder = Recorder<T>.For(x, weight, bias);
        var y = recorder.New(shape.Output);
        Tensors.Kernels.ConvTranspose2d.Forward<T>(shape, x.Data.Span, weight.Data.Span, bias is null ? default : bias.Data.Span, y.Span);
        return recorder.Result(y, recorder.Records ? new ConvTranspose2dOperation<T>(shape, x, weight, bias) : null);
    }
}

/// <summary>y = the transposed convolution of x with W, plus bias. Keeps x and W.</summary>
internal sealed class ConvTranspose2dOperation<T>(ConvTranspose2dShape shape, Variable<T> x, Variable<T> weight, Variable<T>? bias) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => bias is null ? [x, weight] : [x, weight, bias];

    public override OperationDescription Describe() => new(
        "ConvTranspose2d", ("stride", shape.Adjoint.Stride.ToArray()), ("padding", shape.Adjoint.Padding.ToArray()), ("dilation", shape.Adjoint.Dilation.ToArray()),
        ("outputPadding", shape.OutputPadding.ToArray()), ("groups", shape.Adjoint.Groups));

    // dx += conv(dy, W); dW[kh, kw] += x transposed times dy shifted by (kh, kw); dbias += Σ dy
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.Wants(x, out var dx, out bool accumulate))
            Tensors.Kernels.ConvTranspose2d.InputGradient<T>(shape, dOut.Span, weight.Data.Span, dx.Span, accumulate);
        if (sink.Wants(weight, out var dW, out accumulate))
            Tensors.Kernels.ConvTranspose2d.WeightGradient<T>(shape, x.Data.Span, dOut.Span, dW.Span, accumulate);
        if (bias is not null && sink.Wants(bias, out var dBias, out accumulate))
            Reductions.SumRows<T>(dOut.Length / dOut.Shape[^1], dOut.Shape[^1], dOut.Span, dBias.Span, accumulate);
    }
}
