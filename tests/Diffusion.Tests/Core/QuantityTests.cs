using Diffusion.Schedules;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>Every quantity on every kind of schedule: q of (x_0, eps) gives both back, or says that it cannot.</summary>
[TestFixtureSource(typeof(TestSchedules), nameof(TestSchedules.All))]
public sealed class QuantityTests(NoiseSchedule schedule)
{
    private const double Rounding = 1e-15;

    // D = g (1 + g) + 2S is never 0.
    private static readonly Parameterisation Own = new("Own", level => (-2, 1 + level.G));

    private static readonly Parameterisation[] All =
        [Parameterisation.Epsilon, Parameterisation.X0, Parameterisation.V, Parameterisation.Flow, Parameterisation.Edm(.5), Parameterisation.Edm(1), Own];

    [TestCaseSource(nameof(All))]
    public void A_quantity_gives_back_the_data_and_the_noise(Parameterisation asked)
    {
        Tensor<double> x0 = TestSchedules.Normal([7, 3], 1), noise = TestSchedules.Normal([7, 3], 2);
        foreach (double t in TestSchedules.TimesOf(schedule))
        {
            var level = schedule.At(t);
            var (a, b) = asked.At(level);
            Tensor<double> xt = schedule.QSample(x0, [t], noise), q = asked.Of(schedule, x0, [t], noise);
            for (int i = 0; i < q.Length; i++)
                Assert.That(q.Span[i], Is.EqualTo((a * x0.Span[i]) + (b * noise.Span[i])).Within(1e-14 * (Math.Abs(a) + Math.Abs(b))), $"t = {t}");

            // x_0 = (b x_t - S q)/D: what is subtracted is rounded, and then divided by D. Numbers here are less than 5.
            double d = Math.Abs((level.G * b) - (level.S * a)), size = 5 * Rounding * (1 + (((Math.Abs(a) + Math.Abs(b)) * 2 * (level.G + level.S)) / d));
            var filled = Filled(asked, [level], xt, q);
            Assert.That((filled.TellsX0, filled.TellsNoise), Is.EqualTo((d > 0 || b == 0, d > 0 || a == 0)), $"t = {t}");
            foreach (var (tells, given, told, read) in ((bool, Tensor<double>, Func<Tensor<double>>, Func<Tensor<double>>)[])
                [(filled.TellsX0, x0, () => asked.ToX0(schedule, xt, [t], q), () => filled.X0), (filled.TellsNoise, noise, () => asked.ToNoise(schedule, xt, [t], q), () => filled.Noise)])
            {
                string member = ReferenceEquals(given, x0) ? "x_0" : "the noise";
                if (tells)
                {
                    Assert.That(told().Span.ToArray(), Is.EqualTo(given.Span.ToArray()).Within(d > 0 ? size : 0), $"{member} at t = {t}");
                    Assert.That(read().Span.SequenceEqual(told().Span), $"{member} at t = {t}");
                    continue;
                }

                string message = $"At t = {t}, where x_t is {level.G}·x_0 + {level.S}·eps, a prediction of {asked} does not tell {member}.";
                Assert.That(told, Throws.InvalidOperationException.With.Message.EqualTo(message));
                Assert.That(read, Throws.InvalidOperationException.With.Message.EqualTo(message));
            }
        }
    }

    // One level for each sample, among them levels at which a member is not told: then the whole prediction does not tell it.
    [TestCaseSource(nameof(All))]
    public void Levels_of_samples_are_their_own(Parameterisation asked)
    {
        double[] times = [.. TestSchedules.TimesOf(schedule).Where(t => asked.TellsX0(schedule.At(t)) && asked.TellsNoise(schedule.At(t)))];
        Tensor<double> x0 = TestSchedules.Normal([times.Length, 2], 3), noise = TestSchedules.Normal([times.Length, 2], 4);
        Tensor<double> xt = schedule.QSample(x0, times, noise), q = asked.Of(schedule, x0, times, noise);
        var all = Filled(asked, Array.ConvertAll(times, schedule.At), xt, q);
        for (int i = 0; i < times.Length; i++)
        {
            var one = Filled(asked, [schedule.At(times[i])], xt.Rows(i, i + 1), q.Rows(i, i + 1));
            Assert.That(all.X0.Rows(i, i + 1).Span.SequenceEqual(one.X0.Span), $"t = {times[i]}");
            Assert.That(all.Noise.Rows(i, i + 1).Span.SequenceEqual(one.Noise.Span), $"t = {times[i]}");
        }

        double[] ends = [0, schedule.T / 2.0, schedule.T];
        var mixed = Filled(asked, Array.ConvertAll(ends, schedule.At), TestSchedules.Normal([3, 2], 5), TestSchedules.Normal([3, 2], 6));
        Assert.That(mixed.TellsX0, Is.EqualTo(ends.All(t => asked.TellsX0(schedule.At(t)))));
        Assert.That(mixed.TellsNoise, Is.EqualTo(ends.All(t => asked.TellsNoise(schedule.At(t)))));
    }

    // Any quantity follows from any other.
    [TestCaseSource(nameof(All))]
    public void One_quantity_is_told_by_another(Parameterisation asked)
    {
        double t = schedule.T * .6;
        var level = schedule.At(t);
        Tensor<double> x0 = TestSchedules.Normal([4, 2], 1), noise = TestSchedules.Normal([4, 2], 2), got = Tensor<double>.Zeros([4, 2]);
        var xt = schedule.QSample(x0, [t], noise);
        var prediction = Filled(asked, [level], xt, asked.Of(schedule, x0, [t], noise));
        foreach (var other in All)
        {
            prediction.Get(other, got);
            Assert.That(got.Span.ToArray(), Is.EqualTo(other.Of(schedule, x0, [t], noise).Span.ToArray()).Within(1e-12 * (1 + (level.S / level.G))), other.Name);
        }

        Assert.That(prediction.Parameterisation, Is.SameAs(asked));
        Assert.That(prediction.Levels.ToArray(), Is.EqualTo(new[] { level }));
    }

    // arXiv:2206.00364, table 1: D(x) = c_skip x + c_out F(c_in x), for x of the data's scale, which is x_t/g.
    [TestCase(.5)]
    [TestCase(1)]
    public void The_output_of_EDM_is_that_of_its_table(double sigmaData)
    {
        var asked = Parameterisation.Edm(sigmaData);
        Tensor<double> xt = TestSchedules.Normal([5, 2], 7), output = TestSchedules.Normal([5, 2], 8), seen = Tensor<double>.Zeros([5, 2]);
        foreach (double t in TestSchedules.TimesOf(schedule))
        {
            var level = schedule.At(t);
            double sigma = level.Rho, sum = (sigma * sigma) + (sigmaData * sigmaData);
            double skip = sigmaData * sigmaData / sum, outward = sigma * sigmaData / Math.Sqrt(sum), inward = 1 / Math.Sqrt(sum);
            if (level.S > 0)
            {
                // Data and noise of the variances sigma_data² and 1 make an output of variance 1, and so is the input's.
                var (a, b) = asked.At(level);
                Assert.That((a * a * sigmaData * sigmaData) + (b * b), Is.EqualTo(1).Within(1e-14));
                double scale = asked.InputScaleAt(level);
                Assert.That(scale * scale * ((level.G * level.G * sigmaData * sigmaData) + (level.S * level.S)), Is.EqualTo(1).Within(1e-14));
            }

            var x0 = asked.ToX0(schedule, xt, [t], output);
            asked.ScaleInput([level], xt, seen);
            for (int i = 0; i < xt.Length; i++)
            {
                // In the limit of pure noise c_skip x/g is 0, c_out sigma_data and c_in x/g the noise itself.
                double expected = level.G == 0 ? sigmaData * output.Span[i] : (skip * xt.Span[i] / level.G) + (outward * output.Span[i]);
                Assert.That(x0.Span[i], Is.EqualTo(expected).Within(1e-14 * (1 + Math.Abs(expected))), $"t = {t}");
                double input = level.G == 0 ? xt.Span[i] / level.S : inward * xt.Span[i] / level.G;
                Assert.That(seen.Span[i], Is.EqualTo(input).Within(1e-14 * (1 + Math.Abs(input))), $"t = {t}");
            }
        }
    }

    // v = g eps - S x_0 whatever g and S are; x_0 = (g x_t - S v)/(g² + S²).
    [Test]
    public void Velocity_is_of_any_signal_and_noise()
    {
        Tensor<double> x0 = TestSchedules.Normal([5, 2], 9), noise = TestSchedules.Normal([5, 2], 10);
        foreach (double t in TestSchedules.TimesOf(schedule))
        {
            var level = schedule.At(t);
            var v = Parameterisation.V.Of(schedule, x0, [t], noise);
            var xt = schedule.QSample(x0, [t], noise);
            for (int i = 0; i < v.Length; i++)
            {
                Assert.That(v.Span[i], Is.EqualTo((level.G * noise.Span[i]) - (level.S * x0.Span[i])).Within(1e-14 * (1 + level.S)));
                double back = ((level.G * xt.Span[i]) - (level.S * v.Span[i])) / ((level.G * level.G) + (level.S * level.S));
                Assert.That(back, Is.EqualTo(x0.Span[i]).Within(1e-13));
            }
        }
    }

    private static Prediction<double> Filled(Parameterisation asked, NoiseLevel[] levels, Tensor<double> xt, Tensor<double> q)
    {
        var prediction = new Prediction<double>(xt.Shape);
        prediction.Fill(asked, levels, xt, q);
        return prediction;
    }
}
