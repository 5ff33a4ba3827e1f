using Diffusion.Autograd;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

/// <summary>Attention with masks and to another sequence.</summary>
public sealed class AttentionTests
{
    private static readonly MultiheadAttention<double> Layer = new(6, 2, Layers.Weights());

    [Test]
    public void To_itself_without_a_mask_it_is_the_fused_kernel()
    {
        Variable<double> x = Layers.Numbers([3, 5, 6], 1);
        Assert.That(Layer.Forward(x, x).Value.Span.ToArray(), Is.EqualTo(Layer.Forward(x).Value.Span.ToArray()).Within(1e-14));
    }

    // Of a causal mask, position i is that of the first i + 1 alone, to the last bit of what is 0.
    [Test]
    public void A_masked_position_has_no_part()
    {
        Variable<double> x = Layers.Numbers([2, 4, 6], 2);
        var mask = Tensor<double>.Zeros([4, 4]);
        for (int i = 0; i < 4; i++)
        {
            for (int j = i + 1; j < 4; j++)
                mask[i, j] = double.NegativeInfinity;
        }

        var masked = Layer.Forward(x, x, mask);
        for (int i = 0; i < 4; i++)
        {
            var seen = x[.., ..(i + 1)];
            Assert.That(masked[.., i].Value.Span.ToArray(), Is.EqualTo(Layer.Forward(seen, seen)[.., i].Value.Span.ToArray()).Within(1e-14), $"position {i}");
        }
    }

    [Test]
    public void Gradients_of_cross_attention()
    {
        var report = GradientCheck.Run(
            v => Layer.Forward(v[0], v[1]), [Layers.Numbers([2, 3, 6], 3), Layers.Numbers([2, 5, 6], 4)], ["query", "other"]);
        Assert.That(report.Passed, report.ToString());
    }

    [Test]
    public void What_does_not_fit_is_named() =>
        Assert.That(() => Layer.Forward(Layers.Numbers([2, 3, 6], 3), Layers.Numbers([2, 5, 4], 4)), Throws.ArgumentException.With.Message.Contains("not [2, 3, 6] and [2, 5, 4]"));
}
