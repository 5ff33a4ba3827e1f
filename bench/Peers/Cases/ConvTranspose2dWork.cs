using Diffusion.Nn;
using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>A transposed convolution over images, forward and all gradients. Ours has channels last, libtorch the faster of both layouts.</summary>
internal sealed class ConvTranspose2dWork(ConvTranspose2dShape shape) : Work
{
    private readonly Conv2dShape _adjoint = shape.Adjoint;
    private readonly Tensor<float>
        _x = Inputs.Normal(shape.Input, 60), _weight = Inputs.Normal(shape.Weight, 61), _bias = Inputs.Normal([shape.Output[^1]], 62),
        _y = Tensor<float>.Zeros(shape.Output), _dy = Inputs.Normal(shape.Output, 63), _dx = Tensor<float>.Zeros(shape.Input),
        _dWeight = Tensor<float>.Zeros(shape.Weight), _dBias = Tensor<float>.Zeros([shape.Output[^1]]);

    public override void Ours()
    {
        ConvTranspose2d.Forward<float>(shape, _x.Span, _weight.Span, _bias.Span, _y.Span);
        ConvTranspose2d.InputGradient<float>(shape, _dy.Span, _weight.Span, _dx.Span, accumulate: false);
        ConvTranspose2d.WeightGradient<float>(shape, _x.Span, _dy.Span, _dWeight.Span, accumulate: false);
        Reductions.SumRows<float>(_adjoint.Batch * _adjoint.Size.Area, _adjoint.InChannels, _dy.Span, _dBias.Span, accumulate: false);
    }

    public override Comparison Check()
    {
        Ours();
        var comparison = new Comparison();
        foreach (bool channelsLast in (bool[])[false, true])
        {
            using var scope = torch.NewDisposeScope();
            var (x, w, b, dy) = Arguments(channelsLast);
            var y = Convolve(x, w, b);
            var found = torch.autograd.grad([y], [x, w, b], [dy]);
            _ = comparison
                .Add("output", _y.Span, Torch.NumbersChannelsLast(y), 1e-5)
                .Add("dx", _dx.Span, Torch.NumbersChannelsLast(found[0]), 1e-5)
                .Add("dW", WeightLayouts.ToPyTorch(_dWeight, WeightLayout.ConvTranspose2d).Span, Torch.Numbers(found[1]), 1e-4)
                .Add("dbias", _dBias.Span, Torch.Numbers(found[2]), 1e-4);
        }

        return comparison;
    }

    protected override IReadOnlyList<Variant> MakeLibtorch() => [Layout("channels first", false), Layout("channels last", true)];

    private Variant Layout(string name, bool channelsLast)
    {
        var (x, w, b, dy) = Arguments(channelsLast);
        return new(name, false, () =>
        {
            using var scope = torch.NewDisposeScope();
            _ = torch.autograd.grad([Convolve(x, w, b)], [x, w, b], [dy]);
        });
    }

    private (torch.Tensor X, torch.Tensor Weight, torch.Tensor Bias, torch.Tensor DY) Arguments(bool channelsLast)
    {
        torch.Tensor x = Torch.CopyChannelsFirst(_x), w = Torch.Copy(WeightLayouts.ToPyTorch(_weight, WeightLayout.ConvTranspose2d)), dy = Torch.CopyChannelsFirst(_dy);
        if (channelsLast)
            (x, w, dy) = (Torch.InChannelsLast(x), Torch.InChannelsLast(w), Torch.InChannelsLast(dy));
        return (x.requires_grad_(true), w.requires_grad_(true), Torch.Copy(_bias, true), dy);
    }

    private torch.Tensor Convolve(torch.Tensor x, torch.Tensor weight, torch.Tensor bias) => torch.nn.functional.conv_transpose2d(
        x, weight, bias, Pair(_adjoint.Stride), Pair(_adjoint.Padding), Pair(shape.OutputPadding), Pair(_adjoint.Dilation), _adjoint.Groups);

    private static long[] Pair(Size2d size) => [size.Height, size.Width];
}
