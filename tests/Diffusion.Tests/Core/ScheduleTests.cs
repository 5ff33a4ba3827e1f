using Diffusion.Schedules;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>What holds for signal and noise on every kind of schedule.</summary>
[TestFixtureSource(typeof(TestSchedules), nameof(TestSchedules.All))]
public sealed class ScheduleTests(NoiseSchedule schedule)
{
    [Test]
    public void The_data_come_first_and_noise_grows_in_units_of_the_signal()
    {
        Assert.That((schedule.At(0).G, schedule.At(0).S, schedule.At(0).Lambda), Is.EqualTo((1.0, 0.0, double.PositiveInfinity)));
        double before = 0;
        for (int i = 1; i <= 8 * schedule.T; i++)
        {
            var level = schedule.At(i / 8.0);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(level.Time, Is.EqualTo(i / 8.0));
                Assert.That(level.Rho, Is.GreaterThan(before), $"t = {level.Time}");
                Assert.That(level.A, Is.EqualTo(level.G * level.G).Within(1e-15 * level.A));
                Assert.That(level.B, Is.EqualTo(level.S * level.S).Within(1e-15 * level.B));
                Assert.That(level.Rho, Is.EqualTo(level.S / level.G));
                Assert.That(schedule.LambdaAt(level.Time), Is.EqualTo(Math.Log(level.G / level.S)).Within(1e-12));
            }

            before = level.Rho;
        }
    }

    [Test]
    public void Time_of_lambda_inverts_lambda_and_rho()
    {
        foreach (double t in TestSchedules.TimesOf(schedule))
        {
            // Where the curve is flat in time, as near the end, the last digits of lambda are more of t.
            double within = 1e-9 * schedule.T;
            Assert.That(schedule.TimeOfLambda(schedule.LambdaAt(t)), Is.EqualTo(t).Within(within), $"t = {t}");
            if (schedule.At(t).G > 0)
                Assert.That(schedule.AtRho(schedule.At(t).Rho).Time, Is.EqualTo(t).Within(within), $"t = {t}");
        }

        Assert.That(schedule.TimeOfLambda(double.PositiveInfinity), Is.Zero);
        Assert.That(schedule.TimeOfLambda(schedule.LambdaAt(schedule.T)), Is.EqualTo(schedule.T));
        Assert.That(() => schedule.TimeOfLambda(double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
        if (schedule.At(schedule.T).G > 0)
            Assert.That(() => schedule.TimeOfLambda(schedule.LambdaAt(schedule.T) - .1), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("goes down to"));
    }

    [Test]
    public void Noisy_data_are_the_sum_and_have_the_variance_that_is_said()
    {
        Tensor<double> x0 = TestSchedules.Normal([6, 2], 11), noise = TestSchedules.Normal([6, 2], 12);
        double[] times = [0, schedule.T * .1, schedule.T * .3, schedule.T * .5, schedule.T - .5, schedule.T];
        var xt = schedule.QSample(x0, times, noise);
        for (int i = 0; i < xt.Length; i++)
        {
            var level = schedule.At(times[i / 2]);
            Assert.That(xt.Span[i], Is.EqualTo((level.G * x0.Span[i]) + (level.S * noise.Span[i])));
            Assert.That(schedule.DeviationAt(level), Is.EqualTo(Math.Sqrt((level.G * level.G) + (level.S * level.S))).Within(1e-14 * (1 + level.S)));
        }
    }

    // q(x_s | x_t, x_0) is in proportion to N(x_s; g_s x_0, S_s²) N(x_t; r x_s, S_t² - r² S_s²), r = g_t/g_s: the product of two Gaussians in x_s.
    [Test]
    public void The_reverse_step_is_the_product_of_Gaussians()
    {
        double[] places = [.1, .25, .5, .77, 1];
        foreach (double from in places)
        {
            foreach (double to in places.Append(.3).Where(to => to < from))
            {
                NoiseLevel t = schedule.At(from * schedule.T), s = schedule.At(to * schedule.T);
                double r = t.G / s.G, added = (t.S * t.S) - (r * r * s.S * s.S), precision = (1 / (s.S * s.S)) + (r * r / added);
                var step = schedule.PosteriorOf(t.Time, s.Time);
                using (Assert.EnterMultipleScope())
                {
                    Assert.That(step.Alpha, Is.EqualTo(r * r).Within(1e-12));
                    Assert.That(step.Beta, Is.EqualTo(added).Within(1e-12 * (1 + added)));
                    Assert.That(step.Variance, Is.EqualTo(1 / precision).Within(1e-11 / precision));
                    Assert.That(step.MeanCoefX0, Is.EqualTo(s.G / (s.S * s.S) / precision).Within(1e-11));
                    Assert.That(step.MeanCoefXt, Is.EqualTo(r / added / precision).Within(1e-11));
                }
            }

            // The step to the data is x_0 itself.
            var last = schedule.PosteriorOf(from * schedule.T, 0);
            Assert.That((last.Variance, last.MeanCoefXt, last.MeanCoefX0), Is.EqualTo((0.0, 0.0, 1.0)).Using<double>((x, y) => Math.Abs(x - y) < 1e-14));
        }

        Assert.That(() => schedule.PosteriorOf(1, 1), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("not from 1 to 1"));
    }

    // The range of a learned variance: ln beta~ and ln beta of the step, and in the step to the data beta~ of the step from twice as far.
    [Test]
    public void The_range_of_a_learned_variance_is_that_of_the_step()
    {
        double t = schedule.T;
        var (low, high) = schedule.LogVarianceRange(.6 * t, .2 * t);
        var step = schedule.PosteriorOf(.6 * t, .2 * t);
        Assert.That((low, high), Is.EqualTo((Math.Log(step.Variance), Math.Log(step.Beta))));
        Assert.That(low, Is.LessThan(high));
        (low, high) = schedule.LogVarianceRange(.3 * t, 0);
        Assert.That(high, Is.EqualTo(Math.Log(schedule.PosteriorOf(.3 * t, 0).Beta)));
        Assert.That(low, Is.EqualTo(Math.Log(schedule.PosteriorOf(.6 * t, .3 * t).Variance)).Within(1e-12));
        Assert.That(schedule.LogVarianceRange(.8 * t, 0).Low, Is.EqualTo(Math.Log(schedule.PosteriorOf(t, .8 * t).Variance)).Within(1e-12));
        Assert.That(() => schedule.LogVarianceRange(t, 0), Throws.ArgumentException.With.Message.Contains("at least two steps"));
    }

    [Test]
    public void Times_beyond_the_ends_are_refused()
    {
        foreach (double bad in (double[])[-1e-9, schedule.T + .001, double.NaN])
            Assert.That(() => schedule.At(bad), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains($"from 0 to {schedule.T}"));
    }
}
