using Diffusion.Nn;
using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>
/// A convolution over images: forward alone, without a graph on libtorch's side, or forward and all gradients. Ours has
/// channels last, libtorch the faster of both layouts.
/// </summary>
internal sealed class Conv2dWork(Conv2dShape shape, bool gradients) : Work
{
    private readonly Tensor<float>
        _x = Inputs.Normal(shape.Input, 34), _weight = Scaled(Inputs.Normal(shape.Weight, 35)), _bias = Inputs.Normal([shape.OutChannels], 36),
        _y = Tensor<float>.Zeros(shape.Output), _dy = Inputs.Normal(shape.Output, 37), _dx = Tensor<float>.Zeros(shape.Input),
        _dWeight = Tensor<float>.Zeros(shape.Weight), _dBias = Tensor<float>.Zeros([shape.OutChannels]);

    public override void Ours()
    {
        Conv2d.Forward<float>(shape, _x.Span, _weight.Span, _bias.Span, _y.Span);
        if (!gradients)
            return;
        Conv2d.InputGradient<float>(shape, _dy.Span, _weight.Span, _dx.Span, accumulate: false);
        Conv2d.WeightGradient<float>(shape, _x.Span, _dy.Span, _dWeight.Span, accumulate: false);
        Reductions.SumRows<float>(shape.Batch * shape.OutSize.Area, shape.OutChannels, _dy.Span, _dBias.Span, accumulate: false);
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
            _ = comparison.Add("output", _y.Span, Torch.NumbersChannelsLast(y), 2e-5);
            if (!gradients)
                continue;
            var found = torch.autograd.grad([y], [x, w, b], [dy]);
            _ = comparison
                .Add("dx", _dx.Span, Torch.NumbersChannelsLast(found[0]), 2e-5)
                .Add("dW", WeightLayouts.ToPyTorch(_dWeight, WeightLayout.Conv2d).Span, Torch.Numbers(found[1]), 1e-4)
                .Add("dbias", _dBias.Span, Torch.Numbers(found[2]), 1e-4);
        }

        return comparison;
    }

    protected override IReadOnlyList<Variant> MakeLibtorch() => [Layout("channels first", false), Layout("channels last", true)];

    private Variant Layout(string name, bool channelsLast)
    {
        var (x, w, b, dy) = Arguments(channelsLast);
        return new(name, false, gradients ? Step : Forward);

        void Step()
        {
            using var scope = torch.NewDisposeScope();
            _ = torch.autograd.grad([Convolve(x, w, b)], [x, w, b], [dy]);
        }

        void Forward()
        {
            using var scope = torch.NewDisposeScope();
            using var mode = torch.inference_mode(true);
            _ = Convolve(x, w, b);
        }
    }

    private (torch.Tensor X, torch.Tensor Weight, torch.Tensor Bias, torch.Tensor DY) Arguments(bool channelsLast)
    {
        torch.Tensor x = Torch.CopyChannelsFirst(_x), w = Torch.Copy(WeightLayouts.ToPyTorch(_weight, WeightLayout.Conv2d)), dy = Torch.CopyChannelsFirst(_dy);
        if (channelsLast)
            (x, w, dy) = (Torch.InChannelsLast(x), Torch.InChannelsLast(w), Torch.InChannelsLast(dy));
        return (x.requires_grad_(gradients), w.requires_grad_(gradients), Torch.Copy(_bias, gradients), dy);
    }

    private torch.Tensor Convolve(torch.Tensor x, torch.Tensor weight, torch.Tensor bias) => torch.nn.functional.conv2d(
        x, weight, bias, Pair(shape.Stride), Pair(shape.Padding), Pair(shape.Dilation), shape.Groups);

    private static long[] Pair(Size2d size) => [size.Height, size.Width];

    // As a first layer would have them: outputs of about the size of the inputs.
    private static Tensor<float> Scaled(Tensor<float> weight)
    {
        float scale = 1 / MathF.Sqrt(weight.Shape[0] * weight.Shape[1] * weight.Shape[2]);
        foreach (ref float element in weight.Span)
            element *= scale;
        return weight;
    }
}
