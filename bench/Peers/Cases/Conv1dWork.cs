using Diffusion.Nn;
using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>A convolution over sequences: libtorch does it as it is, channels first, and as one over images of height 1 with channels last.</summary>
internal abstract class SequenceConvolutionWork(Shape input, Shape weight, Shape output, WeightLayout layout)
    : ConvolutionWork(input, weight, output, layout, gradients: true)
{
    protected override double Tolerance => 1e-5;

    protected override (string First, string Last) Layouts => ("sequence, channels first", "image of height 1, channels last");

    protected override torch.Tensor InChannelsLast(torch.Tensor tensor) => base.InChannelsLast(tensor.unsqueeze(2));
}

/// <summary>A convolution over sequences.</summary>
internal sealed class Conv1dWork(Conv1dShape shape) : SequenceConvolutionWork(shape.Input, shape.Weight, shape.Output, WeightLayout.Conv1d)
{
    protected override void Forward() => Tensors.Kernels.Conv1d.Forward<float>(shape, X.Span, Weight.Span, Bias.Span, Y.Span);

    protected override void Backward()
    {
        Tensors.Kernels.Conv1d.InputGradient<float>(shape, DY.Span, Weight.Span, DX.Span, accumulate: false);
        Tensors.Kernels.Conv1d.WeightGradient<float>(shape, X.Span, DY.Span, DWeight.Span, accumulate: false);
    }

    protected override torch.Tensor Convolve(torch.Tensor x, torch.Tensor weight, torch.Tensor bias, bool channelsLast) => channelsLast
        ? torch.nn.functional.conv2d(x, weight, bias, [1, shape.Stride], [0, shape.Padding], [1, shape.Dilation], shape.Groups)
        : torch.nn.functional.conv1d(x, weight, bias, shape.Stride, shape.Padding, shape.Dilation, shape.Groups);
}

/// <summary>A transposed convolution over sequences.</summary>
internal sealed class ConvTranspose1dWork(ConvTranspose1dShape shape)
    : SequenceConvolutionWork(shape.Input, shape.Weight, shape.Output, WeightLayout.ConvTranspose1d)
{
    private readonly Conv1dShape _adjoint = shape.Adjoint;

    protected override void Forward() => Tensors.Kernels.ConvTranspose1d.Forward<float>(shape, X.Span, Weight.Span, Bias.Span, Y.Span);

    protected override void Backward()
    {
        Tensors.Kernels.ConvTranspose1d.InputGradient<float>(shape, DY.Span, Weight.Span, DX.Span, accumulate: false);
        Tensors.Kernels.ConvTranspose1d.WeightGradient<float>(shape, X.Span, DY.Span, DWeight.Span, accumulate: false);
    }

    protected override torch.Tensor Convolve(torch.Tensor x, torch.Tensor weight, torch.Tensor bias, bool channelsLast) => channelsLast
        ? torch.nn.functional.conv_transpose2d(
            x, weight, bias, [1, _adjoint.Stride], [0, _adjoint.Padding], [0, shape.OutputPadding], [1, _adjoint.Dilation], _adjoint.Groups)
        : torch.nn.functional.conv_transpose1d(
            x, weight, bias, _adjoint.Stride, _adjoint.Padding, shape.OutputPadding, _adjoint.Dilation, _adjoint.Groups);
}
