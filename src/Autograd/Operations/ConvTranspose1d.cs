using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>
    /// Transposed one-dimensional convolution of x [N, L, Cin] with W [K, Cin, Cout/groups] and bias [Cout] or null; the
    /// result is [N, (L - 1)·stride - 2·padding + dilation·(K - 1) + outputPadding + 1, Cout].
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not make a transposed convolution.</exception>
    public static Variable<T> ConvTranspose1d<T>(
        this Variable<T> x, Variable<T> weight, Variable<T>? bias = null,
        int stride = 1, int padding = 0, int outputPadding = 0, int dilation = 1, int groups = 1)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckConvolution(x.Shape, weight.Shape, inChannels: weight.Shape.Rank == 3 ? weight.Shape[1] : 0);
        int outChannels = OutChannels(weight.Shape, groups);
        var shape = new ConvTranspose1dShape(
            x.Shape[0], x.Shape[1], x.Shape[2], outChannels, weight.Shape[0], stride, padding, outputPadding, dilation, groups);
        CheckBias(bias, outChannels);
        var recorder = Recorder<T>.For(x, weight, bias);
        var y = recorder.New(shape.Output);
        Tensors.Kernels.ConvTranspose1d.Forward<T>(shape, x.Data.Span, weight.Data.Span, bias is null ? default : bias.Data.Span, y.Span);
        return recorder.Result(y, recorder.Records ? new ConvTranspose1dOperation<T>(shape, x, weight, bias) : null);
    }

    private static int OutChannels(Shape weight, int groups) => (long)weight[^1] * groups is >= 0 and <= int.MaxValue and var channels
        ? (int)channels
        : throw new ArgumentException($"The weight {weight} in {groups} groups makes no number of channels.", nameof(groups));
}

/// <summary>y = the transposed convolution of x with W, plus bias. Keeps x and W.</summary>
internal sealed class ConvTranspose1dOperation<T>(ConvTranspose1dShape shape, Variable<T> x, Variable<T> weight, Variable<T>? bias) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => bias is null ? [x, weight] : [x, weight, bias];

    public override OperationDescription Describe() => new(
        "ConvTranspose1d", ("stride", new[] { shape.Adjoint.Stride }), ("padding", new[] { shape.Adjoint.Padding }), ("dilation", new[] { shape.Adjoint.Dilation }),
        ("outputPadding", new[] { shape.OutputPadding }), ("groups", shape.Adjoint.Groups));

    // dx += conv(dy, W); dW[k] += x transposed times dy shifted by k; dbias += Σ dy
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.Wants(x, out var dx, out bool accumulate))
            Tensors.Kernels.ConvTranspose1d.InputGradient<T>(shape, dOut.Span, weight.Data.Span, dx.Span, accumulate);
        if (sink.Wants(weight, out var dW, out accumulate))
            Tensors.Kernels.ConvTranspose1d.WeightGradient<T>(shape, x.Data.Span, dOut.Span, dW.Span, accumulate);
        if (bias is not null && sink.Wants(bias, out var dBias, out accumulate))
            Reductions.SumRows<T>(dOut.Length / dOut.Shape[^1], dOut.Shape[^1], dOut.Span, dBias.Span, accumulate);
    }
}
