using Diffusion.Autograd;
using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

/// <summary>Batch normalisation and RMS normalisation against their definitions.</summary>
public sealed class NormalisationTests
{
    private static readonly double[] Gamma = [2, -1, 0.5], Beta = [0, 1, -3];

    private static BatchNorm1d<double> BatchNorm(double? momentum = 0.1)
    {
        var layer = new BatchNorm1d<double>(3, momentum: momentum);
        layer.Weight!.Value.CopyFrom(Tensor<double>.From([3], Gamma));
        layer.Bias!.Value.CopyFrom(Tensor<double>.From([3], Beta));
        return layer;
    }

    private static (double Mean, double Squares) Moments(IEnumerable<double> values)
    {
        double mean = values.Average();
        return (mean, values.Sum(value => (value - mean) * (value - mean)));
    }

    [TestCase(8)]
    [TestCase(2, 4)]
    public void Batch_norm_takes_the_numbers_of_the_batch_while_training_and_the_running_ones_after(params int[] leading)
    {
        const int Rows = 8;
        var layer = BatchNorm();
        var x = Layers.Numbers([.. leading, 3], 1);
        double[] y = layer.Forward(x).Value.Span.ToArray(), values = x.Span.ToArray(), means = new double[3], variances = new double[3];
        for (int c = 0; c < 3; c++)
        {
            var (mean, squares) = Moments(values.Where((_, i) => i % 3 == c));
            for (int i = c; i < values.Length; i += 3)
                Assert.That(y[i], Is.EqualTo(((values[i] - mean) / Math.Sqrt((squares / Rows) + 1e-5) * Gamma[c]) + Beta[c]).Within(1e-13));
            means[c] = 0.1 * mean;
            variances[c] = 0.9 + (0.1 * squares / (Rows - 1));
        }

        Assert.That(layer.RunningMean.Span.ToArray(), Is.EqualTo(means).Within(1e-15));
        Assert.That(layer.RunningVariance.Span.ToArray(), Is.EqualTo(variances).Within(1e-15));
        Assert.That(layer.Batches.ToScalar(), Is.EqualTo(1));

        layer.Train(false);
        y = layer.Forward(x).Value.Span.ToArray();
        for (int i = 0; i < y.Length; i++)
            Assert.That(y[i], Is.EqualTo(((values[i] - means[i % 3]) / Math.Sqrt(variances[i % 3] + 1e-5) * Gamma[i % 3]) + Beta[i % 3]).Within(1e-13));
        Assert.That(layer.Batches.ToScalar(), Is.EqualTo(1), "evaluation learns nothing");
    }

    [Test]
    public void What_is_the_default_is_not_said()
    {
        Assert.That(new GroupNorm<float>(2, 4).ToString(), Is.EqualTo("GroupNorm(2, 4)"));
        Assert.That(new GroupNorm<float>(2, 4, 0.5, silu: true).ToString(), Is.EqualTo("GroupNorm(2, 4, epsilon: 0.5, silu: true)"));
    }

    [Test]
    public void Without_momentum_the_running_numbers_are_averages_over_batches()
    {
        var layer = BatchNorm(momentum: null);
        double[] means = new double[3], variances = new double[3];
        for (int batch = 0; batch < 4; batch++)
        {
            var x = Layers.Numbers([5, 3], batch);
            _ = layer.Forward(x);
            for (int c = 0; c < 3; c++)
            {
                var (mean, squares) = Moments(x.Span.ToArray().Where((_, i) => i % 3 == c));
                means[c] += mean / 4;
                variances[c] += squares / 4 / 4;
            }
        }

        Assert.That(layer.RunningMean.Span.ToArray(), Is.EqualTo(means).Within(1e-15));
        Assert.That(layer.RunningVariance.Span.ToArray(), Is.EqualTo(variances).Within(1e-15));
    }

    [Test]
    public void Images_have_their_channels_last_and_affine_is_optional()
    {
        var x = Layers.Numbers([2, 3, 2, 3], 1);
        var layer = new BatchNorm2d<double>(3, affine: false);
        double[] expected = new BatchNorm1d<double>(3).Forward(x.Reshape(12, 3)).Value.Span.ToArray();
        Assert.That(layer.Forward(x).Value.Span.ToArray(), Is.EqualTo(expected));
        layer.Train(false);
        Assert.That(layer.Forward(x).Shape, Is.EqualTo(x.Shape));
        Assert.That(layer.Parameters, Is.Empty);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void The_gradients_of_batch_norm_are_right(bool training)
    {
        var layer = BatchNorm();
        _ = layer.Forward(Layers.Numbers([7, 3], 3));
        layer.Train(training);
        Check(layer, layer.Forward, Layers.Numbers([2, 4, 3], 1));
    }

    [Test]
    public void What_batch_norm_cannot_take_is_refused()
    {
        var layer = BatchNorm();
        Assert.Multiple(() =>
        {
            Assert.That(() => layer.Forward(Layers.Numbers([4, 2], 1)), Throws.ArgumentException.With.Message.Contains("BatchNorm1d over 3 channels").And.Message.Contains("[4, 2]"));
            Assert.That(() => layer.Forward(Layers.Numbers([4, 1, 1, 3], 1)), Throws.ArgumentException.With.Message.Contains("[N, L, C]"));
            Assert.That(() => new BatchNorm2d<double>(3).Forward(Layers.Numbers([4, 3], 1)), Throws.ArgumentException.With.Message.Contains("[N, H, W, C]"));
            Assert.That(() => layer.Forward(Layers.Numbers([1, 3], 1)), Throws.ArgumentException.With.Message.Contains("two values"));
            Assert.That(() => layer.Forward(Tensor<double>.Zeros([0, 3])), Throws.ArgumentException);
            Assert.That(() => new BatchNorm1d<double>(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
        layer.Train(false);
        Assert.That(layer.Forward(Layers.Numbers([1, 3], 1)).Shape, Is.EqualTo(new Shape(1, 3)), "one sample can be evaluated");
    }

    [Test]
    public void The_state_of_batch_norm_is_that_of_PyTorch_and_its_count_may_be_missing()
    {
        var layer = BatchNorm();
        _ = layer.Forward(Layers.Numbers([7, 3], 3));
        var state = StateDict.Of(layer);
        Assert.That(state.Keys, Is.EqualTo(["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]));
        Assert.That(state["num_batches_tracked"].Shape, Is.EqualTo(new Shape()));
        Assert.That(state.Remove("num_batches_tracked"));
        var other = new BatchNorm1d<double>(3);
        Assert.That(StateDict.Load(other, state).Missing, Is.Empty);
        Assert.That(other.RunningVariance.Span.ToArray(), Is.EqualTo(layer.RunningVariance.Span.ToArray()));
        Assert.That(state.Remove("running_var"));
        Assert.That(() => StateDict.Load(other, state), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'running_var'"));
    }

    // An average of a model whose running numbers were those of its start would be no model.
    [Test]
    public void A_moving_average_takes_the_running_numbers_along()
    {
        var layer = BatchNorm();
        var average = new ExponentialMovingAverage<double>(layer, 0.9);
        _ = layer.Forward(Layers.Numbers([7, 3], 3));
        var copy = BatchNorm();
        average.CopyTo(copy);
        Assert.That(copy.RunningMean.Span.ToArray(), Is.EqualTo(layer.RunningMean.Span.ToArray()));
    }

    [Test]
    public void Rms_norm_divides_by_the_root_of_the_mean_square()
    {
        var layer = new RMSNorm<double>(2, epsilon: 0.5);
        layer.Weight.Value.CopyFrom(Tensor<double>.From([2], 1, 10));
        double[] y = layer.Forward(Tensor<double>.From([2, 2], 3, 4, 0, 0)).Value.Span.ToArray();
        Assert.That(y, Is.EqualTo([3 / Math.Sqrt(13), 40 / Math.Sqrt(13), 0, 0]).Within(1e-14));
        Assert.That(new RMSNorm<float>(1).Forward(Tensor<float>.From([1, 1], 1e-3f)).Value[0, 0], Is.EqualTo(1e-3 / Math.Sqrt(1e-6 + 1.1920929e-7)).Within(1e-6), "ε of PyTorch");
        Assert.That(() => layer.Forward(Layers.Numbers([2, 3], 1)), Throws.ArgumentException.With.Message.Contains("[..., 2], not [2, 3]"));
        Assert.That(layer.NamedParameters.Select(named => named.Name), Is.EqualTo(["weight"]));
        Check(layer, layer.Forward, Layers.Numbers([2, 3, 2], 1));
    }

    // The input by the library's check, and each number of each parameter by a central difference of Σ y·u.
    private static void Check(Module<double> module, Func<Variable<double>, Variable<double>> forward, Tensor<double> x)
    {
        var report = GradientCheck.Run(v => forward(v[0]), [x]);
        Assert.That(report.Passed, report.ToString());
        var u = Layers.Numbers(x.Shape, 9);
        double Sum()
        {
            var y = forward(x).Value;
            return System.Numerics.Tensors.TensorPrimitives.Dot<double>(y.Span, u.Span);
        }

        module.ZeroGradients();
        using (var tape = Tape<double>.Start())
            tape.Backward(forward(tape.Variable(x, requiresGradient: true)), u);
        foreach (var (name, parameter) in module.NamedParameters)
        {
            for (int i = 0; i < parameter.Shape.Length; i++)
            {
                const double Step = 1e-5;
                double value = parameter.Value.Span[i];
                parameter.Value.Span[i] = value + Step;
                double above = Sum();
                parameter.Value.Span[i] = value - Step;
                double below = Sum();
                parameter.Value.Span[i] = value;
                Assert.That(parameter.Gradient!.Span[i], Is.EqualTo((above - below) / (2 * Step)).Within(1e-8), $"{name}[{i}]");
            }
        }
    }
}
