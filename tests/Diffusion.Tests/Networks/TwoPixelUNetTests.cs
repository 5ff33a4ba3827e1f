using Diffusion.Networks;
using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Networks;

/// <summary>The parts of the two-pixel network are where files and the assignment have them.</summary>
public sealed class TwoPixelUNetTests
{
    private static readonly TwoPixelUNetConfiguration Sizes = new() { Timesteps = 20 };

    // Without gamma and beta decoder 1 gives 0; what is left is the skip, whose weights come second.
    [Test]
    public void The_last_layer_takes_decoder_1_first_and_then_the_skip()
    {
        var network = new TwoPixelUNet<double>(Sizes, new RandomSource(5));
        var state = StateDict.Of(network);
        foreach (string name in (string[])["decoder1.norm.weight", "decoder1.norm.bias"])
            state[name].Span.Clear();
        var last = state["decoder2.weight"];
        last.Span[(last.Length / 2)..].Clear();
        _ = StateDict.Load(network, state);
        Assert.That(Output(network, 3, 7), Is.EqualTo(Output(network, -2, 11)).And.EqualTo(state["decoder2.bias"].Span.ToArray()));
    }

    [Test]
    public void The_blocks_have_the_groups_of_the_assignment()
    {
        string text = new TwoPixelUNet<double>(Sizes, new RandomSource(5)).ToString()!;
        Assert.That(text, Does.Match($@"GroupNorm\(4, {Sizes.Channels1}[^)]*\)[\s\S]*GroupNorm\(32, {Sizes.Channels2}[^)]*\)[\s\S]*GroupNorm\(4, {Sizes.Channels1}"));
    }

    // Features of whole times are kept in a table, which must not outlive the frequencies that it was made of.
    [Test]
    public void Other_frequencies_that_are_loaded_are_used()
    {
        TwoPixelUNet<double> one = new(Sizes, new RandomSource(5)), other = new(Sizes, new RandomSource(6));
        _ = Output(one, 1, 3);
        _ = StateDict.Load(one, StateDict.Of(other));
        Assert.That(Output(one, 1, 3), Is.EqualTo(Output(other, 1, 3)));
    }

    private static double[] Output(TwoPixelUNet<double> network, double x, double t)
    {
        using var tape = Autograd.Tape<double>.StartInference();
        return network.Forward(tape, Tensor<double>.From([1, 2, 1], [x, -x]), [t], default).Value.Span.ToArray();
    }
}
