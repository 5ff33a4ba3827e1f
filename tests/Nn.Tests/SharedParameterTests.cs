using Diffusion.Autograd;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

/// <summary>A parameter under two names counts once.</summary>
public sealed class SharedParameterTests
{
    [Test]
    public void A_shared_parameter_is_updated_once_clipped_once_and_averaged_once()
    {
        var tied = new Tied();
        var w = tied.Weight;
        Assert.That(tied.ParameterCount, Is.EqualTo(1));
        Layers.SetGradient(w, 3);
        Assert.That(GradientClipping.ByGlobalNorm([w, w], 100), Is.EqualTo(3));
        Assert.That(GradientClipping.ByGlobalNorm([w, w], 1), Is.EqualTo(3));
        Assert.That(w.Gradient![0], Is.EqualTo(1).Within(1e-15), "scaled once");

        foreach (var make in (Func<Optimizer<double>>[])[
            () => new Sgd<double>(tied.Parameters) { LearningRate = 0.1 },
            () => new Sgd<double>([w, w]) { LearningRate = 0.1 },
            () => new Sgd<double>([new ParameterGroup<double>([w, w])]) { LearningRate = 0.1 }])
        {
            w.Value.CopyFrom(Tensor<double>.From([1], 1));
            Layers.SetGradient(w, 2);
            var optimizer = make();
            optimizer.Step();
            Assert.That(w.Value[0], Is.EqualTo(0.8).Within(1e-15));
            Assert.That(optimizer.Parameters, Has.Count.EqualTo(1));
        }

        var average = new ExponentialMovingAverage<double>(tied, 0.5);
        Assert.That(average.Averages, Has.Count.EqualTo(1));
        var copy = new Tied();
        average.CopyTo(copy);
        Assert.That(copy.Weight.Value[0], Is.EqualTo(0.8).Within(1e-15));
        Assert.That(() => average.CopyTo(new Linear<double>(2, 2, Layers.Weights())), Throws.ArgumentException.With.Message.Contains("1 parameters"));
        Assert.That(
            () => new Sgd<double>([new ParameterGroup<double>([w]), new ParameterGroup<double>([w])]) { LearningRate = 1 },
            Throws.ArgumentException.With.Message.Contains("in two groups"));
    }

    [Test]
    public void The_gradient_of_a_shared_parameter_is_that_of_all_its_uses()
    {
        var tied = new Tied();
        using var tape = Tape<double>.Start();
        tape.Backward(tied.Forward(tape.Variable(Tensor<double>.From([1], 5))).Sum());
        Assert.That(tied.Weight.Gradient![0], Is.EqualTo(2 * tied.Weight.Value[0] * 5).Within(1e-14), "of x·w·w");
    }

    /// <summary>x·w·w under two names.</summary>
    private sealed class Tied : Layer<double>
    {
        public Tied()
        {
            Weight = Register("first", new Parameter<double>(Tensor<double>.From([1], 1.5)));
            _ = Register("second", Weight);
        }

        public Parameter<double> Weight { get; }

        public override Variable<double> Forward(Variable<double> x) => x * Weight * Weight;
    }
}
