using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>Layer normalisation of rows, forward and all gradients.</summary>
internal sealed class LayerNormWork(int rows, int columns) : Work
{
    private const float Epsilon = 1e-5f;

    private readonly Tensor<float> _x = Inputs.Normal([rows, columns], 40), _dy = Inputs.Normal([rows, columns], 41);
    private readonly Tensor<float> _gamma = Inputs.Normal([columns], 42), _beta = Inputs.Normal([columns], 43);
    private readonly Tensor<float> _y = Tensor<float>.Zeros([rows, columns]), _dx = Tensor<float>.Zeros([rows, columns]);
    private readonly Tensor<float> _mean = Tensor<float>.Zeros([rows]), _rstd = Tensor<float>.Zeros([rows]);
    private readonly Tensor<float> _dGamma = Tensor<float>.Zeros([columns]), _dBeta = Tensor<float>.Zeros([columns]);

    public override void Ours()
    {
        LayerNorm.Forward<float>(rows, columns, Epsilon, _x.Span, _gamma.Span, _beta.Span, _y.Span, _mean.Span, _rstd.Span);
        LayerNorm.Backward<float>(rows, columns, _x.Span, _gamma.Span, _mean.Span, _rstd.Span, _dy.Span, _dx.Span, false, _dGamma.Span, _dBeta.Span, false);
    }

    public override Comparison Check()
    {
        Ours();
        using var scope = torch.NewDisposeScope();
        torch.Tensor x = Torch.Copy(_x, true), gamma = Torch.Copy(_gamma, true), beta = Torch.Copy(_beta, true);
        var y = Forward(x, gamma, beta);
        var gradients = torch.autograd.grad([y], [x, gamma, beta], [Torch.Copy(_dy)]);
        return new Comparison()
            .Add("output", _y.Span, Torch.Numbers(y), 1e-5)
            .Add("dx", _dx.Span, Torch.Numbers(gradients[0]), 1e-5)
            .Add("dgamma", _dGamma.Span, Torch.Numbers(gradients[1]), 1e-4)
            .Add("dbeta", _dBeta.Span, Torch.Numbers(gradients[2]), 1e-4);
    }

    protected override IReadOnlyList<Variant> MakeLibtorch()
    {
        torch.Tensor x = Torch.Copy(_x, true), gamma = Torch.Copy(_gamma, true), beta = Torch.Copy(_beta, true), dy = Torch.Copy(_dy);
        return
        [
            new("new memory", false, () =>
            {
                using var scope = torch.NewDisposeScope();
                _ = torch.autograd.grad([Forward(x, gamma, beta)], [x, gamma, beta], [dy]);
            }),
        ];
    }

    private torch.Tensor Forward(torch.Tensor x, torch.Tensor gamma, torch.Tensor beta) =>
        torch.nn.functional.layer_norm(x, [columns], gamma, beta, Epsilon);
}
