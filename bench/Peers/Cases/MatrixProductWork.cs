using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>C = A·B of [M, K] and [K, N].</summary>
internal sealed class MatrixProductWork(int m, int n, int k) : Work
{
    private readonly Tensor<float> _a = Inputs.Normal([m, k], 1), _b = Inputs.Normal([k, n], 2), _c = Tensor<float>.Zeros([m, n]);

    public override void Ours() => MatrixProduct.Multiply<float>(m, n, k, _a.Span, false, _b.Span, false, _c.Span);

    public override Comparison Check()
    {
        Ours();
        var comparison = new Comparison();
        using var a = Torch.Copy(_a);
        using var b = Torch.Copy(_b);
        using var c = torch.mm(a, b);

        // Two orders of summation: each is off by about √K roundings.
        return comparison.Add("product", _c.Span, Torch.Numbers(c), 1e-5);
    }

    protected override IReadOnlyList<Variant> MakeLibtorch()
    {
        torch.Tensor a = Torch.Copy(_a), b = Torch.Copy(_b), c = torch.zeros(m, n);
        return
        [
            new("addmm_ into given memory", true, () =>
            {
                using var scope = torch.NewDisposeScope();
                _ = c.addmm_(a, b, 0, 1);
            }),
            new("mm", false, () => torch.mm(a, b).Dispose()),
        ];
    }
}
