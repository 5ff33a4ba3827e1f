using Diffusion.Data;
using Diffusion.Generation;
using Diffusion.Guidance;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Tensors.Threading;
using Diffusion.Tests.Networks;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests.Generation;

/// <summary>Samples of a model: in batches, guided, the same for the same settings whatever the threads.</summary>
[NonParallelizable]
public sealed class GeneratorTests
{
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(50);
    private static readonly int[] Labels = [.. Enumerable.Range(0, 50).Select(i => (i % 3) - 1)];

    [Test]
    public void Batches_change_nothing_but_where_a_sampler_draws()
    {
        var model = MixtureNetwork.Model(Schedule);
        Tensor<double> With(string sampler, int batch, ulong seed = 3) => new Generator<double>(model, new() { Sampler = sampler, Steps = 12, Batch = batch, Seed = seed }).Sample(50, Labels);
        foreach (string sampler in (string[])["dpm++2m", "ddim", "heun"])
        {
            double[] whole = With(sampler, 50).Span.ToArray();
            Assert.That(With(sampler, 7).Span.ToArray(), Is.EqualTo(whole).Within(1e-12), sampler);
            Assert.That(With(sampler, 1).Span.ToArray(), Is.EqualTo(whole).Within(1e-12), sampler);
            Assert.That(With(sampler, 50, seed: 4).Span.ToArray(), Is.Not.EqualTo(whole).Within(1e-2), "the seed says which samples");
        }

        // The first batch draws the same numbers, however many samples come after it.
        var drawn = With("ddpm", 50);
        Assert.That(With("ddpm", 7).Rows(0, 7).Span.ToArray(), Is.EqualTo(drawn.Rows(0, 7).Span.ToArray()).Within(1e-12));
        Assert.That(With("ddpm", 7).Span.ToArray(), Is.Not.EqualTo(drawn.Span.ToArray()).Within(1e-2));
    }

    [Test]
    public void A_network_gives_the_same_bytes_for_any_number_of_threads_and_nearly_the_same_for_any_batch([Values("dpm++2m", "ddpm")] string sampler)
    {
        var network = new UNet<float>(TestUNets.Images(5, 4, classes: 3), new RandomSource(5));
        var schedule = NoiseSchedule.Cosine(TestUNets.Timesteps);
        var model = new Model<float>(network, schedule, new SimpleObjective<float>(Parameterisation.V), new TrainingConfiguration(), "none");
        Tensor<float> With(int batch) => new Generator<float>(model, new() { Sampler = sampler, Steps = 5, Batch = batch, Guidance = 1.5, ClampX0 = new(-1, 1), Seed = 3 }).Sample(11, Labels[..11]);
        int before = Workers.ThreadCount;
        try
        {
            Workers.ThreadCount = 1;
            Tensor<float> whole = With(11), parts = With(4);
            foreach (int threads in (int[])[2, 3])
            {
                Workers.ThreadCount = threads;
                Assert.That(With(11).Span.SequenceEqual(whole.Span), $"{threads} threads");
                Assert.That(With(4).Span.SequenceEqual(parts.Span), $"{threads} threads, in batches");
            }

            if (sampler == "dpm++2m")
                Assert.That(parts.Span.ToArray(), Is.EqualTo(whole.Span.ToArray()).Within(1e-4f));
        }
        finally
        {
            Workers.ThreadCount = before;
        }
    }

    [Test]
    public void It_is_the_sampler_of_the_settings_with_the_guidance_of_the_settings()
    {
        var model = MixtureNetwork.Model(Schedule);
        var generator = new Generator<double>(model, new() { Sampler = "ddim", Steps = 20, Guidance = 1.5, ClampX0 = new(-.9, .9), Seed = 8 });
        var sampler = new DdimSampler<double>(new SamplerSettings { Steps = 20, ClampX0 = new(-.9, .9) });
        var random = new RandomSource(8);
        var start = Start.Draw<double>(random, [50, 2, 1], Schedule, sampler.TimesFor(Schedule)[0]);
        var expected = sampler.SampleInBatches(new ClassifierFreeGuidance<double>(model.Denoiser, 1.5), Schedule, start, Labels, random);
        var done = new List<int>();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(generator.SampleShape, Is.EqualTo(new Shape(2, 1)));
            Assert.That(generator.Noise(50).Span.SequenceEqual(start.Span));
            Assert.That(generator.Sample(50, Labels).Span.SequenceEqual(expected.Span));
            Assert.That(generator.Sample(generator.Guided(1.5), start, Labels, random, done.Add).Span.SequenceEqual(expected.Span));
            Assert.That(generator.Watch(start, Labels).Span.ToArray(), Is.EqualTo(expected.Span.ToArray()).Within(1e-12));
            Assert.That(done, Is.EqualTo((int[])[50]));
            Assert.That(generator.Sample(0).Shape, Is.EqualTo(new Shape(0, 2, 1)));
        }
    }

    // Class 1 is a Gaussian of deviation .1 about (.75, -.45): four standard errors of a mean and of a deviation. T is large, since the
    // last step, to t = 0, gives a mean and so a little less than the deviation.
    [Test]
    public void Samples_have_the_mean_and_the_deviation_of_what_is_asked_for()
    {
        const int Count = 4000;
        var samples = new Generator<double>(MixtureNetwork.Model(NoiseSchedule.Cosine(1000)), new() { Steps = 100, Seed = 1 }).Sample(Count, 1);
        Tensor<double> mean = samples.Mean(0), deviation = samples.Std(0);
        TestContext.Out.WriteLine($"mean {mean[0, 0]:F4} {mean[1, 0]:F4}, deviation {deviation[0, 0]:F4} {deviation[1, 0]:F4}");
        Assert.That(mean.Span.ToArray(), Is.EqualTo((double[])[.75, -.45]).Within(4 * .1 / Math.Sqrt(Count)));
        Assert.That(deviation.Span.ToArray(), Is.EqualTo((double[])[.1, .1]).Within(4 * .1 / Math.Sqrt(2 * Count)));
    }

    [Test]
    public void Guidance_acts_within_its_interval_and_nowhere_else()
    {
        var model = MixtureNetwork.Model(Schedule);
        Tensor<double> With(double w, ValueRange? interval) => new Generator<double>(model, new() { Sampler = "ddim", Steps = 20, Guidance = w, Interval = interval }).Sample(20, 1);
        double[] plain = With(0, null).Span.ToArray(), guided = With(3, null).Span.ToArray(), between = With(3, new(.2, .5)).Span.ToArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(With(3, new(0, 1)).Span.ToArray(), Is.EqualTo(guided));
            Assert.That(With(3, new(.501, .519)).Span.ToArray(), Is.EqualTo(plain), "no step is there");
            Assert.That(guided, Is.Not.EqualTo(plain).Within(1e-3));
            Assert.That(between, Is.Not.EqualTo(plain).Within(1e-6));
            Assert.That(between, Is.Not.EqualTo(guided).Within(1e-6));
        }
    }

    [Test]
    public void A_network_that_saw_whole_steps_is_asked_at_whole_steps([Values] TimeSampling times)
    {
        var model = MixtureNetwork.Model(Schedule, times);
        var asked = ((MixtureNetwork)model.Network).Times;
        var generator = new Generator<double>(model, new() { Steps = 13 });
        _ = generator.Sample(1);
        _ = generator.Edit(Tensor<double>.Zeros([1, 2, 1]), .37);
        Assert.That(asked.All(double.IsInteger), Is.EqualTo(times == TimeSampling.Discrete));
        Assert.That(asked, Has.Count.GreaterThanOrEqualTo(13));
    }

    [Test]
    public void So_is_one_of_an_objective_of_your_own([Values] bool whole)
    {
        var model = MixtureNetwork.Model(Schedule) with { Objective = new OwnObjective(whole) };
        _ = new Generator<double>(model, new() { Steps = 13 }).Sample(1);
        Assert.That(((MixtureNetwork)model.Network).Times.All(double.IsInteger), Is.EqualTo(whole));
    }

    [Test]
    public void Every_class_gets_the_same_noises_and_classes_are_drawn_evenly()
    {
        var generator = new Generator<double>(MixtureNetwork.Model(Schedule));
        var (start, labels) = generator.SameNoise(3);
        var noise = generator.Noise(3);
        int[] drawn = generator.RandomLabels(1000);
        var without = new Model<float>(
            new UNet<float>(TestUNets.Images(5, 4), new RandomSource(5)), NoiseSchedule.Cosine(TestUNets.Timesteps), new SimpleObjective<float>(), new TrainingConfiguration(), "none");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(labels, Is.EqualTo((int[])[0, 0, 0, 1, 1, 1]));
            Assert.That(start.Rows(0, 3).Span.SequenceEqual(noise.Span));
            Assert.That(start.Rows(3, 6).Span.SequenceEqual(noise.Span));

            // Four standard errors of a share of a half.
            Assert.That(drawn, Is.All.InRange(0, 1));
            Assert.That(drawn.Average(), Is.EqualTo(.5).Within(4 * .5 / Math.Sqrt(1000)));
            Assert.That(new Generator<float>(without).RandomLabels(3), Is.EqualTo((int[])[-1, -1, -1]));
            Assert.That(new Generator<float>(without).SameNoise(3).Labels, Is.Empty);
        }
    }

    [Test]
    public void What_cannot_be_generated_is_refused()
    {
        var model = MixtureNetwork.Model(Schedule);
        var shapeless = MixtureNetwork.ModelOf(GaussianMixture.TwoPixel, Schedule, sample: null);
        static void Refuses(Action make, string message) => Assert.That(make, Throws.InstanceOf<ArgumentException>().With.Message.Contains(message));
        using (Assert.EnterMultipleScope())
        {
            Refuses(() => _ = new Generator<double>(shapeless), "The network mixture does not say of what shape a sample is");
            Refuses(() => _ = new Generator<double>(model, new() { Sampler = "ddpm-optimal" }), "The optimal variance needs its table");
            Refuses(() => _ = new Generator<double>(model, new() { Steps = 0 }), "Steps is 0; it must be at least 1");
            Refuses(() => new Generator<double>(model, new() { Steps = 51 }).Sample(1), "The number of steps is 51; a schedule with T = 50 takes 1 to 50");
            Refuses(() => new Generator<double>(model, new() { Guidance = double.NaN }).Sample(1), "The guidance weight w is NaN");
            Refuses(() => new Generator<double>(model, new() { Interval = new(-.1, .5) }).Sample(1), "The interval of guided times is [-5, 25]");
            Refuses(() => new Generator<double>(model).Sample(5, Labels[..4]), "4 labels were given for 5 samples");
            Refuses(() => new Generator<double>(model).Sample(5, 2), "2");
            Assert.That(() => new Generator<double>(model).Sample(5, cancellation: new(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
        }
    }

    [Test]
    public void Settings_check_themselves_and_say_what_they_are()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new GenerationSettings { Sampler = "magic" }, Throws.ArgumentException.With.Message.Contains("There is no sampler 'magic'; accepted are ddpm, "));
            Assert.That(() => new GenerationSettings { Batch = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Batch is 0; it must be at least 1"));
            Assert.That(new GenerationSettings().Describe(), Is.EqualTo("DPM-Solver++ 2M, 15 steps, guidance w = 0."));
            Assert.That(new GenerationSettings { Sampler = "ddpm", Steps = null, Guidance = -.125, Interval = new(.2, .75) }.Describe(), Is.EqualTo("DDPM, all steps, guidance w = -0.125 for t/T from 0.2 to 0.75."));
            Assert.That(new GenerationSettings { Guidance = .001 }.Describe(), Does.Contain("w = 0.001."), "a little is not nothing");
        }
    }

    private sealed class OwnObjective(bool whole) : IObjective<double>
    {
        public string Name => "own";

        public Parameterisation Parameterisation => Parameterisation.V;

        public bool DrawsWholeTimes => whole;

        public void DrawTimes(NoiseSchedule schedule, RandomStream stream, Span<double> times) => throw new NotSupportedException("Nothing is trained.");

        public Autograd.Variable<double> Loss(TrainingBatch<double> batch) => throw new NotSupportedException("Nothing is trained.");
    }
}
