using System.Globalization;
using Diffusion.Data;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>Samplers that are the same by mathematics are the same to rounding, and one Gaussian has a solution in closed form.</summary>
public sealed class SamplerIdentityTests
{
    private static readonly RandomSource Random = new(34);
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(1000);
    private static readonly ExactDenoiser<double> Exact = new(GaussianMixture.TwoPixel, Schedule);

    private static readonly object[][] Spaced = [[10, StepSpacing.Quadratic], [33, StepSpacing.LogSnr], [50, StepSpacing.Uniform], [20, StepSpacing.Karras]];

    private static readonly StepSpacing[] Skipping = [StepSpacing.Uniform, StepSpacing.Quadratic, StepSpacing.Trailing];

    [TestCaseSource(nameof(Spaced))]
    public void DEIS_of_order_0_is_DDIM(int steps, StepSpacing spacing)
    {
        // At t = T rounding of eps is magnified by 1/g = 2e4.
        var settings = new SamplerSettings { Steps = steps, Spacing = spacing, StartTime = Schedule.T };
        AssertSame(new DdimSampler<double>(settings), new DeisSampler<double>(0, settings), Schedule, 1e-10);
    }

    [TestCase(5)]
    [TestCase(50)]
    [TestCase(1000)]
    public void DDIM_with_eta_1_is_DDPM_with_the_posterior_variance(int steps)
    {
        // The clipped last beta divides by sqrt(alpha_T) = .03, and magnifies rounding as much.
        var schedule = NoiseSchedule.Cosine(steps);
        AssertSame(new DdimSampler<double> { Eta = 1 }, new DdpmSampler<double>(), schedule, 1e-10);
    }

    // Skipping steps is the same, as the posterior is that of the longer step.
    [TestCaseSource(nameof(Skipping))]
    public void So_it_is_where_steps_are_skipped(StepSpacing spacing)
    {
        var settings = new SamplerSettings { Steps = 20, Spacing = spacing };
        AssertSame(new DdimSampler<double>(settings) { Eta = 1 }, new DdpmSampler<double>(settings), Schedule, 1e-10);
    }

    // With its first step only, the stochastic solver is DDPM's first-order step: the mean of q(x_s | x_t, x_0), and its noise
    // S_s sqrt(1 - exp(-2h)) is the posterior's.
    [Test]
    public void The_first_step_of_the_stochastic_solver_is_DDPM()
    {
        var settings = new SamplerSettings { Times = [700, 400] };
        AssertSame(new DpmSolverSampler<double>(true, settings), new DdpmSampler<double>(settings), Schedule, 1e-13);
        AssertSame(new DpmSolverSampler<double>(false, settings), new DdimSampler<double>(settings), Schedule, 1e-13);
    }

    // MATH 5: x_s = g_s m + sqrt(V_s/V_t) (x_t - g_t m).
    [Test]
    public void One_Gaussian_moves_in_closed_form()
    {
        double from = Schedule.TimeOfLambda(-4), to = Schedule.TimeOfLambda(4);
        NoiseLevel first = Schedule.At(from), last = Schedule.At(to);
        double ratio = Math.Sqrt(Variance(last) / Variance(first));
        var start = Start.Draw<double>(Random, [100, 2, 1]);
        double[] expected = [.. start.Span.ToArray().Select((x, i) => (last.G * Mean(i)) + (ratio * (x - (first.G * Mean(i)))))];

        // What a step of first order leaves, over 200 steps, and what is left of it at higher orders.
        foreach (var (name, bound) in (ReadOnlySpan<(string, double)>)[("ddim", .01), ("deis0", 4e-3), ("deis1", 1.5e-4), ("deis2", 8e-6), ("deis3", 1e-6), ("dpm++2m", 4e-5), ("heun", 1e-4), ("rk4", 1e-8)])
        {
            var sampler = Samplers.Find(name).Create<double>(new SamplerSettings { Steps = 200, StartTime = from, EndTime = to });
            var x = sampler.Sample(Exact, Schedule, start, 1, Random);
            double worst = x.Span.ToArray().Zip(expected, (a, b) => Math.Abs(a - b)).Max();
            TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: largest error {worst:E2}"));
            Assert.That(worst, Is.LessThan(bound), name);
        }

        static double Mean(int i) => i % 2 == 0 ? .75 : -.45;
        static double Variance(NoiseLevel level) => (level.G * level.G * .01) + (level.S * level.S);
    }

    private static void AssertSame(ISampler<double> first, ISampler<double> second, NoiseSchedule schedule, double tolerance)
    {
        var denoiser = new ExactDenoiser<double>(GaussianMixture.TwoPixel, schedule);
        var start = Start.Draw<double>(Random, [200, 2, 1]);
        var states = new TrajectoryRecorder<double>();
        var others = new TrajectoryRecorder<double>();
        _ = first.Sample(denoiser, schedule, start, default, Random, states);
        _ = second.Sample(denoiser, schedule, start, default, Random, others);
        Assert.That(others.States, Has.Count.EqualTo(states.States.Count));
        for (int i = 0; i < states.States.Count; i++)
            Assert.That(others.States[i].X.Span.ToArray(), Is.EqualTo(states.States[i].X.Span.ToArray()).Within(tolerance), $"after {i} steps");
    }
}
