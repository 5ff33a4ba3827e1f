using Diffusion.Data;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>Solvers that are the same by mathematics on every kind of schedule, and runs the other way.</summary>
public sealed class SolverIdentityTests
{
    private static readonly RandomSource Random = new(82);
    private static readonly NoiseSchedule[] Schedules = [NoiseSchedule.Cosine(1000), NoiseSchedule.VarianceExploding(1000), NoiseSchedule.Straight(1000)];
    private static readonly StepSpacing[] Spacings = [StepSpacing.Karras, StepSpacing.Uniform];

    [Test]
    public void Euler_is_DDIM_and_its_ancestral_form_DDIM_with_noise(
        [ValueSource(nameof(Schedules))] NoiseSchedule schedule, [ValueSource(nameof(Spacings))] StepSpacing spacing, [Values(0, .3, 1)] double eta)
    {
        var settings = new SamplerSettings { Steps = 25, Spacing = spacing, StartTime = schedule.TimeOfLambda(-4) };
        AssertSame(new EulerSampler<double>(settings) { Eta = eta }, new DdimSampler<double>(settings) { Eta = eta }, schedule);
    }

    // And with the whole noise both are DDPM of the posterior's variance, off the schedules that preserve variance too.
    [Test]
    public void With_the_whole_noise_they_are_DDPM([ValueSource(nameof(Schedules))] NoiseSchedule schedule)
    {
        var settings = new SamplerSettings { Steps = 25, StartTime = schedule.TimeOfLambda(-4) };
        AssertSame(new EulerSampler<double>(settings with { Spacing = StepSpacing.Uniform }) { Eta = 1 }, new DdpmSampler<double>(settings), schedule);
    }

    // x/g as a function of sigma = S/g knows nothing of g: the same solver at the same sigmas gives the same x/g.
    [Test]
    public void The_schedule_is_a_change_of_variables([Values("ddim", "euler", "deis0", "dpm++2m", "heun", "rk4")] string name)
    {
        double[] sigmas = [20, 9, 4, 2, .9, .4, .1];
        double[]? expected = null;
        foreach (var schedule in Schedules)
        {
            double[] times = Array.ConvertAll(sigmas, sigma => schedule.TimeOfLambda(-Math.Log(sigma)));
            NoiseLevel first = schedule.At(times[0]), last = schedule.At(times[^1]);
            var start = TestSchedules.Normal([40, 2, 1], 1);
            foreach (ref double value in start.Span)
                value *= first.G * 20;
            var x = Samplers.Find(name).Create<double>(new SamplerSettings { Times = [.. times] }).Sample(Exact(schedule), schedule, start, default, Random);
            double[] scaled = [.. x.Span.ToArray().Select(value => value / last.G)];
            expected ??= scaled;
            Assert.That(scaled, Is.EqualTo(expected).Within(1e-9), schedule.Kind);
        }
    }

    // Up and down again: what is left is the solver's own error, which falls with its order, or one faster where the two ways cancel.
    [TestCase("ddim", 1)]
    [TestCase("euler", 1)]
    [TestCase("deis0", 1)]
    [TestCase("deis1", 2)]
    [TestCase("dpm++2m", 2)]
    [TestCase("heun", 2)]
    [TestCase("rk4", 4)]
    public void Data_come_back_from_the_noise_that_would_lead_to_them(string name, int order)
    {
        foreach (var schedule in Schedules)
        {
            double[] errors = [.. ((int[])[100, 200, 400]).Select(steps => RoundTrip(name, schedule, steps, schedule.TimeOfLambda(3)))];
            TestContext.Out.WriteLine($"{name}, {schedule.Kind}: {string.Join(" ", errors.Select(error => error.ToString("E2", null)))}");
            Assert.That(Math.Log2(errors[0] / errors[2]) / 2, Is.GreaterThan(.9 * order), schedule.Kind);
        }
    }

    // From t = 0 itself, where S is 0. The step between 0 and t = 1 is of first order either way, and leaves .001 on the cosine schedule,
    // where sigma is .006 at t = 1 and the data's .1.
    [Test]
    public void Data_without_noise_are_inverted_too([Values("ddim", "euler", "deis0", "deis3", "dpm++2m", "heun", "rk4")] string name)
    {
        foreach (var schedule in Schedules)
        {
            double few = RoundTrip(name, schedule, 20, 0), many = RoundTrip(name, schedule, 80, 0);
            TestContext.Out.WriteLine($"{name}, {schedule.Kind}: {few:E2} {many:E2}");
            Assert.That(many, name is "ddim" or "euler" or "deis0" ? Is.LessThan(.04).And.LessThan(.5 * few) : Is.LessThan(2.5e-3), schedule.Kind);
        }
    }

    [Test]
    public void Steps_that_add_noise_do_not_rise([Values("ddpm", "ddpm-upper", "ddpm-learned", "dpm++2m-sde", "langevin", "pc", "euler-a")] string name)
    {
        var schedule = Schedules[0];
        Refused(Samplers.Find(name).Create<double>(new SamplerSettings { Inverted = true, Steps = 5 }));
        Refused(Samplers.Find(name).Create<double>(new SamplerSettings { Times = [1, 5, 20] }));
        Refused(new DdimSampler<double>(new SamplerSettings { Inverted = true }) { Eta = .1 });

        void Refused(ISampler<double> sampler) => Assert.That(
            () => sampler.Begin(Exact(schedule), schedule, TestSchedules.Normal([2, 2, 1], 1), default, Random),
            Throws.ArgumentException.With.Message.Contains("The times rise from").And.Message.Contains($"steps of {sampler.Name} add noise"));
    }

    private static ExactDenoiser<double> Exact(NoiseSchedule schedule) => new(GaussianMixture.TwoPixel, schedule);

    private static double RoundTrip(string name, NoiseSchedule schedule, int steps, double end)
    {
        var settings = new SamplerSettings { Steps = steps, Spacing = end > 0 ? StepSpacing.LogSnr : StepSpacing.Karras, StartTime = schedule.TimeOfLambda(-3), EndTime = end };
        var x = GaussianMixture.TwoPixel.Sample<double>(60, Random.For(Purpose.Data).At(0)).X0;
        if (end > 0)
            x = schedule.QSample(x, [end], TestSchedules.Normal(x.Shape, 2));
        var up = Samplers.Find(name).Create<double>(settings with { Inverted = true });
        Assert.That(up.TimesFor(schedule), Is.EqualTo(Samplers.Find(name).Create<double>(settings).TimesFor(schedule).Reverse()));
        var noisy = up.Sample(Exact(schedule), schedule, x, 1, Random);
        var back = Samplers.Find(name).Create<double>(settings).Sample(Exact(schedule), schedule, noisy, 1, Random);
        return back.Span.ToArray().Zip(x.Span.ToArray(), (y, z) => Math.Abs(y - z)).Average();
    }

    private static void AssertSame(EulerSampler<double> first, ISampler<double> second, NoiseSchedule schedule)
    {
        var start = Start.Draw<double>(Random, [100, 2, 1], schedule, first.TimesFor(schedule)[0]);
        TrajectoryRecorder<double> states = new(), others = new();
        _ = first.Sample(Exact(schedule), schedule, start, default, Random, states);
        _ = second.Sample(Exact(schedule), schedule, start, default, Random, others);
        Assert.That(others.States, Has.Count.EqualTo(26));
        for (int i = 0; i < states.States.Count; i++)
        {
            double size = states.States[i].X.Span.ToArray().Max(Math.Abs);
            Assert.That(others.States[i].X.Span.ToArray(), Is.EqualTo(states.States[i].X.Span.ToArray()).Within(1e-12 * size), $"after {i} steps");
        }
    }
}
