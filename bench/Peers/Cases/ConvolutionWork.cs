using Diffusion.Nn;
using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>
/// A convolution, or a transposed one: forward alone, without a graph on libtorch's side, or forward and all gradients. Ours
/// has channels last, libtorch the fastest of two layouts, channels first and one with channels last, and a way without oneDNN.
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
        using var scope = torch.NewDisposeScope();
        double[][] exact = [.. Results(channelsLast: false, torch.float64).Select(Torch.ExactNumbers)];
        ReadOnlySpan<string> names = ["output", "dx", "dW", "dbias"];
        double[] tolerances = [Tolerance, Tolerance, 1e-4, 1e-4];
        for (int i = 0; i < exact.Length; i++)
        {
            var ours = i switch { 0 => Y, 1 => DX, 2 => WeightLayouts.ToPyTorch(DWeight, layout), _ => DBias };
            _ = comparison.Judge(Comparison.Ours, names[i], ours.Span, exact[i], tolerances[i]);
        }

        foreach (var (name, channelsLast, oneDnn) in Ways)
        {
            torch.Tensor[] results = [];
            void Run() => results = Results(channelsLast, torch.float32);
            (oneDnn ? Run : Context.WithoutOneDnn(Run))();
            for (int i = 0; i < exact.Length; i++)
                _ = comparison.Judge(name, names[i], Torch.Numbers(results[i]), exact[i], tolerances[i]);
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

    private IEnumerable<(string Name, bool ChannelsLast, bool OneDnn)> Ways =>
        [(Layouts.First, false, true), (Layouts.Last, true, true), (Layouts.First + ", without oneDNN", false, false)];

    protected override IReadOnlyList<Variant> MakeLibtorch() => [.. Ways.Select(way => Way(way.Name, way.ChannelsLast, way.OneDnn))];

    private Variant Way(string name, bool channelsLast, bool oneDnn)
    {
        var (x, w, b, dy) = Arguments(channelsLast, torch.float32);
        Action run = gradients ? Step : Inference;
        return new(name, false, oneDnn ? run : Context.WithoutOneDnn(run));

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

    // The output and, where they are asked for, dx, dW and dbias; images in our order.
    private torch.Tensor[] Results(bool channelsLast, torch.ScalarType type)
    {
        var (x, w, b, dy) = Arguments(channelsLast, type);
        var y = Convolve(x, w, b, channelsLast);
        if (!gradients)
            return [Torch.ChannelsLast(y)];
        var found = torch.autograd.grad([y], [x, w, b], [dy]);
        return [Torch.ChannelsLast(y), Torch.ChannelsLast(found[0]), found[1], found[2]];
    }

    private (torch.Tensor X, torch.Tensor Weight, torch.Tensor Bias, torch.Tensor DY) Arguments(bool channelsLast, torch.ScalarType type)
    {
        torch.Tensor x = Torch.CopyChannelsFirst(X).to(type), w = Torch.Copy(WeightLayouts.ToPyTorch(Weight, layout)).to(type), dy = Torch.CopyChannelsFirst(DY).to(type);
        if (channelsLast)
            (x, w, dy) = (InChannelsLast(x), InChannelsLast(w), InChannelsLast(dy));
        return (x.requires_grad_(gradients), w.requires_grad_(gradients), Torch.Copy(Bias).to(type).requires_grad_(gradients), dy);
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
