using Diffusion.Autograd;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

/// <summary>Which parameters a step changes, and by what rate; what clipping counts.</summary>
public sealed class TrainingTests
{
    private static Parameter<double> One(double value = 1) => new(Tensor<double>.From([1], value));

    // By hand, PyTorch's formula: u = 0.9·u + g, w -= 0.1·(g + 0.9·u), g = gradient + λ·w.
    [TestCase(0, 0.905, 0.8265)]
    [TestCase(0.1, 0.886, 0.782566)]
    public void Nesterov_looks_ahead_along_the_momentum(double decay, double first, double second)
    {
        var w = One();
        var optimizer = new Sgd<double>([w]) { LearningRate = 0.1, Momentum = 0.9, Nesterov = true, WeightDecay = decay };
        Layers.SetGradient(w, 0.5);
        optimizer.Step();
        Assert.That(w.Value[0], Is.EqualTo(first).Within(1e-15));
        Layers.SetGradient(w, 0.2);
        optimizer.Step();
        Assert.That(w.Value[0], Is.EqualTo(second).Within(1e-15));
    }

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

    // Adam's first step is the rate, whatever the gradient: also where it is the parameter's first and the optimiser's third.
    [Test]
    public void A_parameter_without_a_gradient_is_skipped_and_counts_its_own_steps()
    {
        Parameter<double> often = One(), seldom = One(), alone = One();
        var optimizer = new Adam<double>([often, seldom]) { LearningRate = 0.01 };
        var other = new Adam<double>([alone]) { LearningRate = 0.01 };
        for (int step = 0; step < 6; step++)
        {
            Layers.SetGradient(often, 0.3);
            if (step % 2 == 0)
            {
                Layers.SetGradient(seldom, 1 + step);
                Layers.SetGradient(alone, 1 + step);
                other.Step();
            }

            double[] before = [seldom.Value[0], optimizer.State["exp_avg"][1][0]];
            optimizer.Step();
            if (step % 2 != 0)
                Assert.That(new[] { seldom.Value[0], optimizer.State["exp_avg"][1][0] }, Is.EqualTo(before), "neither weight nor moment");
        }

        Assert.That(seldom.Value[0], Is.EqualTo(alone.Value[0]), "as if the other were not there");
        Assert.That(optimizer.ParameterSteps, Is.EqualTo([6L, 3]));

        Parameter<double>[] resumed = [new(often.Value.Clone()), new(seldom.Value.Clone())];
        var next = new Adam<double>(resumed) { LearningRate = 0.01 };
        foreach (var (kind, tensors) in optimizer.State)
        {
            for (int i = 0; i < 2; i++)
                next.State[kind][i].CopyFrom(tensors[i]);
        }

        next.Resume(optimizer.Steps, optimizer.ParameterSteps);
        foreach (var parameter in (Parameter<double>[])[often, seldom, .. resumed])
            Layers.SetGradient(parameter, -0.7);
        optimizer.Step();
        next.Step();
        Assert.That(resumed.Select(parameter => parameter.Value[0]), Is.EqualTo([often.Value[0], seldom.Value[0]]));
        Assert.That(() => next.Resume(3, [4, 1]), Throws.ArgumentException.With.Message.Contains("0 to 3"));
        Assert.That(() => next.Resume(3, [1]), Throws.ArgumentException.With.Message.Contains("2 numbers"));
    }

    [Test]
    public void Groups_have_their_own_rate_and_decay()
    {
        Parameter<double> plain = One(), slow = One(), @fixed = One();
        ParameterGroup<double>[] groups = [new([plain]), new([slow], weightDecay: 0) { LearningRateFactor = 0.1 }, new([@fixed], learningRate: 0.5, weightDecay: 0)];
        var optimizer = new Sgd<double>(groups) { LearningRate = 0.1, WeightDecay = 1 };
        foreach (var parameter in optimizer.Parameters)
            Layers.SetGradient(parameter, 1);
        optimizer.Step();
        Assert.That(optimizer.Parameters.Select(parameter => parameter.Value[0]), Is.EqualTo([0.8, 0.99, 0.5]).Within(1e-15));

        // A schedule sets the rate of the optimiser: a factor follows it, a rate of one's own does not.
        optimizer.LearningRate = 0.01;
        optimizer.Groups[2].LearningRate = 0.25;
        foreach (var parameter in optimizer.Parameters)
            Layers.SetGradient(parameter, 1);
        optimizer.Step();
        Assert.That(optimizer.Parameters.Select(parameter => parameter.Value[0]), Is.EqualTo([0.8 - (0.01 * 1.8), 0.989, 0.25]).Within(1e-15));
    }

    [Test]
    public void Groups_of_Adam_step_as_optimisers_of_their_own_would()
    {
        Parameter<double> a = One(), b = One(2), c = One(), d = One(2);
        var together = new AdamW<double>([new ParameterGroup<double>([a], 1e-3), new ParameterGroup<double>([b], weightDecay: 0.5)]) { LearningRate = 1e-2 };
        var first = new AdamW<double>([c]) { LearningRate = 1e-3 };
        var second = new AdamW<double>([d]) { LearningRate = 1e-2, WeightDecay = 0.5 };
        for (int step = 0; step < 3; step++)
        {
            foreach (var parameter in (Parameter<double>[])[a, b, c, d])
                Layers.SetGradient(parameter, step - 0.5);
            together.Step();
            first.Step();
            second.Step();
        }

        Assert.That((a.Value[0], b.Value[0]), Is.EqualTo((c.Value[0], d.Value[0])));
    }

    [Test]
    public void Gradients_add_up_over_backward_passes_until_they_are_used_or_zeroed()
    {
        var net = new Sequential<double>(new Linear<double>(2, 3, Layers.Weights()), new SiLU<double>(), new Linear<double>(3, 1, Layers.Weights(2)));
        Tensor<double> x = Layers.Numbers([6, 2], 1), y = Layers.Numbers([6, 1], 2);
        void Backward(int from, int to, double share)
        {
            using var tape = Tape<double>.Start();
            tape.Backward(share * Loss.MeanSquared(net.Forward(tape.Variable(x.Rows(from, to))), tape.Variable(y.Rows(from, to))));
        }

        double[] Gradients() => [.. net.Parameters.SelectMany(parameter => parameter.Gradient!.Span.ToArray())];
        Backward(0, 6, 1);
        double[] whole = Gradients();
        net.ZeroGradients();
        Assert.That(net.Parameters.Select(parameter => parameter.Gradient), Is.All.Null);
        for (int from = 0; from < 6; from += 2)
            Backward(from, from + 2, 1.0 / 3);
        Assert.That(Gradients(), Is.EqualTo(whole).Within(1e-15));

        double[] before = [.. net.Parameters.SelectMany(parameter => parameter.Value.Span.ToArray())];
        new Sgd<double>(net.Parameters) { LearningRate = 1 }.Step();
        Assert.That(net.Parameters.SelectMany(parameter => parameter.Value.Span.ToArray()), Is.EqualTo(before.Zip(whole, (w, g) => w - g)).Within(1e-14));
        Assert.That(net.Parameters.Select(parameter => parameter.Gradient), Is.All.Null, "used up");
    }

    [Test]
    public void Clipping_sums_in_double()
    {
        var w = new Parameter<float>(Tensor<float>.Zeros([2]));
        void Set(Parameter<float> parameter, params float[] gradient)
        {
            parameter.ClearGradient();
            using var tape = Tape<float>.Start();
            tape.Backward((parameter * tape.Variable(Tensor<float>.From(parameter.Shape, gradient))).Sum());
        }

        Set(w, 3e19f, 4e19f);
        Assert.That(GradientClipping.ByGlobalNorm([w], 1), Is.EqualTo(5e19).Within(1e13));
        Assert.That(w.Gradient!.Span.ToArray(), Is.EqualTo([0.6f, 0.8f]).Within(1e-7f));
        Set(w, 3e38f, -3e38f);
        Assert.That(GradientClipping.ByGlobalNorm([w], 1e-5), Is.EqualTo(3e38 * Math.Sqrt(2)).Within(1e32));
        Assert.That(w.Gradient!.Span.ToArray(), Is.EqualTo([7.0710678e-6f, -7.0710678e-6f]).Within(1e-12f), "a factor below the normal numbers of float");
        Set(w, 3e-30f, 4e-30f);
        Assert.That(GradientClipping.ByGlobalNorm([w], 1), Is.EqualTo(5e-30).Within(1e-36));

        // A million squares of 1e-4 beside one of 1: in float they would add nothing.
        var many = new Parameter<float>(Tensor<float>.Zeros([1_000_001]));
        Set(many, [1, .. Enumerable.Repeat(1e-4f, 1_000_000)]);
        Assert.That(GradientClipping.ByGlobalNorm([many], 10), Is.EqualTo(Math.Sqrt(1 + (1e6 * (double)1e-4f * 1e-4f))).Within(1e-13));
    }

    [TestCase(3e200, 4e200)]
    [TestCase(3e-200, 4e-200)]
    public void Clipping_of_doubles_survives_squares_out_of_range(double x, double y)
    {
        var w = new Parameter<double>(Tensor<double>.Zeros([2]));
        Layers.SetGradient(w, x, y);
        double norm = Math.Sqrt((x / y * (x / y)) + 1) * y;
        Assert.That(GradientClipping.ByGlobalNorm([w], norm / 10), Is.EqualTo(norm).Within(1e-14 * norm));
        Assert.That(w.Gradient!.Span.ToArray(), Is.EqualTo([x / 10, y / 10]).Within(1e-14 * y));
    }

    [Test]
    public void Clipping_by_value_limits_each_element()
    {
        var (w, none) = (new Parameter<double>(Tensor<double>.Zeros([5])), One());
        Layers.SetGradient(w, -3, 0.5, 3, double.NaN, double.NegativeInfinity);
        GradientClipping.ByValue([w, w, none], 1);
        Assert.That(w.Gradient!.Span.ToArray(), Is.EqualTo([-1, 0.5, 1, double.NaN, -1]));
        Assert.That(none.Gradient, Is.Null);
        Assert.That(() => GradientClipping.ByValue([w], 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
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
