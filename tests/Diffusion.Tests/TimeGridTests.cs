using Diffusion.Sampling;
using Diffusion.Schedules;
using NUnit.Framework;

namespace Diffusion.Tests;

public sealed class TimeGridTests
{
    private static readonly NoiseSchedule[] Schedules =
    [
        NoiseSchedule.Cosine(1), NoiseSchedule.Cosine(2), NoiseSchedule.Cosine(5), NoiseSchedule.Cosine(50), NoiseSchedule.Linear(50), NoiseSchedule.Sigmoid(50),
    ];

    [Test]
    public void Times_fall_from_T_to_0_for_any_number_of_steps()
    {
        foreach (var schedule in Schedules)
        {
            foreach (var spacing in StepSpacing.All)
            {
                for (int steps = 1; steps <= schedule.T; steps++)
                {
                    double[] times = TimeGrid.Of(schedule, spacing, steps), whole = TimeGrid.ToIntegers(times);
                    Assert.That((times.Length, times[0], times[^1]), Is.EqualTo((steps + 1, (double)schedule.T, 0.0)));
                    Assert.That((whole.Length, whole[0], whole[^1]), Is.EqualTo((steps + 1, (double)schedule.T, 0.0)));
                    for (int i = 0; i < steps; i++)
                    {
                        Assert.That(times[i + 1], Is.LessThan(times[i]), $"{schedule}, {spacing}, {steps} steps");
                        Assert.That(whole[i] - whole[i + 1], Is.GreaterThanOrEqualTo(1), $"{schedule}, {spacing}, {steps} whole steps");
                        Assert.That(whole[i], Is.EqualTo(Math.Floor(whole[i])));
                    }
                }
            }
        }
    }

    [Test]
    public void Spacings_are_equal_in_their_measure()
    {
        var schedule = NoiseSchedule.Cosine(50);
        Assert.That(TimeGrid.Of(schedule, StepSpacing.Uniform, 50), Is.EqualTo(Enumerable.Range(0, 51).Select(i => 50.0 - i)));
        Assert.That(TimeGrid.Of(schedule, StepSpacing.Quadratic, 5), Is.EqualTo((double[])[50, 32, 18, 8, 2, 0]).Within(1e-12));
        double[] lambdas = [.. TimeGrid.Of(schedule, StepSpacing.LogSnr, 9, 45, 2).Select(schedule.LambdaAt)];
        for (int i = 1; i < lambdas.Length; i++)
            Assert.That(lambdas[i] - lambdas[i - 1], Is.EqualTo((lambdas[^1] - lambdas[0]) / 9).Within(1e-10));
        Assert.That(TimeGrid.Of(schedule, StepSpacing.LogSnr, 9)[^2], Is.EqualTo(1), "the last step but one");
        Assert.That(TimeGrid.ToIntegers([20, 3.2, 2.9, 2.6, 0]), Is.EqualTo((double[])[20, 4, 3, 2, 0]).Or.EqualTo((double[])[20, 5, 4, 3, 0]));
    }

    // EDM, arXiv:2206.00364, eq. 5: (sigma_max^(1/7) + i/(n-1) (sigma_min^(1/7) - sigma_max^(1/7)))^7, and then 0.
    [Test]
    public void Karras_times_are_those_of_EDM()
    {
        foreach (NoiseSchedule schedule in (NoiseSchedule[])[NoiseSchedule.VarianceExploding(1000), NoiseSchedule.Cosine(1000), NoiseSchedule.Straight(1000)])
        {
            double start = schedule.TimeOfLambda(-Math.Log(30)), high = Math.Pow(30, 1 / 7.0), low = Math.Pow(schedule.At(1).Rho, 1 / 7.0);
            double[] times = TimeGrid.Of(schedule, StepSpacing.Karras, 12, start);
            for (int i = 0; i < 12; i++)
            {
                double sigma = Math.Pow(high + (i / 11.0 * (low - high)), 7);
                Assert.That(schedule.At(times[i]).Rho, Is.EqualTo(sigma).Within(1e-9 * sigma), $"{schedule.Kind}, i = {i}");
            }

            Assert.That((times[0], times[11], times[12]), Is.EqualTo((start, 1.0, 0.0)));
        }

        // On EDM's own schedule of as many steps they are the whole times.
        Assert.That(TimeGrid.Of(NoiseSchedule.VarianceExploding(18), StepSpacing.Karras, 18), Is.EqualTo(Enumerable.Range(0, 19).Select(i => 18.0 - i)).Within(1e-9));
    }

    [Test]
    public void Exponential_is_the_spacing_of_log_SNR_and_trailing_times_begin_at_T()
    {
        var schedule = NoiseSchedule.Cosine(1000);
        Assert.That(TimeGrid.Of(schedule, StepSpacing.Exponential, 17, 990), Is.EqualTo(TimeGrid.Of(schedule, StepSpacing.LogSnr, 17, 990)));
        double[] sigmas = [.. TimeGrid.Of(schedule, StepSpacing.Exponential, 10, 900, 5).Select(t => schedule.At(t).Rho)];
        for (int i = 1; i < sigmas.Length; i++)
            Assert.That(sigmas[i] / sigmas[i - 1], Is.EqualTo(Math.Pow(sigmas[^1] / sigmas[0], .1)).Within(1e-9));

        // arXiv:2305.08891, table 2: T = 1000 and 10 steps of "trailing" are 1000, 900, ..., 100.
        Assert.That(TimeGrid.Of(schedule, StepSpacing.Trailing, 10), Is.EqualTo(Enumerable.Range(0, 11).Select(i => 1000.0 - (100 * i))));
        Assert.That(TimeGrid.Of(schedule, StepSpacing.Trailing, 3), Is.EqualTo((double[])[1000, 667, 333, 0]));
    }

    [Test]
    public void A_spacing_of_ones_own_is_a_function()
    {
        var halving = new StepSpacing("Halving", (_, steps, from, end) => [.. Enumerable.Range(0, steps).Select(i => from / (1 << i)), end]);
        var sampler = new DdimSampler<double>(new SamplerSettings { Spacing = halving, Steps = 4 });
        Assert.That(sampler.TimesFor(NoiseSchedule.Cosine(64)), Is.EqualTo((double[])[64, 32, 16, 8, 0]));
        Assert.That(halving.ToString(), Is.EqualTo("Halving"));
    }

    [Test]
    public void Times_may_be_given_in_either_direction()
    {
        var schedule = NoiseSchedule.Cosine(40);
        double[] Times(SamplerSettings settings) => new DdimSampler<double>(settings).TimesFor(schedule);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Times(new() { Times = [30, 2.5, 0] }), Is.EqualTo((double[])[30, 2.5, 0]));
            Assert.That(Times(new() { Times = [0, 2.5, 30] }), Is.EqualTo((double[])[0, 2.5, 30]));
            Assert.That(Times(new() { Times = [30, 2.5, 0], Inverted = true }), Is.EqualTo((double[])[0, 2.5, 30]));
            Assert.That(Times(new() { Times = [0, 2.5, 30], Inverted = true }), Is.EqualTo((double[])[0, 2.5, 30]), "they rise already");
            Assert.That(Times(new() { Times = [0, .3, .4, 30], IntegerTimes = true }), Is.EqualTo((double[])[0, 1, 2, 30]));
            Assert.That(Times(new() { Steps = 4, Inverted = true }), Is.EqualTo((double[])[0, 10, 20, 30, 40]));
            Assert.That(() => Times(new() { Times = [0, 41] }), Throws.ArgumentException.With.Message.Contains("end at 41"));
            foreach (double[] bad in (double[][])[[0, 2, 2], [0, 2, 1], [3, 1, 2], [1, double.NaN], [-1, 2], [0, double.PositiveInfinity]])
                Assert.That(() => Times(new() { Times = [.. bad] }), Throws.ArgumentException.With.Message.Contains("decrease strictly, or increase strictly"));
        }
    }

    [Test]
    public void Impossible_grids_are_refused()
    {
        var schedule = NoiseSchedule.Cosine(10);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => TimeGrid.Of(schedule, StepSpacing.Uniform, 11), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("1 to 10"));
            Assert.That(() => TimeGrid.Of(schedule, StepSpacing.Uniform, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => TimeGrid.Of(schedule, StepSpacing.Uniform, 3, 10.5), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => TimeGrid.Of(schedule, StepSpacing.Uniform, 3, 4, 4), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => TimeGrid.Of(schedule, StepSpacing.Trailing, 5, 4), Throws.ArgumentException.With.Message.Contains("do not fit"));
            Assert.That(() => TimeGrid.ToIntegers([3, 2.5, 2, 1.5, 1]), Throws.ArgumentException.With.Message.Contains("do not fit"));
        }
    }
}
