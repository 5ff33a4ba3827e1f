using Diffusion.Data;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Tensors.Threading;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>What holds for every sampler of the registry.</summary>
[NonParallelizable]
public sealed class SamplerTests
{
    private static readonly RandomSource Random = new(33);
    private static readonly VariancePreservingSchedule Schedule = NoiseSchedule.Cosine(40);
    private static readonly ExactDenoiser<float> Exact = new(GaussianMixture.TwoPixel, Schedule);
    private static readonly SamplerSettings Settings = new() { Steps = 12, IntegerTimes = true };

    private static readonly OptimalVariance Table = OptimalVariance.For(GaussianMixture.TwoPixel, Schedule);

    // A learned variance wants a network that has it, and every step: see LearnedVarianceTests.
    private static IEnumerable<string> Names => Samplers.All.Select(entry => entry.Name).Where(name => name != "ddpm-learned");

    [TestCaseSource(nameof(Names))]
    public void Samples_do_not_depend_on_threads_or_on_each_other(string name)
    {
        var sampler = Create(name, Settings);
        int before = Workers.ThreadCount;
        try
        {
            int[] labels = [.. Enumerable.Range(0, 9001).Select(i => (i % 3) - 1)];
            Workers.ThreadCount = 1;
            var one = sampler.Sample(Exact, Schedule, Start.Draw<float>(Random, [9001, 2, 1]), labels, Random);
            Workers.ThreadCount = 3;
            var three = sampler.Sample(new BatchedDenoiser<float>(Exact, 1000), Schedule, Start.Draw<float>(Random, [9001, 2, 1]), labels, Random);
            Assert.That(three.Span.SequenceEqual(one.Span), "threads, batches of the denoiser");
            var few = sampler.Sample(Exact, Schedule, Start.Draw<float>(Random, [35, 2, 1]), labels[..35], Random);
            Assert.That(few.Span.SequenceEqual(one.Rows(0, 35).Span), "number of samples");
        }
        finally
        {
            Workers.ThreadCount = before;
        }
    }

    [TestCaseSource(nameof(Names))]
    public void Evaluations_are_as_many_as_reported(string name)
    {
        foreach (double end in (double[])[0, 3])
        {
            var sampler = Create(name, Settings with { EndTime = end });
            var counted = new Counting<float>(Exact);
            var start = Start.Draw<float>(Random, [3, 2, 1]);
            var before = start.Clone();
            var last = default(SampleStep<float>);
            var observed = sampler.Sample(counted, Schedule, start, default, Random, new ActionObserver<float>(step =>
            {
                Assert.That((step.Index == 0) == (step.PredictedX0 is null));
                Assert.That(step.From, step.Index == 0 ? Is.EqualTo(step.To) : Is.EqualTo(last.To));
                last = step;
            }));
            using (Assert.EnterMultipleScope())
            {
                Assert.That(sampler.Name, Is.EqualTo(name));
                Assert.That(counted.Calls, Is.EqualTo(sampler.EvaluationsFor(Schedule)));
                Assert.That(last.Evaluations, Is.EqualTo(counted.Calls));
                Assert.That((last.Index, last.Count, last.To), Is.EqualTo((12, 12, end)));
                Assert.That(start.Span.SequenceEqual(before.Span), "the start is read only");
                Assert.That(sampler.Sample(Exact, Schedule, start, default, Random).Span.SequenceEqual(observed.Span), "observing changes nothing");
            }
        }
    }

    // An image denoiser of which the answer is known: data that are a single image.
    [TestCaseSource(nameof(Names))]
    public void Images_come_out_too(string name)
    {
        var image = Random.For(Purpose.Data).At(1).Uniform<float>([28, 28, 1]);
        bool keepsNoise = name == "langevin";
        var sampler = Create(name, new SamplerSettings { ClampX0 = new ValueRange(-1, 1) }, moves: 6);
        var x = sampler.Sample(OneImage(image), Schedule, Start.Draw<float>(Random, [3, 28, 28, 1]), 0, Random);
        Assert.That(x.Shape, Is.EqualTo(new Shape(3, 28, 28, 1)));
        for (int i = 0; i < x.Length; i++)
            Assert.That(x.Span[i], Is.EqualTo(image.Span[i % image.Length]).Within(keepsNoise ? .4 : 2e-3), name);
    }

    // Langevin keeps noise on top of the data, and DEIS extrapolates the noise; all others end at the predicted data.
    private static IEnumerable<string> EndAtPredictedData => Names.Except(["langevin", "deis1", "deis2", "deis3"]);

    [TestCaseSource(nameof(EndAtPredictedData))]
    public void Clamped_data_stay_in_their_range(string name)
    {
        var sampler = Create(name, Settings with { ClampX0 = new ValueRange(-.2, .3) });
        foreach (float value in sampler.Sample(Exact, Schedule, Start.Draw<float>(Random, [200, 2, 1]), default, Random).Span)
            Assert.That(value, Is.InRange(-.2f - 1e-6f, .3f + 1e-6f), name);
    }

    [Test]
    public void Bad_settings_are_refused_with_what_is_accepted()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new DdimSampler<float> { Eta = 2 }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Eta is 2; accepted is 0 to 1"));
            Assert.That(() => new DdimSampler<float> { Eta = double.NaN }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new EulerSampler<float> { Eta = -1 }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Eta is -1; accepted is 0 to 1"));
            Assert.That(() => new DdpmSampler<float> { Variance = (ReverseVariance)9 }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Posterior, Upper"));
            Assert.That(() => new SamplerSettings { Steps = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("at least 1"));
            Assert.That(() => new SamplerSettings { StartTime = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new SamplerSettings { EndTime = -1 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new SamplerSettings { Times = [4, 4, 0] }, Throws.ArgumentException.With.Message.Contains("Times[1] is 4"));
            Assert.That(() => new SamplerSettings { Times = [4] }, Throws.ArgumentException);
            Assert.That(() => new LangevinMoves { Count = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new LangevinMoves { Size = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new DeisSampler<float>(7), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("order of DEIS is 7; accepted is 0 to 3"));
            Assert.That(() => Samplers.Find("deis7"), Throws.ArgumentException.With.Message.Contains("deis3"));
            Assert.That(() => Samplers.Find("ddpm-optimal").Create<float>(), Throws.ArgumentException.With.Message.Contains("OptimalVariance.For"));
            foreach (string name in Names.Append("ddpm-learned"))
            {
                Assert.That(() => Create(name, Settings with { Steps = 41 }).EvaluationsFor(Schedule), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("41; a schedule with T = 40 takes 1 to 40"));
                Assert.That(() => Create(name, Settings with { StartTime = 41 }).EvaluationsFor(Schedule), Throws.InstanceOf<ArgumentOutOfRangeException>());
                Assert.That(() => Create(name, Settings with { EndTime = 40 }).EvaluationsFor(Schedule), Throws.InstanceOf<ArgumentOutOfRangeException>());
                Assert.That(() => Create(name, Settings with { Times = [50, 0] }).EvaluationsFor(Schedule), Throws.ArgumentException.With.Message.Contains("start at 50"));
            }

            var optimal = new DdpmSampler<float>(Settings with { IntegerTimes = false }) { Variance = ReverseVariance.Optimal, Optimal = Table };
            Assert.That(() => optimal.Sample(Exact, Schedule, Start.Draw<float>(Random, [2, 2, 1]), default, Random), Throws.ArgumentException.With.Message.Contains("IntegerTimes"));
            Assert.That(() => new DdpmSampler<float> { Variance = ReverseVariance.Optimal }.Begin(Exact, Schedule, Start.Draw<float>(Random, [2, 2, 1]), default, Random), Throws.ArgumentException.With.Message.Contains("OptimalVariance.For"));
        }
    }

    private static DenoiserOf<float> OneImage(Tensor<float> image) => new(Schedule, Parameterisation.Epsilon, (xt, t, _, noise) =>
    {
        double g = Math.Sqrt(Schedule.AlphaCumprodAt(t[0])), s = Math.Sqrt(Schedule.OneMinusAlphaCumprodAt(t[0]));
        for (int i = 0; i < xt.Length; i++)
            noise.Span[i] = (float)((xt.Span[i] - (g * image.Span[i % image.Length])) / s);
    });

    // With what concerns one sampler alone.
    private static ISampler<float> Create(string name, SamplerSettings settings, int moves = 3) => name switch
    {
        "ddpm-optimal" => new DdpmSampler<float>(settings) { Variance = ReverseVariance.Optimal, Optimal = Table },
        "ddim" => new DdimSampler<float>(settings) { Eta = .5 },
        "langevin" => new LangevinSampler<float>(settings) { Moves = new() { Count = moves } },
        "pc" => new PredictorCorrectorSampler<float>(settings) { Moves = new() { Count = moves } },
        _ => Samplers.Find(name).Create<float>(settings),
    };
}
