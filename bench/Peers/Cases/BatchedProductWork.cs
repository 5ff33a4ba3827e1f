using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>A stack of products of [M, K] and [K, N].</summary>
internal sealed class BatchedProductWork(int count, int m, int n, int k) : Work
{
    private readonly Tensor<float> _a = Inputs.Normal([count, m, k], 1), _b = Inputs.Normal([count, k, n], 2), _c = Tensor<float>.Zeros([count, m, n]);

    public override void Ours() => MatrixProduct.MultiplyBatch<float>(count, m, n, k, _a.Span, false, _b.Span, false, _c.Span);

    public override Comparison Check()
    {
        Ours();
        using var scope = torch.NewDisposeScope();
        return new Comparison().Add("products", _c.Span, Torch.Numbers(torch.bmm(Torch.Copy(_a), Torch.Copy(_b))), 1e-5);
    }

    protected override IReadOnlyList<Variant> MakeLibtorch()
    {
        torch.Tensor a = Torch.Copy(_a), b = Torch.Copy(_b), c = torch.zeros(count, m, n);
        return
        [
            new("into given memory", true, () => Scripts.BatchedProduct(a, b, c)),
            new("bmm", false, () => torch.bmm(a, b).Dispose()),
        ];
    }
}
