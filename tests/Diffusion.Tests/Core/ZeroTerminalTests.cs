using Diffusion.Data;
using Diffusion.Metrics;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>Schedules that end in pure noise, of which x tells nothing of the data: networks of v, x_0 and the flow do.</summary>
public sealed class ZeroTerminalTests
{
    private const int Count = 3000;

    private static readonly RandomSource Random = new(55);
    private static readonly GaussianMixture Mixture = GaussianMixture.TwoPixel;
    private static readonly NoiseSchedule[] Schedules = [NoiseSchedule.Cosine(60).WithZeroTerminalSnr(), NoiseSchedule.Straight(60)];
    private static readonly Parameterisation[] Telling = [Parameterisation.V, Parameterisation.X0, Parameterisation.Flow];

    // The table and the network of the other two have tests of their own; Langevin needs thousands of steps.
    private static IEnumerable<string> Names => Samplers.All.Select(entry => entry.Name).Where(name => name is not ("ddpm-optimal" or "ddpm-learned" or "langevin"));

    private static readonly string[] FromTheEnd = ["ddpm", "ddpm-upper", "ddim", "pc"];

    [Test]
    public void Samples_are_those_of_the_data([ValueSource(nameof(Names))] string name, [ValueSource(nameof(Schedules))] NoiseSchedule schedule, [ValueSource(nameof(Telling))] Parameterisation asked)
    {
        var sampler = Samplers.Find(name).Create<double>(new SamplerSettings());
        AssertData(Run(sampler, schedule, asked), name);
        Assert.That(schedule.At(sampler.TimesFor(schedule)[0]).G, FromTheEnd.Contains(name) ? Is.Zero : Is.GreaterThan(0), "where the others start by themselves");
    }

    // From T itself, as those who trained with no signal there want it: trailing times begin with T (arXiv:2305.08891, section 3.3).
    [Test]
    public void So_they_are_from_the_very_end([ValueSource(nameof(Names))] string name, [ValueSource(nameof(Schedules))] NoiseSchedule schedule)
    {
        var settings = new SamplerSettings { StartTime = schedule.T, Spacing = StepSpacing.Trailing };
        AssertData(Run(Samplers.Find(name).Create<double>(settings), schedule, Parameterisation.V), name);
        var calls = ExactQuantity.Of(Mixture, schedule, Parameterisation.V);
        var few = Samplers.Find(name).Create<double>(settings with { Steps = 6 });
        var x = few.Sample(calls, schedule, Start.Draw<double>(Random, [5, 2, 1], schedule), default, Random);
        Assert.That(calls.Calls, Is.EqualTo(few.EvaluationsFor(schedule)));
        Assert.That(x.Span.ToArray(), Is.All.Matches<double>(double.IsFinite));
    }

    // The first step from pure noise is DDIM's for every solver of the ODE: x_s = g_s E[x_0] + S_s x_T, of one evaluation.
    [Test]
    public void The_first_step_from_pure_noise_is_DDIMs([Values("ddim", "euler", "deis0", "deis3", "dpm++2m", "heun", "rk4")] string name, [ValueSource(nameof(Schedules))] NoiseSchedule schedule)
    {
        var start = Start.Draw<double>(Random, [9, 2, 1]);
        var sampler = Samplers.Find(name).Create<double>(new SamplerSettings { Times = [schedule.T, 41] });
        var x = sampler.Sample(ExactQuantity.Of(Mixture, schedule, Parameterisation.V), schedule, start, 1, Random);
        var level = schedule.At(41);
        for (int i = 0; i < x.Length; i++)
            Assert.That(x.Span[i], Is.EqualTo((level.G * (i % 2 == 0 ? .75 : -.45)) + (level.S * start.Span[i])).Within(1e-14));
    }

    [Test]
    public void The_stochastic_forms_are_the_same_from_pure_noise([ValueSource(nameof(Schedules))] NoiseSchedule schedule)
    {
        var settings = new SamplerSettings { Times = [schedule.T, 41] };
        var start = Start.Draw<double>(Random, [9, 2, 1]);
        var exact = ExactQuantity.Of(Mixture, schedule, Parameterisation.V);
        double[] expected = new DdpmSampler<double>(settings).Sample(exact, schedule, start, default, Random).Span.ToArray();
        foreach (var sampler in (ISampler<double>[])[new DdimSampler<double>(settings) { Eta = 1 }, new EulerSampler<double>(settings) { Eta = 1 }, new DpmSolverSampler<double>(true, settings)])
            Assert.That(sampler.Sample(exact, schedule, start, default, Random).Span.ToArray(), Is.EqualTo(expected).Within(1e-13), sampler.Name);
    }

    [Test]
    public void The_noise_alone_does_not_tell_where_to_go([ValueSource(nameof(FromTheEnd))] string name, [ValueSource(nameof(Schedules))] NoiseSchedule schedule)
    {
        string message = $"At t = {schedule.T}, where x_t is 0·x_0 + 1·eps, a prediction of Epsilon does not tell x_0.";
        Assert.That(() => Run(Samplers.Find(name).Create<double>(), schedule, Parameterisation.Epsilon), Throws.InvalidOperationException.With.Message.EqualTo(message));
    }

    [Test]
    public void Measures_of_noise_that_are_infinite_at_the_end_are_refused([ValueSource(nameof(Schedules))] NoiseSchedule schedule)
    {
        foreach (var spacing in (StepSpacing[])[StepSpacing.LogSnr, StepSpacing.Exponential, StepSpacing.Karras])
            Assert.That(() => TimeGrid.Of(schedule, spacing, 10), Throws.ArgumentException.With.Message.Contains($"t = {schedule.T}, x is pure noise, of which {spacing} spacing knows no measure"));
        foreach (string name in (string[])["euler", "deis2", "dpm++2m", "heun", "rk4"])
        {
            var rising = Samplers.Find(name).Create<double>(new SamplerSettings { Times = [0, 20, schedule.T] });
            Assert.That(() => Run(rising, schedule, Parameterisation.V), Throws.ArgumentException.With.Message.Contains($"rise to {schedule.T}, where x is pure noise"));
        }

        // DDIM arrives there: x_T is the noise that it finds in the last state but one.
        var inverted = Run(new DdimSampler<double>(new SamplerSettings { Inverted = true }), schedule, Parameterisation.V);
        Assert.That(inverted.Span.ToArray(), Is.All.Matches<double>(double.IsFinite));
    }

    private static Tensor<double> Run(ISampler<double> sampler, NoiseSchedule schedule, Parameterisation asked) => sampler.Sample(
        ExactQuantity.Of(Mixture, schedule, asked), schedule, Start.Draw<double>(Random, [Count, 2, 1], schedule, sampler.TimesFor(schedule)[0]), default, Random);

    private static void AssertData(Tensor<double> x, string name)
    {
        var statistics = MixtureStatistics.Of(Mixture, x);
        using (Assert.EnterMultipleScope())
        {
            // Four standard errors of a share of 3000, and the solvers' own errors at 60 steps: ancestral steps leave peaks of .07 to .11.
            Assert.That(statistics.Modes[0].Weight, Is.EqualTo(.35).Within((4 * Math.Sqrt(.35 * .65 / Count)) + .015), name);
            Assert.That(statistics.OutlierShare, Is.LessThan(.02), name);
            foreach (var (mode, component) in statistics.Modes.Zip(Mixture.Components))
            {
                Assert.That(mode.Left, Is.EqualTo(component.Left).Within(.02), name);
                Assert.That(mode.Right, Is.EqualTo(component.Right).Within(.02), name);
                Assert.That(mode.StandardDeviation, Is.InRange(.065, .115), name);
            }
        }
    }
}
