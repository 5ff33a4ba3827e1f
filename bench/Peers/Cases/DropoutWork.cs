using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Peers.Libtorch;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using TorchSharp;

namespace Diffusion.Peers.Cases;

/// <summary>
/// Dropout of a training network, forward and backward. Each side has its own random numbers: what is compared are the share
/// that is dropped, what is left of ones, and that the gradient is dropped where the output is.
/// </summary>
internal sealed class DropoutWork(int rows, int columns, double probability) : Work
{
    private readonly Tensor<float> _ones = Tensor<float>.Full([rows, columns], 1);
    private readonly Dropout<float> _layer = new(probability, new RandomSource(7), layer: 0);

    public override void Ours() => Step(null);

    public override Comparison Check()
    {
        var comparison = new Comparison();
        Step((y, gradient) => Compare(comparison, "ours", y.Span, gradient.Span));
        using var scope = torch.NewDisposeScope();
        var x = Torch.Copy(_ones, true);
        var output = torch.nn.functional.dropout(x, probability, true);
        Compare(comparison, "libtorch's", Torch.Numbers(output), Torch.Numbers(torch.autograd.grad([output], [x], [Torch.Copy(_ones)])[0]));
        return comparison;
    }

    protected override IReadOnlyList<Variant> MakeLibtorch()
    {
        torch.Tensor x = Torch.Copy(_ones, true), dy = Torch.Copy(_ones);
        return
        [
            new("new memory", false, () =>
            {
                using var scope = torch.NewDisposeScope();
                _ = torch.autograd.grad([torch.nn.functional.dropout(x, probability, true)], [x], [dy]);
            }),
        ];
    }

    private void Step(Action<Tensor<float>, Tensor<float>>? look)
    {
        using var tape = Tape<float>.Start();
        var x = tape.Variable(_ones, requiresGradient: true);
        var y = _layer.Forward(x);
        tape.Backward(y, _ones);
        look?.Invoke(y.Value, x.Gradient!);
    }

    private void Compare(Comparison comparison, string whose, ReadOnlySpan<float> y, ReadOnlySpan<float> gradient)
    {
        int dropped = 0;
        foreach (float element in y)
            dropped += element == 0 ? 1 : 0;
        double share = dropped / (double)y.Length, allowed = 5 * Math.Sqrt(probability * (1 - probability) / y.Length);
        float[] kept = [.. y.ToArray().Where(element => element != 0).Distinct()];
        _ = comparison
            .Add($"{whose} share", Math.Abs(share - probability), allowed)
            .Add($"{whose} scale", kept, [(float)(1 / (1 - probability))], 1e-6)
            .Add($"{whose} gradient", gradient, y, 1e-6);
    }
}
