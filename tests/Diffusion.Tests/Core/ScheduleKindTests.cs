using Diffusion.Schedules;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>The numbers of each kind of schedule, and what each refuses.</summary>
public sealed class ScheduleKindTests
{
    // arXiv:2206.00364, eq. 5 with N = 18, whose first is sigma_max; the numbers are those of the formula to four digits.
    [Test]
    public void Variance_exploding_with_18_steps_is_EDMs_table()
    {
        var schedule = NoiseSchedule.VarianceExploding(18);
        for (int i = 0; i < 18; i++)
        {
            double low = Math.Pow(.002, 1 / 7.0), high = Math.Pow(80, 1 / 7.0), sigma = Math.Pow(high + (i / 17.0 * (low - high)), 7);
            var level = schedule.At(18 - i);
            Assert.That((level.G, level.S), Is.EqualTo((1.0, sigma)).Using<double>((x, y) => Math.Abs(x - y) <= 1e-12 * (1 + y)), $"i = {i}");
        }

        Assert.That(schedule.At(18).S, Is.EqualTo(80), "exactly");
        Assert.That(schedule.At(.25).S, Is.EqualTo(.0005).Within(1e-18), "below the first step in proportion to t");
        double[] published = [80, 57.59, 40.79, 28.37, 19.35, 12.91, 8.401, 5.315, 3.257, 1.923, 1.088];
        for (int i = 0; i < published.Length; i++)
            Assert.That(schedule.At(18 - i).S, Is.EqualTo(published[i]).Within(.05).Percent);
    }

    [Test]
    public void Straight_is_a_line_from_the_data_to_the_noise()
    {
        var schedule = NoiseSchedule.Straight(20);
        foreach (double t in TestSchedules.TimesOf(schedule))
            Assert.That((schedule.At(t).G, schedule.At(t).S), Is.EqualTo((1 - (t / 20), t / 20)).Using<double>((x, y) => Math.Abs(x - y) < 1e-15));
        Assert.That(schedule.At(20).G, Is.Zero, "nothing of the data is left");
        Assert.That(schedule.LambdaAt(20), Is.EqualTo(double.NegativeInfinity));
        Assert.That(schedule.TimeOfLambda(Math.Log(3)), Is.EqualTo(5).Within(1e-13), "g/S = 3");
    }

    [TestCase(10, 1.5e-3, 1.5e-3)]
    [TestCase(100, 1.5e-4, 3e-7)]
    [TestCase(1000, 1.5e-5, 3e-10)]
    public void A_table_is_kept_exactly_and_read_between_the_steps(int steps, double nearTheData, double elsewhere)
    {
        var cosine = NoiseSchedule.Cosine(steps);
        var table = NoiseSchedule.FromAlphasCumprod(cosine.AlphasCumprod[1..]);
        Assert.That(table.AlphasCumprod.ToArray(), Is.EqualTo(cosine.AlphasCumprod.ToArray()));
        Assert.That(table.Betas[1..].ToArray(), Is.EqualTo(cosine.Betas[1..].ToArray()).Within(1e-12));
        for (int t = 0; t <= steps; t++)
            Assert.That(table.AlphaCumprodAt(t), Is.EqualTo(cosine.AlphasCumprod[t]));

        // The error is of the third order in the length of a step where the angle is smooth; next to the data it goes as the root of t.
        double near = Worst(0, .05 * steps), far = Worst(.05 * steps, .95 * steps), end = Worst(.95 * steps, steps);
        TestContext.Out.WriteLine($"T = {steps}: largest difference of A between steps {near:E2} near the data, {far:E2} beyond, {end:E2} at the end");
        Assert.That(near, Is.InRange(1e-14, nearTheData));
        Assert.That(far, Is.InRange(1e-14, elsewhere));
        Assert.That(end, Is.LessThan(nearTheData));

        double Worst(double from, double to)
        {
            double worst = 0;
            for (double t = from; t <= to; t += .13)
                worst = Math.Max(worst, Math.Abs(table.AlphaCumprodAt(t) - cosine.AlphaCumprodAt(t)));
            return worst;
        }
    }

    [Test]
    public void A_table_of_betas_is_its_products()
    {
        double[] betas = [.1, .05, .3, .99];
        var schedule = NoiseSchedule.FromBetas(betas);
        Assert.That(schedule.T, Is.EqualTo(4));
        Assert.That(schedule.AlphasCumprod.ToArray(), Is.EqualTo((double[])[1, .9, .9 * .95, .9 * .95 * .7, .9 * .95 * .7 * .01]).Within(1e-15));
        Assert.That(schedule.Betas[1..].ToArray(), Is.EqualTo(betas).Within(1e-14));
        Assert.That(schedule.Configuration, Is.Null);
        Assert.That(NoiseSchedule.FromBetas([.5, 1]).At(2).G, Is.Zero, "the last may be 1");
    }

    // arXiv:2305.08891, algorithm 1: roots of A are shifted by the last and stretched to keep the first.
    [Test]
    public void Zero_terminal_signal_shifts_and_stretches_the_roots()
    {
        foreach (var schedule in (VariancePreservingSchedule[])[NoiseSchedule.Cosine(50), NoiseSchedule.Linear(1000), NoiseSchedule.Sigmoid(2)])
        {
            var zero = schedule.WithZeroTerminalSnr();
            double first = Math.Sqrt(schedule.AlphasCumprod[1]), last = Math.Sqrt(schedule.AlphasCumprod[schedule.T]);
            using (Assert.EnterMultipleScope())
            {
                Assert.That((zero.T, zero.At(zero.T).G, zero.At(zero.T).S), Is.EqualTo((schedule.T, 0.0, 1.0)));
                Assert.That(zero.AlphasCumprod[1], Is.EqualTo(schedule.AlphasCumprod[1]), "the first step stays");
                Assert.That(zero.Betas[zero.T], Is.EqualTo(1));
                for (int t = 1; t < zero.T; t++)
                    Assert.That(zero.SqrtAlphasCumprod[t], Is.EqualTo((Math.Sqrt(schedule.AlphasCumprod[t]) - last) * first / (first - last)).Within(1e-14));
            }
        }

        Assert.That(() => NoiseSchedule.Cosine(1).WithZeroTerminalSnr(), Throws.InvalidOperationException.With.Message.Contains("at least 2"));
    }

    // S/g = t/(8 exp(-t/10)) has no inverse that could be written down; of S/g = tan(pi t/2T) it is T 2/pi atan(exp(-lambda)).
    [Test]
    public void Functions_are_inverted_by_bisection_or_as_they_say()
    {
        int asked = 0;
        double Angle(double t) => Math.PI / 2 * t / 12;
        NoiseSchedule Make(Func<double, double>? inverse) => NoiseSchedule.FromFunctions(10, t => Math.Cos(Angle(t)), t => Math.Sin(Angle(t)), inverse);
        NoiseSchedule bisected = Make(null), told = Make(lambda =>
        {
            asked++;
            return 12 * 2 / Math.PI * Math.Atan(Math.Exp(-lambda));
        });
        for (double t = .5; t < 10; t += .5)
        {
            double lambda = -Math.Log(Math.Tan(Angle(t)));
            Assert.That(bisected.TimeOfLambda(lambda), Is.EqualTo(t).Within(1e-12));
            Assert.That(told.TimeOfLambda(lambda), Is.EqualTo(t).Within(1e-12));
        }

        Assert.That(asked, Is.EqualTo(19));
        Assert.That(bisected.Kind, Is.EqualTo("Functions"));
        Assert.That(bisected.ToJson, Throws.TypeOf<NotSupportedException>().With.Message.Contains("ScheduleKinds.Register"));
    }

    [Test]
    public void What_is_no_schedule_is_refused()
    {
        using (Assert.EnterMultipleScope())
        {
            Refused<ArgumentOutOfRangeException>(() => NoiseSchedule.VarianceExploding(1), "Timesteps is 1; a variance exploding schedule has at least 2");
            Refused<ArgumentOutOfRangeException>(() => NoiseSchedule.VarianceExploding(10, sigmaMin: 0), "SigmaMin is 0; it must be positive");
            Refused<ArgumentOutOfRangeException>(() => NoiseSchedule.VarianceExploding(10, sigmaMin: 2, sigmaMax: 2), "SigmaMax is 2; it must be more than SigmaMin, 2");
            Refused<ArgumentOutOfRangeException>(() => NoiseSchedule.VarianceExploding(10, sigmaMax: double.PositiveInfinity), "SigmaMax");
            Refused<ArgumentOutOfRangeException>(() => NoiseSchedule.VarianceExploding(10, rho: .5), "Rho is 0.5; accepted is 1 to 100");
            Refused<ArgumentOutOfRangeException>(() => NoiseSchedule.Straight(0), "Timesteps is 0; a schedule has 1 to 1000000 steps");
            Refused<ArgumentException>(() => NoiseSchedule.FromAlphasCumprod([]), "is empty");
            Refused<ArgumentException>(() => NoiseSchedule.FromAlphasCumprod([.9, .9]), "t = 2 is 0.9, after 0.9; values must fall");
            Refused<ArgumentException>(() => NoiseSchedule.FromAlphasCumprod([1]), "t = 1 is 1, after 1");
            Refused<ArgumentException>(() => NoiseSchedule.FromAlphasCumprod([.5, 0, 0]), "t = 2 is 0");
            Refused<ArgumentException>(() => NoiseSchedule.FromAlphasCumprod([double.NaN]), "t = 1 is NaN");
            Refused<ArgumentException>(() => NoiseSchedule.FromBetas([.1, 0]), "beta_2 is 0; accepted is more than 0, and less than 1 but for the last");
            Refused<ArgumentException>(() => NoiseSchedule.FromBetas([1.5]), "beta_1 is 1.5");
            Refused<ArgumentException>(() => NoiseSchedule.FromBetas([1, .5]), "t = 1 is 0");
            Refused<ArgumentException>(() => NoiseSchedule.FromFunctions(5, _ => .9, t => t), "At t = 0 the signal is 0.9 and the noise 0");
            Refused<ArgumentException>(() => NoiseSchedule.FromFunctions(5, _ => 1, t => 1 + t), "the noise 1");
            Refused<ArgumentException>(() => NoiseSchedule.FromFunctions(5, _ => 1, t => Math.Min(t, 3)), "From t = 3 to 4 the noise in units of the signal must rise");
            Refused<ArgumentOutOfRangeException>(() => NoiseSchedule.FromFunctions(5, t => 1 - t, t => t), "the factor of the data is -1");
        }

        static void Refused<TException>(Func<NoiseSchedule> make, string message)
            where TException : Exception => Assert.That(make, Throws.InstanceOf<TException>().With.Message.Contains(message));
    }
}
