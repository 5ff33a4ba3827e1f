using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>GroupNorm and SiLU, forward and all gradients. Ours has channels last, libtorch the faster of both layouts.</summary>
internal sealed class GroupNormWork : Work
{
    private const float Epsilon = 1e-5f;

    private readonly GroupNormShape _shape;
    private readonly Tensor<float> _x, _gamma, _beta, _y, _mean, _rstd, _dy, _dx, _dGamma, _dBeta;

    public GroupNormWork(int batch, int height, int width, int channels, int groups)
    {
        _shape = new GroupNormShape(batch, height * width, channels, groups);
        Shape image = [batch, height, width, channels];
        (_x, _dy) = (Inputs.Normal(image, 20), Inputs.Normal(image, 21));
        (_gamma, _beta) = (Inputs.Normal([channels], 22), Inputs.Normal([channels], 23));
        (_y, _dx) = (Tensor<float>.Zeros(image), Tensor<float>.Zeros(image));
        (_mean, _rstd) = (Tensor<float>.Zeros([batch, groups]), Tensor<float>.Zeros([batch, groups]));
        (_dGamma, _dBeta) = (Tensor<float>.Zeros([channels]), Tensor<float>.Zeros([channels]));
    }

    public override void Ours()
    {
        GroupNorm.Forward<float>(_shape, Epsilon, silu: true, _x.Span, _gamma.Span, _beta.Span, _y.Span, _mean.Span, _rstd.Span);
        GroupNorm.Backward<float>(
            _shape, Epsilon, silu: true, _x.Span, _gamma.Span, _beta.Span, _mean.Span, _rstd.Span, _dy.Span, _dx.Span, false, _dGamma.Span, _dBeta.Span, false);
    }

    public override Comparison Check()
    {
        Ours();
        using var scope = torch.NewDisposeScope();
        torch.Tensor x = Torch.CopyChannelsFirst(_x, true), gamma = Torch.Copy(_gamma, true), beta = Torch.Copy(_beta, true);
        var y = Forward(x, gamma, beta);
        var gradients = torch.autograd.grad([y], [x, gamma, beta], [Torch.CopyChannelsFirst(_dy)]);
        return new Comparison()
            .Add("output", _y.Span, Torch.Numbers(Torch.ChannelsLast(y)), 1e-5)
            .Add("dx", _dx.Span, Torch.Numbers(Torch.ChannelsLast(gradients[0])), 1e-5)
            .Add("dgamma", _dGamma.Span, Torch.Numbers(gradients[1]), 1e-4)
            .Add("dbeta", _dBeta.Span, Torch.Numbers(gradients[2]), 1e-4);
    }

    protected override IReadOnlyList<Variant> MakeLibtorch() =>
        [Layout("channels first", channelsLast: false), Layout("channels last", channelsLast: true)];

    private Variant Layout(string name, bool channelsLast)
    {
        torch.Tensor gamma = Torch.Copy(_gamma, true), beta = Torch.Copy(_beta, true);
        torch.Tensor x = As(_x).requires_grad_(true), dy = As(_dy);
        return new(name, false, () =>
        {
            using var scope = torch.NewDisposeScope();
            _ = torch.autograd.grad([Forward(x, gamma, beta)], [x, gamma, beta], [dy]);
        });

        torch.Tensor As(Tensor<float> tensor) => channelsLast ? Torch.InChannelsLast(Torch.CopyChannelsFirst(tensor)) : Torch.CopyChannelsFirst(tensor);
    }

    private torch.Tensor Forward(torch.Tensor x, torch.Tensor gamma, torch.Tensor beta) =>
        torch.nn.functional.silu(torch.nn.functional.group_norm(x, _shape.Groups, gamma, beta, Epsilon));
}
