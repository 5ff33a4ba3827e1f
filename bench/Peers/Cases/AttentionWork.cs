using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using TorchSharp;
using static TorchSharp.torch.nn.functional;

namespace Diffusion.Peers.Cases;

/// <summary>
/// Self-attention, softmax or linear, forward and the gradients of queries, keys and values. Ours has them side by side in
/// [N, S, 3·C]; libtorch gets three tensors [N, H, S, d], as it likes them.
/// </summary>
internal sealed class AttentionWork(AttentionShape shape, bool linear) : Work
{
    private readonly Tensor<float> _qkv = Inputs.Normal(shape.Input, 50), _dy = Inputs.Normal(shape.Output, 51);
    private readonly Tensor<float> _y = Tensor<float>.Zeros(shape.Output), _dQkv = Tensor<float>.Zeros(shape.Input), _logSums = Tensor<float>.Zeros(shape.Statistics);

    public override void Ours()
    {
        if (linear)
        {
            LinearAttention.Forward<float>(shape, _qkv.Span, _y.Span);
            LinearAttention.Backward<float>(shape, _qkv.Span, _dy.Span, _dQkv.Span, accumulate: false);
        }
        else
        {
            Attention.Forward<float>(shape, _qkv.Span, _y.Span, _logSums.Span);
            Attention.Backward<float>(shape, _qkv.Span, _logSums.Span, _dy.Span, _dQkv.Span, accumulate: false);
        }
    }

    public override Comparison Check()
    {
        Ours();
        var comparison = new Comparison();
        foreach (bool fused in Ways)
        {
            using var scope = torch.NewDisposeScope();
            var (inputs, dy) = Arguments();
            var y = Mix(inputs, fused);
            var gradients = torch.autograd.grad([y], inputs, [dy]);
            _ = comparison
                .Add("output", _y.Span, Torch.Numbers(Rows(y)), 1e-5)
                .Add("dqkv", _dQkv.Span, Torch.Numbers(torch.cat([.. gradients.Select(Rows)], 2)), 1e-4);
        }

        return comparison;
    }

    protected override IReadOnlyList<Variant> MakeLibtorch() => [.. Ways.Select(Way)];

    private bool[] Ways => linear ? [false] : [false, true];

    private Variant Way(bool fused)
    {
        var (inputs, dy) = Arguments();
        return new(fused ? "fused" : "explicit", false, () =>
        {
            using var scope = torch.NewDisposeScope();
            _ = torch.autograd.grad([Mix(inputs, fused)], inputs, [dy]);
        });
    }

    private torch.Tensor Mix(torch.Tensor[] inputs, bool fused)
    {
        var (q, k, v) = (inputs[0], inputs[1], inputs[2]);
        double scale = 1 / Math.Sqrt(shape.HeadChannels);
        if (linear)
            return softmax(q, 3).matmul(softmax(k, 2).transpose(2, 3).matmul(v) * scale);
        return fused ? scaled_dot_product_attention(q, k, v) : softmax((q * scale).matmul(k.transpose(2, 3)), -1).matmul(v);
    }

    private (torch.Tensor[] Inputs, torch.Tensor DY) Arguments()
    {
        using var qkv = Torch.Copy(_qkv);
        using var dy = Torch.Copy(_dy);
        return ([.. qkv.chunk(3, 2).Select(part => Heads(part).requires_grad_(true))], Heads(dy));
    }

    // [N, S, C] as [N, H, S, d], and back.
    private torch.Tensor Heads(torch.Tensor rows) => rows.reshape(shape.Batch, shape.Positions, shape.Heads, shape.HeadChannels).transpose(1, 2).contiguous().clone().detach();

    private torch.Tensor Rows(torch.Tensor heads) => heads.transpose(1, 2).reshape(shape.Batch, shape.Positions, shape.Channels);
}
