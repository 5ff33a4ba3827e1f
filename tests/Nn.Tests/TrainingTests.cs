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
    public void A_frozen_parameter_gets_no_gradient_and_stays_as_it_is()
    {
        var net = new Sequential<double>(new Linear<double>(2, 3, Layers.Weights()), new SiLU<double>(), new Linear<double>(3, 1, Layers.Weights(2)));
        Tensor<double> x = Layers.Numbers([6, 2], 1), y = Layers.Numbers([6, 1], 2);
        void Backward()
        {
            using var tape = Tape<double>.Start();
            tape.Backward(Loss.MeanSquared(net.Forward(tape.Variable(x)), tape.Variable(y)));
        }

        double Clipped() => GradientClipping.ByGlobalNorm(net.Parameters, 1e-3);
        var optimizer = new AdamW<double>(net.Parameters) { LearningRate = 0.1 };
        Backward();
        optimizer.Step();
        Backward();
        double all = Clipped();
        optimizer.ZeroGradients();

        Parameter<double>[] frozen = [.. net[0].Parameters], others = [.. net[2].Parameters];
        foreach (var parameter in frozen)
            parameter.RequiresGradient = false;
        double[] before = [.. frozen.SelectMany(parameter => parameter.Value.Span.ToArray()), .. optimizer.State["exp_avg"][0].Span];
        double[] moving = [.. others.SelectMany(parameter => parameter.Value.Span.ToArray())];
        Backward();
        Assert.That(frozen.Select(parameter => parameter.Gradient), Is.All.Null);
        Assert.That(Clipped(), Is.LessThan(all), "what is frozen does not count");
        optimizer.Step();
        Assert.That(frozen.SelectMany(parameter => parameter.Value.Span.ToArray()).Concat(optimizer.State["exp_avg"][0].Span.ToArray()), Is.EqualTo(before), "neither decay nor moments");
        Assert.That(others.SelectMany(parameter => parameter.Value.Span.ToArray()), Is.Not.EqualTo(moving));
        Assert.That(optimizer.ParameterSteps, Is.EqualTo([1L, 1, 2, 2]));

        foreach (var parameter in frozen)
            parameter.RequiresGradient = true;
        Backward();
        optimizer.Step();
        Assert.That(frozen.SelectMany(parameter => parameter.Value.Span.ToArray()), Is.Not.EqualTo(before[..9]), "thawed");
        foreach (var parameter in net.Parameters)
            parameter.RequiresGradient = false;
        Assert.That(optimizer.Step, Throws.InvalidOperationException.With.Message.Contains("all are frozen"));
    }

    [Test]
    public void A_step_of_Adam_allocates_nothing()
    {
        Parameter<double>[] parameters = [One(), One(), One()];
        var optimizer = new AdamW<double>([new ParameterGroup<double>(parameters[..2]), new ParameterGroup<double>(parameters[2..], 1e-3)]) { LearningRate = 1e-2 };
        long allocated = long.MaxValue;
        for (int step = 0; step < 3; step++)
        {
            foreach (var parameter in parameters)
                Layers.SetGradient(parameter, 1);
            long before = GC.GetAllocatedBytesForCurrentThread();
            optimizer.Step();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.That(allocated, Is.Zero);
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
}
