using Diffusion.Nn;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>A convolution over images.</summary>
internal sealed class Conv2dWork(Conv2dShape shape, bool gradients) : ConvolutionWork(shape.Input, shape.Weight, shape.Output, WeightLayout.Conv2d, gradients)
{
    protected override void Forward() => Conv2d.Forward<float>(shape, X.Span, Weight.Span, Bias.Span, Y.Span);

    protected override void Backward()
    {
        Conv2d.InputGradient<float>(shape, DY.Span, Weight.Span, DX.Span, accumulate: false);
        Conv2d.WeightGradient<float>(shape, X.Span, DY.Span, DWeight.Span, accumulate: false);
    }

    protected override torch.Tensor Convolve(torch.Tensor x, torch.Tensor weight, torch.Tensor bias, bool channelsLast) => torch.nn.functional.conv2d(
        x, weight, bias, Pair(shape.Stride), Pair(shape.Padding), Pair(shape.Dilation), shape.Groups);
}

/// <summary>A transposed convolution over images.</summary>
internal sealed class ConvTranspose2dWork(ConvTranspose2dShape shape)
    : ConvolutionWork(shape.Input, shape.Weight, shape.Output, WeightLayout.ConvTranspose2d, gradients: true)
{
    private readonly Conv2dShape _adjoint = shape.Adjoint;

    protected override void Forward() => ConvTranspose2d.Forward<float>(shape, X.Span, Weight.Span, Bias.Span, Y.Span);

    protected override void Backward()
    {
        ConvTranspose2d.InputGradient<float>(shape, DY.Span, Weight.Span, DX.Span, accumulate: false);
        ConvTranspose2d.WeightGradient<float>(shape, X.Span, DY.Span, DWeight.Span, accumulate: false);
    }

    protected override torch.Tensor Convolve(torch.Tensor x, torch.Tensor weight, torch.Tensor bias, bool channelsLast) => torch.nn.functional.conv_transpose2d(
        x, weight, bias, Pair(_adjoint.Stride), Pair(_adjoint.Padding), Pair(shape.OutputPadding), Pair(_adjoint.Dilation), _adjoint.Groups);
}
