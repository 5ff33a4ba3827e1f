using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>What changes the size of images [N, H, W, C], forward and backward. Ours has channels last, libtorch the faster of both layouts.</summary>
internal abstract class ResizingWork : Work
{
    protected ResizingWork(Shape input, Shape output)
    {
        (X, DY) = (Inputs.Normal(input, 30), Inputs.Normal(output, 31));
        (Y, DX) = (Tensor<float>.Zeros(output), Tensor<float>.Zeros(input));
    }

    protected Tensor<float> X { get; }

    protected Tensor<float> Y { get; }

    protected Tensor<float> DX { get; }

    protected Tensor<float> DY { get; }

    public override Comparison Check()
    {
        Ours();
        using var scope = torch.NewDisposeScope();
        var x = Torch.CopyChannelsFirst(X, true);
        var y = Forward(x);
        var gradients = torch.autograd.grad([y], [x], [Torch.CopyChannelsFirst(DY)]);
        return new Comparison().Add("output", Y.Span, Torch.Numbers(Torch.ChannelsLast(y)), 1e-6).Add("dx", DX.Span, Torch.Numbers(Torch.ChannelsLast(gradients[0])), 1e-6);
    }

    protected abstract torch.Tensor Forward(torch.Tensor x);

    protected override IReadOnlyList<Variant> MakeLibtorch() =>
        [Layout("channels first", channelsLast: false), Layout("channels last", channelsLast: true)];

    private Variant Layout(string name, bool channelsLast)
    {
        torch.Tensor x = As(X).requires_grad_(true), dy = As(DY);
        return new(name, false, () =>
        {
            using var scope = torch.NewDisposeScope();
            _ = torch.autograd.grad([Forward(x)], [x], [dy]);
        });

        torch.Tensor As(Tensor<float> tensor) => channelsLast ? Torch.InChannelsLast(Torch.CopyChannelsFirst(tensor)) : Torch.CopyChannelsFirst(tensor);
    }
}

/// <summary>Max pooling by windows of 2 x 2.</summary>
internal sealed class MaxPool2dWork(Pool2dShape shape) : ResizingWork(shape.Input, shape.Output)
{
    private readonly Tensor<float> _place = Tensor<float>.Zeros(shape.Output);

    public override void Ours()
    {
        MaxPool2d.Forward<float>(shape, X.Span, Y.Span, _place.Span);
        MaxPool2d.Backward<float>(shape, _place.Span, DY.Span, DX.Span, accumulate: false);
    }

    protected override torch.Tensor Forward(torch.Tensor x) => torch.nn.functional.max_pool2d(x, shape.Kernel.Height);
}

/// <summary>Average pooling by windows of 2 x 2.</summary>
internal sealed class AvgPool2dWork(Pool2dShape shape) : ResizingWork(shape.Input, shape.Output)
{
    public override void Ours()
    {
        AvgPool2d.Forward<float>(shape, countPadding: true, X.Span, Y.Span);
        AvgPool2d.Backward<float>(shape, countPadding: true, DY.Span, DX.Span, accumulate: false);
    }

    protected override torch.Tensor Forward(torch.Tensor x) => torch.nn.functional.avg_pool2d(x, shape.Kernel.Height);
}

/// <summary>Nearest up-sampling by 2.</summary>
internal sealed class UpsampleWork(UpsampleShape shape) : ResizingWork(shape.Input, shape.Output)
{
    public override void Ours()
    {
        UpsampleNearest.Forward<float>(shape, X.Span, Y.Span);
        UpsampleNearest.Backward<float>(shape, DY.Span, DX.Span, accumulate: false);
    }

    protected override torch.Tensor Forward(torch.Tensor x) =>
        torch.nn.functional.interpolate(x, scale_factor: [shape.Factor.Height, shape.Factor.Width], mode: torch.InterpolationMode.Nearest);
}
