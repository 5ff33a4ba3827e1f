using System.Text.Json;
using Diffusion.Data;
using Diffusion.Metrics;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Outside.Tests.HowTo;

/// <summary>The code of docs/how-to/schedule.md, judged by the share of the first peak in samples by the exact denoiser.</summary>
public sealed class ScheduleHowToTests
{
    private sealed class AngleSchedule(int timesteps) : NoiseSchedule(timesteps)
    {
        public override string Kind => "own-angle";

        public override string ToJson() => $$"""{"Kind":"own-angle","Timesteps":{{T}}}""";

        protected override NoiseLevel LevelAt(double t) => new(t, Math.Cos(1.56 * t / T), Math.Sin(1.56 * t / T));

        protected override double TimeAt(double lambda) => T * Math.Atan(Math.Exp(-lambda)) / 1.56;
    }

    [Test]
    public void A_schedule_of_its_own_samples_and_is_read_from_files()
    {
        var schedule = new AngleSchedule(100);

        ScheduleKinds.Register("own-angle", json => new AngleSchedule(JsonDocument.Parse(json).RootElement.GetProperty("Timesteps").GetInt32()));
        var read = ScheduleKinds.FromJson(schedule.ToJson());

        Assert.That(read.At(33.3), Is.EqualTo(schedule.At(33.3)));
        Assert.That(schedule.TimeOfLambda(schedule.LambdaAt(33.3)), Is.EqualTo(33.3).Within(1e-10));
        Assert.That(ShareOfFirstPeak(schedule, new SamplerSettings()), Is.EqualTo(0.35).Within(0.04), "three standard errors, and a little for 100 steps");

        // The same of two functions.
        var quick = NoiseSchedule.FromFunctions(100, signal: t => Math.Cos(1.56 * t / 100), noise: t => Math.Sin(1.56 * t / 100));
        Assert.That(quick.TimeOfLambda(0.5), Is.EqualTo(schedule.TimeOfLambda(0.5)).Within(1e-9));
        Assert.That(quick.ToJson, Throws.InstanceOf<NotSupportedException>());
    }

    [Test]
    public void Runs_begin_with_the_noise_of_the_schedule()
    {
        var random = new RandomSource(1);

        var straight = NoiseSchedule.Straight(100);                                  // flow matching: g = 1 - t/T, S = t/T
        var edm = NoiseSchedule.VarianceExploding(100, sigmaMin: 0.002, sigmaMax: 80);
        var start = Start.Draw<float>(random, [2000, 2, 1], edm);                    // of deviation 80, not 1
        var zero = NoiseSchedule.Cosine(100).WithZeroTerminalSnr();                  // g = 0 at t = T: pure noise
        var trailing = new SamplerSettings { Steps = 25, StartTime = zero.T, Spacing = StepSpacing.Trailing };

        Assert.That(start.Std(), Is.EqualTo(80).Within(4));
        Assert.That((straight.At(25).G, straight.At(25).S, zero.At(100).G), Is.EqualTo((0.75, 0.25, 0)));
        Assert.That(ShareOfFirstPeak(straight, new SamplerSettings()), Is.EqualTo(0.35).Within(0.04));
        Assert.That(ShareOfFirstPeak(edm, new SamplerSettings { Spacing = StepSpacing.Karras }), Is.EqualTo(0.35).Within(0.04));
        Assert.That(ShareOfFirstPeak(zero, trailing), Is.EqualTo(0.35).Within(0.04));
    }

    private static double ShareOfFirstPeak(NoiseSchedule schedule, SamplerSettings settings)
    {
        var random = new RandomSource(1);
        var sampler = new DdimSampler<float>(settings);
        var samples = sampler.Sample(new ExactDenoiser<float>(GaussianMixture.TwoPixel, schedule), schedule, Start.Draw<float>(random, [2000, 2, 1], schedule), default, random);
        return MixtureStatistics.Of(GaussianMixture.TwoPixel, samples).Modes[0].Weight;
    }
}
