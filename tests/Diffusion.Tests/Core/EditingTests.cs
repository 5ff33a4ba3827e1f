using Diffusion.Data;
using Diffusion.Guidance;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Tensors.Threading;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>Runs that start from data, and data of which a part is known, on a Gaussian whose answers are known.</summary>
[NonParallelizable]
public sealed class EditingTests
{
    private const int Count = 2000;

    // Variances .09 and .04, covariance .048: a correlation of .8.
    private const double FirstMean = .3, SecondMean = -.2, First = .09, Second = .04, Both = .048;

    private static readonly RandomSource Random = new(90);
    private static readonly GaussianMixture Data = new([new MixtureComponent(1, [FirstMean, SecondMean], [First, Both, Both, Second])]);
    private static readonly NoiseSchedule[] Schedules = [NoiseSchedule.Cosine(100), NoiseSchedule.VarianceExploding(100), NoiseSchedule.Straight(100)];

    [Test]
    public void Noisy_data_to_start_from_are_data_and_the_noise_of_a_start([ValueSource(nameof(Schedules))] NoiseSchedule schedule)
    {
        var data = TestSchedules.Normal([7, 2, 1], 1);
        var start = Start.From(Random, data, schedule, 33.5);
        var noise = Start.Draw<double>(Random, data.Shape);
        var level = schedule.At(33.5);
        for (int i = 0; i < data.Length; i++)
            Assert.That(start.Span[i], Is.EqualTo((level.G * data.Span[i]) + (level.S * noise.Span[i])));

        double deviation = schedule is VarianceExplodingSchedule ? Math.Sqrt(1 + 6400) : 1;
        Assert.That(Start.Draw<double>(Random, data.Shape, schedule).Span.ToArray(), Is.EqualTo(noise.Span.ToArray().Select(z => z * deviation)).Within(1e-12));
        Assert.That(Start.Draw<double>(Random, data.Shape, schedule, 33.5).Span[3], Is.EqualTo(noise.Span[3] * schedule.DeviationAt(level)).Within(1e-14));
        Assert.That(() => Start.From(Random, data, schedule, 101), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Start.Draw<double>(Random, data.Shape, schedule, -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    // Along the flow of a Gaussian of deviation d a state goes from g m + √(g²d² + S²) z to the same z of the last level, whoever gave it.
    [TestCase(8)]
    [TestCase(30)]
    [TestCase(60)]
    public void From_data_of_others_the_flow_leads_where_it_is_known_to(double time)
    {
        var schedule = Schedules[0];
        var data = GaussianMixture.TwoPixel.Conditional(1);
        var level = schedule.At(time);
        var given = TestSchedules.Normal([50, 2, 1], 2);
        var start = Start.From(Random, given, schedule, time);
        var x = new RungeKuttaSampler<double>(new SamplerSettings { StartTime = time, Spacing = StepSpacing.Uniform, Steps = 100, EndTime = .01 }).Sample(new ExactDenoiser<double>(data, schedule), schedule, start, default, Random);
        var end = schedule.At(.01);
        double ratio = Math.Sqrt(((end.A * .01) + end.B) / ((level.A * .01) + level.B));
        for (int i = 0; i < x.Length; i++)
        {
            double mean = i % 2 == 0 ? .75 : -.45;
            Assert.That(x.Span[i], Is.EqualTo((end.G * mean) + (ratio * (start.Span[i] - (level.G * mean)))).Within(1e-6));
        }
    }

    // Ancestral steps lead to x_0 given x_t, whose mean keeps the share g²d²/(g²d² + S²) of what was given: all at t = 0, nothing at T.
    [TestCase(1)]
    [TestCase(5)]
    [TestCase(20)]
    [TestCase(99)]
    public void Early_times_keep_the_data_and_late_ones_do_not(int time)
    {
        var schedule = Schedules[0];
        var level = schedule.At(time);
        var given = Tensor<double>.Full([Count, 2, 1], 2);
        var sampler = new DdpmSampler<double>(new SamplerSettings { StartTime = time, Steps = time });
        var x = sampler.Sample(new ExactDenoiser<double>(GaussianMixture.TwoPixel.Conditional(1), schedule), schedule, Start.From(Random, given, schedule, time), default, Random);
        double left = x.Span.ToArray().Where((_, i) => i % 2 == 0).Average(value => (value - .75) / (2 - .75)), share = level.A * .01 / ((level.A * .01) + level.B);
        TestContext.Out.WriteLine($"t = {time}: {left:F4} of {share:F4}");

        // Four standard errors of numbers that deviate by .1 at most, in units of what is given.
        Assert.That(left, Is.EqualTo(share).Within(4 * .1 / 1.25 / Math.Sqrt(Count)));
    }

    // x_2 given x_1: mean m_2 + c/v_1 (x_1 - m_1), variance v_2 - c²/v_1.
    [Test]
    public void What_is_filled_in_follows_the_conditional_distribution([ValueSource(nameof(Schedules))] NoiseSchedule schedule)
    {
        var alone = Filled(new Inpainting { Resamplings = 1 }, schedule);
        var together = Filled(new Inpainting { Resamplings = 10 }, schedule);
        double slope = Both / First, deviation = Math.Sqrt(Second - (Both * Both / First));
        TestContext.Out.WriteLine($"{schedule.Kind}: slope {slope:F4}, deviation {deviation:F4}; with 1 visit {alone.Slope:F4} {alone.Deviation:F4}, with 10 {together.Slope:F4} {together.Deviation:F4}, mean {together.Mean:F4}");

        // Four standard errors of a slope are .03, of a deviation 6 %.
        using (Assert.EnterMultipleScope())
        {
            Assert.That(together.Slope, Is.EqualTo(slope).Within(.04));
            Assert.That(together.Deviation, Is.EqualTo(deviation).Within(.07 * deviation));
            Assert.That(together.Mean, Is.EqualTo(SecondMean).Within(.015), "at the mean of what is known");
            Assert.That(Math.Abs(alone.Slope - slope), Is.GreaterThan(2 * Math.Abs(together.Slope - slope)), "without visiting again the parts hardly see each other");
        }
    }

    [Test]
    public void Stretches_of_several_steps_are_gone_through_too()
    {
        var schedule = Schedules[0];
        var jumping = Filled(new Inpainting { Resamplings = 10, Jump = 4 }, schedule);
        var alone = Filled(new Inpainting { Resamplings = 1, Jump = 4 }, schedule);
        TestContext.Out.WriteLine($"stretches of 4: slope {jumping.Slope:F4}, deviation {jumping.Deviation:F4}; with 1 visit {alone.Slope:F4}");
        Assert.That(jumping.Slope, Is.EqualTo(Both / First).Within(.1));
        Assert.That(alone.Slope, Is.LessThan(jumping.Slope - .02));
    }

    [Test]
    public void A_run_depends_on_the_seed_alone_and_guidance_goes_through_it()
    {
        var schedule = NoiseSchedule.Cosine(10);
        var (known, mask) = Given(200);
        var mixture = GaussianMixture.TwoPixel;
        Tensor<double> Fill(RandomSource random, int count) => new Inpainting { Resamplings = 3 }.Sample(
            new DdpmSampler<double>(), new ClassifierFreeGuidance<double>(new ExactDenoiser<double>(mixture, schedule), .5), schedule, known.Rows(0, count), mask.Rows(0, count), 1, random);
        int before = Workers.ThreadCount;
        try
        {
            Workers.ThreadCount = 1;
            var one = Fill(Random, 200);
            Workers.ThreadCount = 3;
            Assert.That(Fill(Random, 200).Span.SequenceEqual(one.Span));
            Assert.That(Fill(Random, 20).Span.SequenceEqual(one.Rows(0, 20).Span), "samples do not depend on each other");
            Assert.That(Fill(new RandomSource(91), 200).Span.SequenceEqual(one.Span), Is.False);
        }
        finally
        {
            Workers.ThreadCount = before;
        }
    }

    // Nothing known is sampling with visits, all known is the data; and one visit calls the denoiser as often as plain sampling.
    [Test]
    public void What_is_known_is_kept_exactly()
    {
        var schedule = NoiseSchedule.Cosine(10);
        var (known, _) = Given(20);
        var counted = new Counting<double>(new ExactDenoiser<double>(Data, schedule));
        Tensor<double> Fill(double mask, int visits, int jump = 1) => new Inpainting { Resamplings = visits, Jump = jump }.Sample(
            new DdimSampler<double>(), counted, schedule, known, Tensor<double>.Full(known.Shape, mask), default, Random);
        Assert.That(Fill(1, 3).Span.SequenceEqual(known.Span));
        counted.Calls = 0;
        var plain = new DdimSampler<double>().Sample(new ExactDenoiser<double>(Data, schedule), schedule, Start.Draw<double>(Random, known.Shape), default, Random);
        Assert.That(Fill(0, 1).Span.SequenceEqual(plain.Span));
        Assert.That(counted.Calls, Is.EqualTo(10));

        // Nine stretches of one step three times, and the last, which ends in data, once; of four steps: 4, 4 and the last 2.
        counted.Calls = 0;
        _ = Fill(0, 3);
        Assert.That(counted.Calls, Is.EqualTo((9 * 3) + 1));
        counted.Calls = 0;
        _ = Fill(0, 3, jump: 4);
        Assert.That(counted.Calls, Is.EqualTo((8 * 3) + 2));
    }

    // Samplers draw several times at a level, and none of that may come again in what is known.
    [Test]
    public void The_noise_of_what_is_known_is_no_noise_of_the_sampler()
    {
        var schedule = NoiseSchedule.Cosine(10);
        var sampler = new Watching();
        _ = new Inpainting { Resamplings = 1 }.Sample(sampler, new ExactDenoiser<double>(Data, schedule), schedule, Tensor<double>.Zeros([1, 2, 1]), Tensor<double>.Full([1, 2, 1], 1), default, Random);
        Assert.That(sampler.Known, Has.Count.EqualTo(9));
        Assert.That(sampler.Known, Is.Unique);
        Assert.That(sampler.Drawn, Has.Count.EqualTo(10 * 4));
        foreach (double noise in sampler.Known)
            Assert.That(sampler.Drawn, Has.None.EqualTo(noise).Within(1e-9));
    }

    [Test]
    public void What_cannot_be_filled_in_is_refused()
    {
        var schedule = NoiseSchedule.Cosine(10);
        var exact = new ExactDenoiser<double>(Data, schedule);
        var (known, mask) = Given(3);
        Tensor<double> Fill(Tensor<double> with, SamplerSettings? settings = null, CancellationToken cancellation = default) =>
            new Inpainting().Sample(new DdimSampler<double>(settings), exact, schedule, known, with, default, Random, cancellation);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Fill(Tensor<double>.Zeros([3, 2])), Throws.ArgumentException.With.Message.Contains("must be that of the data, [3, 2, 1]"));
            Assert.That(() => Fill(Tensor<double>.Full([3, 2, 1], .5)), Throws.ArgumentException.With.Message.Contains("The mask holds 0.5; accepted are 1 for known and 0 for unknown"));
            Assert.That(() => Fill(Tensor<double>.Full([3, 2, 1], double.NaN)), Throws.ArgumentException);
            Assert.That(() => Fill(mask, new SamplerSettings { Inverted = true }), Throws.ArgumentException.With.Message.Contains("the times must fall"));
            Assert.That(() => Fill(mask, null, new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(() => new Inpainting { Resamplings = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("accepted is 1 to 1000"));
            Assert.That(() => new Inpainting { Jump = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("at least 1"));
        }
    }

    // The line through what was filled in over what was known: its value at the mean, its slope, and the deviation from it.
    private static (double Mean, double Slope, double Deviation) Filled(Inpainting inpainting, NoiseSchedule schedule)
    {
        var (known, mask) = Given(Count);
        var asked = ExactQuantity.Of(Data, schedule, Parameterisation.V);
        var x = inpainting.Sample(new DdpmSampler<double> { Variance = ReverseVariance.Upper }, asked, schedule, known, mask, default, Random);
        double xx = 0, xy = 0, mean = 0, squares = 0;
        for (int i = 0; i < Count; i++)
        {
            double first = known.Span[2 * i] - FirstMean, second = x.Span[(2 * i) + 1] - SecondMean;
            Assert.That(x.Span[2 * i], Is.EqualTo(known.Span[2 * i]), "what is known");
            (xx, xy, mean) = (xx + (first * first), xy + (first * second), mean + (second / Count));
        }

        for (int i = 0; i < Count; i++)
            squares += Math.Pow(x.Span[(2 * i) + 1] - SecondMean - (xy / xx * (known.Span[2 * i] - FirstMean)), 2);
        return (SecondMean + mean, xy / xx, Math.Sqrt(squares / Count));
    }

    // The first numbers go evenly from .6 below their mean to .6 above it; the second ones are not read.
    private static (Tensor<double> Known, Tensor<double> Mask) Given(int count)
    {
        Tensor<double> known = Tensor<double>.Zeros([count, 2, 1]), mask = Tensor<double>.Zeros([count, 2, 1]);
        for (int i = 0; i < count; i++)
            (known[i, 0, 0], known[i, 1, 0], mask[i, 0, 0]) = (FirstMean - .6 + (1.2 * i / (count - 1)), 1e6, 1);
        return (known, mask);
    }

    // Sees the noise in the state that it is given, which is all known and 0, and what it would draw itself.
    private sealed class Watching() : GridSampler<double>(new SamplerSettings())
    {
        public List<double> Known { get; } = [];

        public List<double> Drawn { get; } = [];

        public override string Name => "watching";

        protected override void Step(SamplingRun<double> run, int i)
        {
            if (i > 0)
                Known.Add(run.X.Span[0] / run.Level.S);
            for (int draw = 0; draw < 4; draw++)
                Drawn.Add(run.Normal(run.Level.Time, draw).Span[0]);
            run.Scale(1);
        }
    }
}
