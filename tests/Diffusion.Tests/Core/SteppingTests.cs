using Diffusion.Data;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>Runs that are taken step by step: the same bytes as a whole run, and what may be done in between.</summary>
public sealed class SteppingTests
{
    private static readonly RandomSource Random = new(81);
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(20);
    private static readonly ExactDenoiser<float> Exact = new(GaussianMixture.TwoPixel, Schedule);
    private static readonly Tensor<float> Noise = Start.Draw<float>(Random, [30, 2, 1]);

    private static IEnumerable<string> Names => Samplers.All.Select(entry => entry.Name);

    [TestCaseSource(nameof(Names))]
    public void Steps_give_the_bytes_of_a_whole_run(string name)
    {
        var (sampler, denoiser) = (Create(name), new Counting<float>(new FixedVariance<float>(Exact, .5)));
        int[] labels = [.. Enumerable.Range(0, 30).Select(i => (i % 3) - 1)];
        var states = new TrajectoryRecorder<float>();
        var whole = sampler.Sample(denoiser, Schedule, Noise, labels, Random, states);
        denoiser.Calls = 0;
        var run = sampler.Begin(denoiser, Schedule, Noise, labels, Random);

        // What belongs to the caller may change after the beginning.
        Array.Fill(labels, -1);
        Assert.That((run.Index, run.Count, run.Level.Time, run.Known), Is.EqualTo((0, 10, sampler.TimesFor(Schedule)[0], 0)));
        for (int i = 1; run.Step(); i++)
        {
            Assert.That((run.Index, run.Level.Time), Is.EqualTo((i, states.States[i].Time)));
            Assert.That(run.X.Span.SequenceEqual(states.States[i].X.Span), $"after {i} steps");
            Assert.That(run.PastLevel(), Is.EqualTo(run.Levels[i - 1]));
            Assert.That(run.Evaluations, Is.EqualTo(denoiser.Calls));
        }

        Assert.That((run.Index, run.Step()), Is.EqualTo((10, false)));
        Assert.That(run.X.Span.SequenceEqual(whole.Span));
        Assert.That(run.Evaluations, Is.EqualTo(sampler.EvaluationsFor(Schedule)));
    }

    // A run that is set back draws other noise, each time; without noise it is the same way again.
    [TestCaseSource(nameof(Names))]
    public void A_run_that_is_set_back_draws_new_noise(string name)
    {
        var run = Create(name).Begin(new FixedVariance<float>(Exact, .5), Schedule, Noise, default, Random);
        for (int i = 0; i < 4; i++)
            _ = run.Step();
        var before = run.X.Clone();
        var ends = new List<float[]>();
        for (int again = 0; again < 3; again++)
        {
            if (again > 0)
            {
                run.X.CopyFrom(before);
                run.MoveTo(4);
                Assert.That((run.Index, run.Known), Is.EqualTo((4, 0)));
                Assert.That(() => run.Past(), Throws.InvalidOperationException.With.Message.Contains("not at hand; there are 0"));
            }

            _ = run.Step();
            ends.Add(run.X.Span.ToArray());
        }

        bool isMultistep = name is "deis1" or "deis2" or "deis3" or "dpm++2m";
        Assert.That(ends[2], Samplers.Find(name).IsStochastic ? Is.Not.EqualTo(ends[1]) : Is.EqualTo(ends[1]));
        Assert.That(ends[1], Samplers.Find(name).IsStochastic || isMultistep ? Is.Not.EqualTo(ends[0]) : Is.EqualTo(ends[0]), "what it knew of steps before is forgotten");
    }

    [Test]
    public void A_history_is_as_long_as_the_sampler_says()
    {
        var run = new DeisSampler<float>(2, new SamplerSettings { Steps = 10 }).Begin(Exact, Schedule, Noise, default, Random);
        int[] known = [.. Enumerable.Range(0, 5).Select(_ => run.Step() ? run.Known : -1)];
        Assert.That(known, Is.EqualTo((int[])[1, 2, 3, 3, 3]));
        for (int back = 0; back < 3; back++)
            Assert.That(run.PastLevel(back), Is.EqualTo(run.Levels[4 - back]));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => run.Past(3), Throws.InvalidOperationException.With.Message.Contains("3 steps ago is not at hand; there are 3"));
            Assert.That(() => run.PastLevel(-1), Throws.InvalidOperationException);
            Assert.That(() => run.MoveTo(11), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("11; this run has places 0 to 10"));
            Assert.That(() => run.MoveTo(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new DdimSampler<float>().Begin(Exact, Schedule, Noise, new int[3], Random), Throws.ArgumentException.With.Message.Contains("3 labels were given for 30 samples"));
        }
    }

    [Test]
    public void A_sampler_of_ones_own_is_a_step_and_may_be_registered()
    {
        var sampler = new Straightest(new SamplerSettings { Steps = 10 });
        var x = sampler.Sample(Exact, Schedule, Noise, default, Random);
        Assert.That(x.Span.ToArray(), Is.EqualTo(new DdimSampler<float>(sampler.Settings).Sample(Exact, Schedule, Noise, default, Random).Span.ToArray()).Within(1e-3f));
        Assert.That(sampler.EvaluationsFor(Schedule), Is.EqualTo(10));
        Assert.That(() => Samplers.Register(Samplers.Find("ddim")), Throws.ArgumentException.With.Message.Contains("'ddim' already"));
        Assert.That(() => Samplers.Register(null!), Throws.ArgumentNullException);
    }

    private static ISampler<float> Create(string name)
    {
        var settings = new SamplerSettings { Steps = 10, IntegerTimes = true };
        return name == "ddpm-optimal"
            ? new DdpmSampler<float>(settings) { Variance = ReverseVariance.Optimal, Optimal = OptimalVariance.For(GaussianMixture.TwoPixel, Schedule) }
            : Samplers.Find(name).Create<float>(settings);
    }

    // x_s = g_s x_0 + S_s eps.
    private sealed class Straightest(SamplerSettings settings) : GridSampler<float>(settings)
    {
        public override string Name => "straightest";

        protected override void Step(SamplingRun<float> run, int i)
        {
            run.Move(0, run.Levels[i + 1].G, run.Past().X0);
            run.Move(1, run.Levels[i + 1].S, run.Past().Noise);
        }
    }
}
