using Diffusion.Nn;
using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>
/// A convolution over sequences, or a transposed one: forward and all gradients. Ours has channels last; libtorch does it
/// as it is, channels first, and as a two-dimensional one of height 1 in its layout with channels last.
/// </summary>
internal abstract class SequenceConvolutionWork(Shape input, Shape weight, Shape output, WeightLayout layout) : Work
{
    protected Tensor<float> X { get; } = Inputs.Normal(input, 30);

    protected Tensor<float> Weight { get; } = Scaled(Inputs.Normal(weight, 31));

    protected Tensor<float> Bias { get; } = Inputs.Normal([output[^1]], 32);

    protected Tensor<float> Y { get; } = Tensor<float>.Zeros(output);

    protected Tensor<float> DY { get; } = Inputs.Normal(output, 33);

    protected Tensor<float> DX { get; } = Tensor<float>.Zeros(input);

    protected Tensor<float> DWeight { get; } = Tensor<float>.Zeros(weight);

    protected Tensor<float> DBias { get; } = Tensor<float>.Zeros([output[^1]]);

    public override Comparison Check()
    {
        Ours();
        var comparison = new Comparison();
        foreach (bool asImage in Enumerable.Range(0, 2).Select(i => i == 1))
        {
            using var scope = torch.NewDisposeScope();
            var (x, w, b, dy) = Arguments(asImage);
            var y = Convolve(x, w, b, asImage);
            var gradients = torch.autograd.grad([y], [x, w, b], [dy]);
            _ = comparison
                .Add("output", Y.Span, Torch.NumbersChannelsLast(y), 1e-5)
                .Add("dx", DX.Span, Torch.NumbersChannelsLast(gradients[0]), 1e-5)
                .Add("dW", WeightLayouts.ToPyTorch(DWeight, layout).Span, Torch.Numbers(gradients[1]), 1e-4)
                .Add("dbias", DBias.Span, Torch.Numbers(gradients[2]), 1e-4);
        }

        return comparison;
    }

    protected override IReadOnlyList<Variant> MakeLibtorch() => [Layout("sequence, channels first", false), Layout("image of height 1, channels last", true)];

    protected abstract torch.Tensor Convolve(torch.Tensor x, torch.Tensor weight, torch.Tensor bias, bool asImage);

    private Variant Layout(string name, bool asImage)
    {
        var (x, w, b, dy) = Arguments(asImage);
        return new(name, false, () =>
        {
            using var scope = torch.NewDisposeScope();
            _ = torch.autograd.grad([Convolve(x, w, b, asImage)], [x, w, b], [dy]);
        });
    }

    private (torch.Tensor X, torch.Tensor Weight, torch.Tensor Bias, torch.Tensor DY) Arguments(bool asImage)
    {
        torch.Tensor x = Torch.CopyChannelsFirst(X), w = Torch.Copy(WeightLayouts.ToPyTorch(Weight, layout)), dy = Torch.CopyChannelsFirst(DY);
        if (asImage)
            (x, w, dy) = (AsImage(x), AsImage(w), AsImage(dy));
        return (x.requires_grad_(true), w.requires_grad_(true), Torch.Copy(Bias, true), dy);

        static torch.Tensor AsImage(torch.Tensor tensor) => Torch.InChannelsLast(tensor.unsqueeze(2));
    }

    // As a first layer would have them: outputs of about the size of the inputs.
    private static Tensor<float> Scaled(Tensor<float> weight)
    {
        float scale = 1 / MathF.Sqrt(weight.Shape[0] * weight.Shape[1]);
        foreach (ref float element in weight.Span)
            element *= scale;
        return weight;
    }
}

/// <summary>A convolution over sequences.</summary>
internal sealed class Conv1dWork(Conv1dShape shape) : SequenceConvolutionWork(shape.Input, shape.Weight, shape.Output, WeightLayout.Conv1d)
{
    public override void Ours()
    {
        Tensors.Kernels.Conv1d.Forward<float>(shape, X.Span, Weight.Span, Bias.Span, Y.Span);
        Tensors.Kernels.Conv1d.InputGradient<float>(shape, DY.Span, Weight.Span, DX.Span, accumulate: false);
        Tensors.Kernels.Conv1d.WeightGradient<float>(shape, X.Span, DY.Span, DWeight.Span, accumulate: false);
        Reductions.SumRows<float>(shape.Batch * shape.OutLength, shape.OutChannels, DY.Span, DBias.Span, accumulate: false);
    }

    protected override torch.Tensor Convolve(torch.Tensor x, torch.Tensor weight, torch.Tensor bias, bool asImage) => asImage
        ? torch.nn.functional.conv2d(x, weight, bias, [1, shape.Stride], [0, shape.Padding], [1, shape.Dilation], shape.Groups)
        : torch.nn.functional.conv1d(x, weight, bias, shape.Stride, shape.Padding, shape.Dilation, shape.Groups);
}

/// <summary>A transposed convolution over sequences.</summary>
internal sealed class ConvTranspose1dWork(ConvTranspose1dShape shape)
    : SequenceConvolutionWork(shape.Input, shape.Weight, shape.Output, WeightLayout.ConvTranspose1d)
{
    private readonly Conv1dShape _adjoint = shape.Adjoint;

    public override void Ours()
    {
        Tensors.Kernels.ConvTranspose1d.Forward<float>(shape, X.Span, Weight.Span, Bias.Span, Y.Span);
        Tensors.Kernels.ConvTranspose1d.InputGradient<float>(shape, DY.Span, Weight.Span, DX.Span, accumulate: false);
        Tensors.Kernels.ConvTranspose1d.WeightGradient<float>(shape, X.Span, DY.Span, DWeight.Span, accumulate: false);
        Reductions.SumRows<float>(_adjoint.Batch * _adjoint.Length, _adjoint.InChannels, DY.Span, DBias.Span, accumulate: false);
    }

    protected override torch.Tensor Convolve(torch.Tensor x, torch.Tensor weight, torch.Tensor bias, bool asImage) => asImage
        ? torch.nn.functional.conv_transpose2d(
            x, weight, bias, [1, _adjoint.Stride], [0, _adjoint.Padding], [0, shape.OutputPadding], [1, _adjoint.Dilation], _adjoint.Groups)
        : torch.nn.functional.conv_transpose1d(
            x, weight, bias, _adjoint.Stride, _adjoint.Padding, shape.OutputPadding, _adjoint.Dilation, _adjoint.Groups);
}
