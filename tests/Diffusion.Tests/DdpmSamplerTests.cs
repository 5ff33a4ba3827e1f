using Diffusion.Data;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests;

public sealed class DdpmSamplerTests
{
    private static readonly RandomSource Random = new(8);
    private static readonly VariancePreservingSchedule Schedule = NoiseSchedule.Cosine(10);
    private static readonly ExactDenoiser<double> Exact = new(GaussianMixture.TwoPixel, Schedule);

    // Assignment eq. 13, written out.
    [TestCase(ReverseVariance.Posterior, false)]
    [TestCase(ReverseVariance.Upper, false)]
    [TestCase(ReverseVariance.Upper, true)]
    public void Steps_are_equation_13(ReverseVariance variance, bool noiseAtLastStep)
    {
        var start = Start.Draw<double>(Random, [5, 2, 1]);
        var x = start.Clone();
        for (int t = Schedule.T; t >= 1; t--)
        {
            var eps = Exact.Predict(x, [t]).Noise;
            var z = Random.For(Purpose.ReverseStep).At(t).Normal<double>(x.Shape);
            double sigma = t == 1 && !noiseAtLastStep ? 0 : Math.Sqrt(variance == ReverseVariance.Upper ? Schedule.Betas[t] : Schedule.PosteriorVariance[t]);
            for (int i = 0; i < x.Length; i++)
                x.Span[i] = ((x.Span[i] - (Schedule.Betas[t] / Schedule.SqrtOneMinusAlphasCumprod[t] * eps.Span[i])) / Math.Sqrt(Schedule.Alphas[t])) + (sigma * z.Span[i]);
        }

        var sampled = new DdpmSampler<double> { Variance = variance, NoiseAtLastStep = noiseAtLastStep }.Sample(Exact, Schedule, start, default, Random);
        Assert.That(sampled.Span.ToArray(), Is.EqualTo(x.Span.ToArray()).Within(1e-10));
    }

    [Test]
    public void An_observer_sees_the_start_and_every_step_and_changes_nothing()
    {
        var start = Start.Draw<double>(Random, [6, 2, 1]);
        var before = start.Clone();
        var steps = new List<(int Index, int Count, double From, double To, int Evaluations)>();
        var states = new List<Tensor<double>>();
        var sampler = new DdpmSampler<double>();
        var observed = sampler.Sample(Exact, Schedule, start, default, Random, new ActionObserver<double>(step =>
        {
            steps.Add((step.Index, step.Count, step.From, step.To, step.Evaluations));
            Assert.That(step.PredictedNoise is null, Is.EqualTo(step.Index == 0));
            if (step.PredictedX0 is not null)
                Assert.That(step.PredictedX0.Span.ToArray(), Is.EqualTo(Parameterisation.Epsilon.ToX0(Schedule, states[^1], [step.From], step.PredictedNoise!).Span.ToArray()).Within(1e-12));
            states.Add(step.Xt.Clone());
        }));

        Assert.That(steps[0], Is.EqualTo((0, 10, 10.0, 10.0, 0)));
        for (int i = 1; i <= 10; i++)
            Assert.That(steps[i], Is.EqualTo((i, 10, 11.0 - i, 10.0 - i, i)));
        Assert.That(states[0].Span.SequenceEqual(start.Span));
        Assert.That(states[^1].Span.SequenceEqual(observed.Span));
        Assert.That(start.Span.SequenceEqual(before.Span), "the start is read only");
        Assert.That(sampler.Sample(Exact, Schedule, start, default, Random).Span.SequenceEqual(observed.Span));

        var recorder = new TrajectoryRecorder<double>();
        _ = sampler.Sample(Exact, Schedule, start, default, Random, recorder);
        Assert.That(recorder.States.Select(state => state.Time), Is.EqualTo(Enumerable.Range(0, 11).Select(i => 10.0 - i)));
        Assert.That(recorder.States[4].X.Span.SequenceEqual(states[4].Span));
    }

    [Test]
    public void Point_i_does_not_depend_on_how_many_there_are()
    {
        int[] labels = [.. Enumerable.Range(0, 9000).Select(i => (i % 3) - 1)];
        var sampler = new DdpmSampler<double> { Variance = ReverseVariance.Optimal, Optimal = OptimalVariance.For(GaussianMixture.TwoPixel, Schedule) };
        var whole = sampler.Sample(Exact, Schedule, Start.Draw<double>(Random, [9000, 2, 1]), labels, Random);
        var part = sampler.Sample(Exact, Schedule, Start.Draw<double>(Random, [50, 2, 1]), labels[..50], Random);
        Assert.That(part.Span.SequenceEqual(whole.Rows(0, 50).Span));

        // A label for all is that label for each.
        var one = sampler.Sample(Exact, Schedule, Start.Draw<double>(Random, [50, 2, 1]), 1, Random);
        var each = sampler.Sample(Exact, Schedule, Start.Draw<double>(Random, [50, 2, 1]), Enumerable.Repeat(1, 50).ToArray(), Random);
        Assert.That(one.Span.SequenceEqual(each.Span));
    }

    [Test]
    public void Clamping_bounds_predicted_data_and_a_wide_range_changes_nothing_but_rounding()
    {
        var start = Start.Draw<double>(Random, [500, 2, 1]);
        var free = new DdpmSampler<double>().Sample(Exact, Schedule, start, default, Random);
        var wide = new DdpmSampler<double>(new SamplerSettings { ClampX0 = new ValueRange(-1e9, 1e9) }).Sample(Exact, Schedule, start, default, Random);
        Assert.That(wide.Span.ToArray(), Is.EqualTo(free.Span.ToArray()).Within(1e-9));

        var narrow = new DdpmSampler<double>(new SamplerSettings { ClampX0 = new ValueRange(-.5, .25) }).Sample(Exact, Schedule, start, default, Random);
        foreach (double value in narrow.Span)
            Assert.That(value, Is.InRange(-.5, .25), "the last step returns the predicted data");
        Assert.That(() => new ValueRange(1, 1), Throws.ArgumentException);
        Assert.That(() => new ValueRange(0, double.NaN), Throws.ArgumentException);
    }

    [Test]
    public void One_step_returns_the_predicted_data()
    {
        var schedule = NoiseSchedule.Cosine(1);
        var start = Start.Draw<double>(Random, [4, 2, 1]);
        var x = new DdpmSampler<double>().Sample(new ExactDenoiser<double>(GaussianMixture.TwoPixel, schedule), schedule, start, 0, Random);
        var marginal = GaussianMixture.TwoPixel.Conditional(0).At(schedule.AlphasCumprod[1]);
        for (int i = 0; i < 4; i++)
            Assert.That(x.Span[2 * i], Is.EqualTo(marginal.PosteriorMean(start.Span[2 * i], start.Span[(2 * i) + 1]).Left).Within(1e-12));
    }

    [Test]
    public void The_optimal_variance_needs_its_own_table()
    {
        Assert.That(() => new DdpmSampler<double> { Variance = ReverseVariance.Optimal }.Sample(Exact, Schedule, Start.Draw<double>(Random, [4, 2, 1]), default, Random), Throws.ArgumentException.With.Message.Contains("OptimalVariance.For"));
        var sampler = new DdpmSampler<double> { Variance = ReverseVariance.Optimal, Optimal = OptimalVariance.For(GaussianMixture.TwoPixel, NoiseSchedule.Cosine(5)) };
        Assert.That(() => sampler.Sample(Exact, Schedule, Start.Draw<double>(Random, [4, 2, 1]), default, Random), Throws.ArgumentException.With.Message.Contains("T = 5"));
    }

    [Test]
    public void The_registry_makes_every_sampler()
    {
        foreach (var entry in Samplers.All)
        {
            Assert.That(Samplers.Find(entry.Name), Is.SameAs(entry));
            ISampler<double> sampler = entry.Name switch
            {
                "ddpm-optimal" => new DdpmSampler<double> { Variance = ReverseVariance.Optimal, Optimal = OptimalVariance.For(GaussianMixture.TwoPixel, Schedule) },
                "langevin" => new LangevinSampler<double> { Moves = new() { Count = 30 } },
                "pc" => new PredictorCorrectorSampler<double> { Moves = new() { Count = 30 } },
                _ => entry.Create<double>(),
            };
            Assert.That(sampler.Name, Is.EqualTo(entry.Name));
            var x = sampler.Sample(new FixedVariance<double>(Exact, .5), Schedule, Start.Draw<double>(Random, [20, 2, 1]), 1, Random);
            for (int i = 0; i < 20; i++)
                Assert.That(x.Span[2 * i], Is.EqualTo(.75).Within(.6), entry.Title);
        }

        Assert.That(() => Samplers.Find("none"), Throws.ArgumentException.With.Message.Contains("ddpm"));
    }
}
