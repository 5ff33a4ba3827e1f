using Diffusion.Nn;
using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>
/// A convolution, or a transposed one: forward alone, without a graph on libtorch's side, or forward and all gradients. Ours
/// has channels last, libtorch the faster of two layouts, channels first and one with channels last.
/// </summary>
internal abstract class ConvolutionWork(Shape input, Shape weight, Shape output, WeightLayout layout, bool gradients) : Work
{
    protected Tensor<float> X { get; } = Inputs.Normal(input, 34);

    protected Tensor<float> Weight { get; } = Scaled(Inputs.Normal(weight, 35));

    protected Tensor<float> Bias { get; } = Inputs.Normal([output[^1]], 36);

    protected Tensor<float> Y { get; } = Tensor<float>.Zeros(output);

    protected Tensor<float> DY { get; } = Inputs.Normal(output, 37);

    protected Tensor<float> DX { get; } = Tensor<float>.Zeros(input);

    protected Tensor<float> DWeight { get; } = Tensor<float>.Zeros(weight);

    protected Tensor<float> DBias { get; } = Tensor<float>.Zeros([output[^1]]);

    public override void Ours()
    {
        Forward();
        if (!gradients)
            return;
        Backward();
        Reductions.SumRows<float>(DY.Length / DBias.Length, DBias.Length, DY.Span, DBias.Span, accumulate: false);
    }

    public override Comparison Check()
    {
        Ours();
        var comparison = new Comparison();
        foreach (bool channelsLast in (bool[])[false, true])
        {
            using var scope = torch.NewDisposeScope();
            var (x, w, b, dy) = Arguments(channelsLast);
            var y = Convolve(x, w, b, channelsLast);
            _ = comparison.Add("output", Y.Span, Torch.NumbersChannelsLast(y), Tolerance);
            if (!gradients)
                continue;
            var found = torch.autograd.grad([y], [x, w, b], [dy]);
            _ = comparison
                .Add("dx", DX.Span, Torch.NumbersChannelsLast(found[0]), Tolerance)
                .Add("dW", WeightLayouts.ToPyTorch(DWeight, layout).Span, Torch.Numbers(found[1]), 1e-4)
                .Add("dbias", DBias.Span, Torch.Numbers(found[2]), 1e-4);
        }

        return comparison;
    }

    /// <summary>Y from X.</summary>
    protected abstract void Forward();

    /// <summary>DX and DWeight from DY.</summary>
    protected abstract void Backward();

    protected abstract torch.Tensor Convolve(torch.Tensor x, torch.Tensor weight, torch.Tensor bias, bool channelsLast);

    /// <summary>How far outputs and their gradients may differ; those of images go through Winograd's algorithms.</summary>
    protected virtual double Tolerance => 2e-5;

    /// <summary>The name of each layout.</summary>
    protected virtual (string First, string Last) Layouts => ("channels first", "channels last");

    /// <summary>A tensor or weights in libtorch's layout with channels last.</summary>
    protected virtual torch.Tensor InChannelsLast(torch.Tensor tensor) => Torch.InChannelsLast(tensor);

    protected static long[] Pair(Size2d size) => [size.Height, size.Width];

    protected override IReadOnlyList<Variant> MakeLibtorch() => [Layout(Layouts.First, false), Layout(Layouts.Last, true)];

    private Variant Layout(string name, bool channelsLast)
    {
        var (x, w, b, dy) = Arguments(channelsLast);
        return new(name, false, gradients ? Step : Inference);

        void Step()
        {
            using var scope = torch.NewDisposeScope();
            _ = torch.autograd.grad([Convolve(x, w, b, channelsLast)], [x, w, b], [dy]);
        }

        void Inference()
        {
            using var scope = torch.NewDisposeScope();
            using var mode = torch.inference_mode(true);
            _ = Convolve(x, w, b, channelsLast);
        }
    }

    private (torch.Tensor X, torch.Tensor Weight, torch.Tensor Bias, torch.Tensor DY) Arguments(bool channelsLast)
    {
        torch.Tensor x = Torch.CopyChannelsFirst(X), w = Torch.Copy(WeightLayouts.ToPyTorch(Weight, layout)), dy = Torch.CopyChannelsFirst(DY);
        if (channelsLast)
            (x, w, dy) = (InChannelsLast(x), InChannelsLast(w), InChannelsLast(dy));
        return (x.requires_grad_(gradients), w.requires_grad_(gradients), Torch.Copy(Bias, gradients), dy);
    }

    // As a first layer would have them: outputs of about the size of the inputs.
    private static Tensor<float> Scaled(Tensor<float> weight)
    {
        float scale = 1 / MathF.Sqrt(weight.Length / weight.Shape[^1]);
        foreach (ref float element in weight.Span)
            element *= scale;
        return weight;
    }
}
