using Diffusion.Autograd;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

/// <summary>What dropout drops, in training and in evaluation, and that masks repeat.</summary>
public sealed class DropoutTests
{
    [Test]
    public void Dropout_keeps_the_mean_drops_the_share_and_repeats_by_step()
    {
        const int Count = 100_000;
        const double Probability = 0.3;
        var layer = new Dropout<double>(Probability, Layers.Weights(5));
        Variable<double> ones = Tensor<double>.Full([Count], 1);
        double[] first = layer.Forward(ones).Value.Span.ToArray(), second = layer.Forward(ones).Value.Span.ToArray();
        double allowed = 5 * Math.Sqrt(Probability * (1 - Probability) / Count);
        Assert.Multiple(() =>
        {
            Assert.That(first.Count(x => x == 0) / (double)Count, Is.EqualTo(Probability).Within(allowed));
            Assert.That(first.Average(), Is.EqualTo(1).Within(allowed / (1 - Probability)));
            Assert.That(first.Where(x => x != 0), Is.All.EqualTo(1 / (1 - Probability)).Within(1e-15));
            Assert.That(second, Is.Not.EqualTo(first), "the next step");
            Assert.That(layer.Step, Is.EqualTo(2));
        });

        layer.Step = 0;
        Assert.That(layer.Forward(ones).Value.Span.ToArray(), Is.EqualTo(first), "the same step again");
        layer.Train(false);
        Assert.That(layer.Forward(ones), Is.SameAs(ones), "evaluation");
    }

    [Test]
    public void Layers_of_dropout_draw_masks_of_their_own_and_shift_no_weights()
    {
        Variable<double> ones = Tensor<double>.Full([1000], 1);
        double[] Mask(Dropout<double> layer) => layer.Forward(ones).Value.Span.ToArray();
        var weights = Layers.Weights(5);
        Dropout<double> first = new(0.5, weights), second = new(0.5, weights);
        double[] one = Mask(first), two = Mask(second);

        // Of 1000 pairs of independent coins 500 agree, within five standard deviations of √250.
        Assert.That(one.Zip(two).Count(pair => pair.First == pair.Second), Is.EqualTo(500).Within(5 * Math.Sqrt(250)));
        Assert.That(Mask(new Dropout<double>(0.5, new RandomSource(5), layer: 0)), Is.EqualTo(one), "by its number");
        Assert.That(Mask(new Dropout<double>(0.5, new RandomSource(5), layer: 1)), Is.EqualTo(two));
        Assert.That(new Linear<double>(4, 4, weights).Weight.Value.Span.ToArray(), Is.EqualTo(new Linear<double>(4, 4, Layers.Weights(5)).Weight.Value.Span.ToArray()));

        double[] next = Mask(second);
        Assert.That(Mask(new Dropout<double>(0.5, new RandomSource(5), layer: 1) { Step = 1 }), Is.EqualTo(next), "resumed");
    }

    [Test]
    public void Dropout_drops_the_gradient_of_what_it_dropped()
    {
        var layer = new Dropout<double>(0.5, Layers.Weights(5));
        using var tape = Tape<double>.Start();
        var x = tape.Variable(Tensor<double>.Full([50], 1), requiresGradient: true);
        var y = layer.Forward(x);
        tape.Backward(y.Sum());
        Assert.That(x.Gradient!.Span.ToArray(), Is.EqualTo(y.Value.Span.ToArray()));
    }
}
