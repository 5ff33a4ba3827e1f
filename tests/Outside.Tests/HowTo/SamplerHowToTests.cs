using System.Numerics;
using Diffusion.Data;
using Diffusion.Metrics;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Outside.Tests.HowTo;

/// <summary>The code of docs/how-to/sampler.md.</summary>
public sealed class SamplerHowToTests
{
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(100);
    private static readonly ExactDenoiser<float> Exact = new(GaussianMixture.TwoPixel, Schedule);

    [Test]
    public void A_sampler_is_chosen_and_stepped()
    {
        var (random, schedule, denoiser) = (new RandomSource(1), Schedule, Exact);

        var sampler = Samplers.Find("dpm++2m").Create<float>(new SamplerSettings { Steps = 12, Spacing = StepSpacing.LogSnr });
        var start = Start.Draw<float>(random, [2000, 2, 1]);
        var samples = sampler.Sample(denoiser, schedule, start, condition: default, random);

        var run = sampler.Begin(denoiser, schedule, start, condition: default, random);
        while (run.Step())
            Console.WriteLine($"t = {run.Level.Time:F1}, sigma = {run.Level.Rho:F3}, {run.Evaluations} evaluations");

        Assert.That(run.X.Span.SequenceEqual(samples.Span));
        Assert.That((run.Index, run.Evaluations), Is.EqualTo((12, sampler.EvaluationsFor(schedule))));
        Assert.That(MixtureStatistics.Of(GaussianMixture.TwoPixel, samples).Modes[0].Weight, Is.EqualTo(0.35).Within(0.04));
    }

    private sealed class OwnSampler<T>(SamplerSettings? settings = null) : GridSampler<T>(settings ?? new())
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public override string Name => "own-ddim";

        protected override StepSpacing DefaultSpacing => new("Cubic", (schedule, steps, from, end) =>
            [.. Enumerable.Range(0, steps + 1).Select(i => end + ((from - end) * Math.Pow(1 - ((double)i / steps), 3)))]);

        protected override void Step(SamplingRun<T> run, int i)
        {
            NoiseLevel to = run.Levels[i + 1];
            run.Set(to.G, run.Past().X0, to.S, run.Past().Noise);      // x_s = g_s x_0 + S_s eps
        }
    }

    private sealed class OwnEntry : SamplerEntry
    {
        public override string Name => "own-ddim";

        public override string Title => "DDIM on cubic times";

        public override bool IsStochastic => false;

        public override int? Order => 1;

        public override ISampler<T> Create<T>(SamplerSettings? settings = null) => new OwnSampler<T>(settings);
    }

    [Test]
    public void A_sampler_of_its_own_is_found_by_its_name()
    {
        var random = new RandomSource(1);
        Samplers.Register(new OwnEntry());
        var sampler = Samplers.Find("own-ddim").Create<float>(new SamplerSettings { Steps = 20 });
        double[] times = sampler.TimesFor(Schedule);
        Assert.That((times.Length, times[0], times[^1]), Is.EqualTo((21, 100, 0)));
        Assert.That(times[18], Is.EqualTo(0.1).Within(1e-12), "100 times the cube of a tenth");

        var start = Start.Draw<float>(random, [100, 2, 1]);
        var samples = sampler.Sample(Exact, Schedule, start, default, random);
        var same = new DdimSampler<float>(new SamplerSettings { Times = [.. times] }).Sample(Exact, Schedule, start, default, random);
        Assert.That((samples - same).Abs().Max(), Is.LessThan(1e-5f));
    }
}
