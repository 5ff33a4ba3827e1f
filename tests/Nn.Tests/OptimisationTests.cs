using Diffusion.Autograd;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Nn.Tests;

public sealed class OptimisationTests
{
    private static readonly double[] Start = [1, -2, 0.5];
    private static readonly double[][] Gradients = [[0.1, -0.4, 2], [0.3, 0.2, -1], [-0.5, 0.1, 0.25], [0.2, -0.3, 4]];

    private static Parameter<double> NewParameter() => new(Tensor<double>.From([3], Start)) { Name = "weight" };

    // A pass after the step would read weights that the forward pass has not seen.
    [Test]
    public void A_step_is_a_write_that_tapes_notice()
    {
        var parameter = NewParameter();
        var optimizer = new Sgd<double>([parameter]) { LearningRate = 0.1 };
        using var tape = Tape<double>.Start();
        var loss = parameter.Square().Sum();
        tape.Backward(loss);
        optimizer.Step();
        Assert.That(() => tape.Backward(loss), Throws.InvalidOperationException.With.Message.Contains("weight"), "named by the stamp of the write, and not by the hash of the checked mode");
    }

    // Algorithm 1 of arXiv:1412.6980, and of arXiv:1711.05101 for the decoupled decay, number by number.
    [TestCase(false, 0)]
    [TestCase(false, 0.1)]
    [TestCase(true, 0.1)]
    public void Adam_takes_the_steps_of_its_paper(bool decoupled, double decay)
    {
        const double Rate = 0.05, Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-6;
        var parameter = NewParameter();
        Adam<double> optimizer = decoupled
            ? new AdamW<double>([parameter]) { LearningRate = Rate, Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon, WeightDecay = decay }
            : new Adam<double>([parameter]) { LearningRate = Rate, Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon, WeightDecay = decay };
        double[] w = [.. Start], m = new double[3], v = new double[3];
        for (int k = 1; k <= Gradients.Length; k++)
        {
            Layers.SetGradient(parameter, Gradients[k - 1]);
            optimizer.Step();
            for (int i = 0; i < 3; i++)
            {
                double g = Gradients[k - 1][i] + (decoupled ? 0 : decay * w[i]);
                if (decoupled)
                    w[i] -= Rate * decay * w[i];
                m[i] = (Beta1 * m[i]) + ((1 - Beta1) * g);
                v[i] = (Beta2 * v[i]) + ((1 - Beta2) * g * g);
                w[i] -= Rate * (m[i] / (1 - Math.Pow(Beta1, k))) / (Math.Sqrt(v[i] / (1 - Math.Pow(Beta2, k))) + Epsilon);
            }

            Assert.That(parameter.Value.Span.ToArray(), Is.EqualTo(w).Within(1e-13), $"weights after step {k}");
            Assert.That(optimizer.State["exp_avg"][0].Span.ToArray(), Is.EqualTo(m).Within(1e-14));
            Assert.That(optimizer.State["exp_avg_sq"][0].Span.ToArray(), Is.EqualTo(v).Within(1e-14));
            Assert.That(optimizer.Steps, Is.EqualTo(k));
        }
    }

    [Test]
    public void The_first_step_of_Adam_is_the_learning_rate_whatever_the_gradient()
    {
        var parameter = NewParameter();
        Layers.SetGradient(parameter, 1e-4, -3, 100);
        new Adam<double>([parameter]) { LearningRate = 0.01 }.Step();
        Assert.That(parameter.Value.Span.ToArray(), Is.EqualTo([0.99, -1.99, 0.49]).Within(1e-6));
    }

    [Test]
    public void Defaults_are_those_of_PyTorch()
    {
        var adam = new Adam<double>([NewParameter()]) { LearningRate = 1 };
        Assert.That((adam.Beta1, adam.Beta2, adam.Epsilon, adam.WeightDecay), Is.EqualTo((0.9, 0.999, 1e-8, 0.0)));
        Assert.That(new AdamW<double>([NewParameter()]) { LearningRate = 1 }.WeightDecay, Is.EqualTo(0.01));
    }

    [TestCase(0, 0)]
    [TestCase(0.9, 0)]
    [TestCase(0.9, 0.1)]
    public void Sgd_takes_its_steps(double momentum, double decay)
    {
        var parameter = NewParameter();
        var optimizer = new Sgd<double>([parameter]) { LearningRate = 0.1, Momentum = momentum, WeightDecay = decay };
        double[] w = [.. Start], u = new double[3];
        foreach (double[] gradient in Gradients)
        {
            Layers.SetGradient(parameter, gradient);
            optimizer.Step();
            for (int i = 0; i < 3; i++)
            {
                u[i] = (momentum * u[i]) + gradient[i] + (decay * w[i]);
                w[i] -= 0.1 * u[i];
            }

            Assert.That(parameter.Value.Span.ToArray(), Is.EqualTo(w).Within(1e-14));
        }
    }

    [Test]
    public void A_resumed_run_goes_on_as_if_it_had_not_stopped()
    {
        Parameter<double> whole = NewParameter(), before = NewParameter(), after = NewParameter();
        Adam<double> New(Parameter<double> parameter) => new([parameter]) { LearningRate = 0.05 };
        Adam<double> wholeRun = New(whole), beforeRun = New(before), afterRun = New(after);
        for (int step = 0; step < 4; step++)
        {
            Layers.SetGradient(whole, Gradients[step]);
            wholeRun.Step();
            if (step == 2)
            {
                after.Value.CopyFrom(before.Value);
                foreach (var (kind, tensors) in beforeRun.State)
                    afterRun.State[kind][0].CopyFrom(tensors[0]);
                afterRun.Resume(beforeRun.Steps);
            }

            Layers.SetGradient(step < 2 ? before : after, Gradients[step]);
            (step < 2 ? beforeRun : afterRun).Step();
        }

        Assert.That(after.Value.Span.ToArray(), Is.EqualTo(whole.Value.Span.ToArray()));
        Assert.That(() => afterRun.Resume(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_step_uses_gradients_up_and_one_without_any_is_refused_before_anything_changes()
    {
        Parameter<double> one = NewParameter(), two = new(Tensor<double>.Zeros([2, 2]));
        var optimizer = new Adam<double>([one, two]) { LearningRate = 0.1 };
        Assert.That(optimizer.Step, Throws.InvalidOperationException.With.Message.Contains("None of the 2 parameters has a gradient"));
        Assert.That(one.Value.Span.ToArray(), Is.EqualTo(Start));
        Assert.That(optimizer.Steps, Is.Zero);
        Layers.SetGradient(two, 1, 1, 1, 1);
        optimizer.Step();
        Assert.That(two.Gradient, Is.Null);
        Assert.That(() => new Sgd<double>(Array.Empty<Parameter<double>>()) { LearningRate = 1 }, Throws.ArgumentException.With.Message.Contains("at least one parameter"));
    }

    [Test]
    public void Clipping_scales_to_the_largest_norm_and_reports_the_norm_before()
    {
        Parameter<double> one = NewParameter(), two = new(Tensor<double>.Zeros([1])), none = NewParameter();
        Layers.SetGradient(one, 1, 2, 2);
        Layers.SetGradient(two, 4);
        Assert.That(GradientClipping.ByGlobalNorm([one, two, none], 10), Is.EqualTo(5).Within(1e-14));
        Assert.That(one.Gradient!.Span.ToArray(), Is.EqualTo([1.0, 2, 2]), "below the maximum");
        Assert.That(GradientClipping.ByGlobalNorm([one, two, none], 0.5), Is.EqualTo(5).Within(1e-14));
        Assert.That(one.Gradient!.Span.ToArray(), Is.EqualTo([0.1, 0.2, 0.2]).Within(1e-14));
        Assert.That(two.Gradient![0], Is.EqualTo(0.4).Within(1e-14));
        Assert.That(() => GradientClipping.ByGlobalNorm([one], 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Clipping_does_not_hide_a_gradient_that_is_not_a_number()
    {
        var parameter = NewParameter();
        Layers.SetGradient(parameter, 1, double.NaN, 1);
        Assert.That(GradientClipping.ByGlobalNorm([parameter], 1), Is.NaN);
    }

    [Test]
    public void Learning_rates_rise_fall_along_a_cosine_and_stay()
    {
        var schedule = LearningRateSchedule.WarmupCosine(peak: 1, warmup: 4, total: 12, floor: 0.2);
        double[] expected = [0.25, 0.5, 0.75, 1, 1];
        for (int step = 0; step < 5; step++)
            Assert.That(schedule.At(step), Is.EqualTo(expected[step]).Within(1e-15), $"step {step}");
        Assert.Multiple(() =>
        {
            Assert.That(schedule.At(8), Is.EqualTo(0.6).Within(1e-15), "half way");
            Assert.That(schedule.At(6), Is.EqualTo(0.2 + (0.4 * (1 + Math.Sqrt(0.5)))).Within(1e-15));
            Assert.That(schedule.At(12), Is.EqualTo(0.2).Within(1e-15));
            Assert.That(schedule.At(1000), Is.EqualTo(0.2).Within(1e-15));
            Assert.That(((long[])[0, 2, 3, 5, 6]).Select(LearningRateSchedule.Step(1, every: 3, factor: 0.5).At), Is.EqualTo([1, 1, 0.5, 0.5, 0.25]));
            Assert.That(((long[])[0, 1, 2]).Select(LearningRateSchedule.Exponential(2, 0.5).At), Is.EqualTo([2, 1, 0.5]));
            Assert.That(((long[])[0, 1, 3, 4, 9]).Select(LearningRateSchedule.Linear(1, 0.2, 4).At), Is.EqualTo([1, 0.8, 0.4, 0.2, 0.2]).Within(1e-15));
            Assert.That(() => LearningRateSchedule.Step(1, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => LearningRateSchedule.Linear(1, 0, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(LearningRateSchedule.Constant(0.3).At(7), Is.EqualTo(0.3));
            Assert.That(LearningRateSchedule.WarmupCosine(1, 0, 10).At(0), Is.EqualTo(1));
            Assert.That(() => LearningRateSchedule.WarmupCosine(1, 5, 4), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => LearningRateSchedule.WarmupCosine(1, 0, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
    }

    // The decay of update k = 0, 1, ... is min(decay, (1 + k)/(10 + k)).
    [Test]
    public void The_moving_average_follows_its_formula()
    {
        var layer = new Linear<double>(2, 1, Layers.Weights(), bias: false);
        layer.Weight.Value.CopyFrom(Tensor<double>.From([2, 1], 1, -1));
        var average = new ExponentialMovingAverage<double>(layer, decay: 0.3);
        double[] expected = [1, -1];
        for (int k = 0; k < 6; k++)
        {
            layer.Weight.Value.CopyFrom(Tensor<double>.From([2, 1], k, 2 * k));
            average.Update();
            double decay = Math.Min(0.3, (1.0 + k) / (10 + k));
            expected = [(decay * expected[0]) + ((1 - decay) * k), (decay * expected[1]) + ((1 - decay) * 2 * k)];
            Assert.That(average.Averages[0].Span.ToArray(), Is.EqualTo(expected).Within(1e-14), $"update {k}");
        }

        var copy = new Linear<double>(2, 1, Layers.Weights(2), bias: false);
        average.CopyTo(copy);
        Assert.Multiple(() =>
        {
            Assert.That(average.Updates, Is.EqualTo(6));
            Assert.That(copy.Weight.Value.Span.ToArray(), Is.EqualTo(average.Averages[0].Span.ToArray()));
            Assert.That(layer.Weight.Value.Span.ToArray(), Is.EqualTo([5.0, 10]), "the model itself is left alone");
            Assert.That(() => new ExponentialMovingAverage<double>(layer, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
    }

    // The gradient w - target belongs to |w - target|²/2, whose minimum is the target.
    [Test]
    public void Optimisers_find_the_bottom_of_a_bowl()
    {
        double[] target = [0.3, -0.7, 2];
        foreach (var make in (Func<Parameter<double>, Optimizer<double>>[])[p => new Adam<double>([p]) { LearningRate = 0.05 }, p => new Sgd<double>([p]) { LearningRate = 0.1, Momentum = 0.5 }])
        {
            var parameter = NewParameter();
            var optimizer = make(parameter);
            for (int step = 0; step < 800; step++)
            {
                Layers.SetGradient(parameter, [.. parameter.Value.Span.ToArray().Zip(target, (w, t) => w - t)]);
                optimizer.Step();
            }

            Assert.That(parameter.Value.Span.ToArray(), Is.EqualTo(target).Within(1e-3), optimizer.GetType().Name);
        }
    }
}
