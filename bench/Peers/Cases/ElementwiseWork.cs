using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>Softmax over the last dimension.</summary>
internal sealed class SoftmaxWork(int rows, int columns, Shape shape) : Work
{
    private readonly Tensor<float> _x = Inputs.Normal(shape, 3), _y = Tensor<float>.Zeros(shape);

    public override void Ours() => Softmax.Forward<float>(rows, columns, logarithm: false, _x.Span, _y.Span);

    public override Comparison Check()
    {
        Ours();
        using var x = Torch.Copy(_x);
        using var y = torch.nn.functional.softmax(x, -1L);
        return new Comparison().Add("softmax", _y.Span, Torch.Numbers(y), 1e-6);
    }

    protected override IReadOnlyList<Variant> MakeLibtorch()
    {
        torch.Tensor x = Torch.Copy(_x), y = torch.zeros_like(x);
        return
        [
            new("into given memory", true, () => Scripts.Softmax(x, y)),
            new("new memory", false, () => torch.nn.functional.softmax(x, -1L).Dispose()),
        ];
    }
}

/// <summary>SiLU of many numbers.</summary>
internal sealed class SiluWork(int length) : Work
{
    private readonly Tensor<float> _x = Inputs.Normal([length], 4), _y = Tensor<float>.Zeros([length]);

    public override void Ours() => Elementwise.Map<SiluFunction<float>, float>(default, _x.Span, _y.Span);

    public override Comparison Check()
    {
        Ours();
        using var x = Torch.Copy(_x);
        using var y = torch.nn.functional.silu(x);
        return new Comparison().Add("SiLU", _y.Span, Torch.Numbers(y), 1e-6);
    }

    protected override IReadOnlyList<Variant> MakeLibtorch()
    {
        torch.Tensor x = Torch.Copy(_x), y = torch.zeros_like(x);
        return
        [
            new("into given memory", true, () => Scripts.Silu(x, y)),
            new("new memory", false, () => torch.nn.functional.silu(x).Dispose()),
        ];
    }
}

/// <summary>e^x of many numbers.</summary>
internal sealed class ExpWork(int length) : Work
{
    private readonly Tensor<float> _x = Inputs.Normal([length], 5), _y = Tensor<float>.Zeros([length]);

    public override void Ours() => Elementwise.Map<ExpFunction<float>, float>(default, _x.Span, _y.Span);

    public override Comparison Check()
    {
        Ours();
        using var x = Torch.Copy(_x);
        using var y = torch.exp(x);
        return new Comparison().Add("exp", _y.Span, Torch.Numbers(y), 1e-6);
    }

    protected override IReadOnlyList<Variant> MakeLibtorch()
    {
        torch.Tensor x = Torch.Copy(_x), y = torch.zeros_like(x);
        return
        [
            new("into given memory", true, () => Scripts.Exp(x, y)),
            new("new memory", false, () => torch.exp(x).Dispose()),
        ];
    }
}
