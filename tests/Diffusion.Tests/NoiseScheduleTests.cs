using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;

namespace Diffusion.Tests;

public sealed class NoiseScheduleTests
{
    internal static readonly VariancePreservingSchedule[] Schedules =
    [
        NoiseSchedule.Cosine(1), NoiseSchedule.Cosine(2), NoiseSchedule.Cosine(5), NoiseSchedule.Cosine(50), NoiseSchedule.Cosine(1000),
        NoiseSchedule.Cosine(20, s: 0.02, maxBeta: 0.3), NoiseSchedule.Cosine(10, s: 0),
        NoiseSchedule.Linear(1), NoiseSchedule.Linear(5), NoiseSchedule.Linear(50), NoiseSchedule.Linear(1000),
        NoiseSchedule.Sigmoid(1), NoiseSchedule.Sigmoid(50), NoiseSchedule.Sigmoid(50, start: 0, end: 3, tau: 0.7),
    ];

    // Worked out by hand from the closed form (MATH 1); without the square beta_1 would be .0520.
    [Test]
    public void Cosine_of_five_steps_has_the_published_numbers()
    {
        var schedule = NoiseSchedule.Cosine(5);
        double[] betas = [0, .1013, .2795, .4736, .7241, .999], cumprods = [1, .8987, .6475, .3408, .0940];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(schedule.Betas.ToArray(), Is.EqualTo(betas).Within(5.1e-5));
            Assert.That(schedule.AlphasCumprod[..5].ToArray(), Is.EqualTo(cumprods).Within(5.1e-5));
            Assert.That(schedule.AlphasCumprod[5], Is.EqualTo(9.4e-5).Within(5e-7));
        }
    }

    [TestCase(50, 9.7e-7)]
    [TestCase(200, 6.07e-8)]
    public void Cosine_ends_at_almost_pure_noise(int timesteps, double expected) =>
        Assert.That(NoiseSchedule.Cosine(timesteps).AlphasCumprod[timesteps], Is.EqualTo(expected).Within(1).Percent);

    [Test]
    public void Linear_of_1000_steps_is_the_schedule_of_DDPM()
    {
        var schedule = NoiseSchedule.Linear(1000);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(schedule.Betas[1], Is.EqualTo(1e-4).Within(1e-15));
            Assert.That(schedule.Betas[1000], Is.EqualTo(0.02).Within(1e-15));
            Assert.That(schedule.AlphasCumprod[50], Is.EqualTo(.97).Within(.01));
            Assert.That(schedule.AlphasCumprod[400], Is.EqualTo(.195).Within(.01));
        }
    }

    [Test]
    public void One_step_works_for_every_kind()
    {
        foreach (var schedule in new[] { NoiseSchedule.Cosine(1), NoiseSchedule.Linear(1), NoiseSchedule.Sigmoid(1) })
        {
            using (Assert.EnterMultipleScope())
            {
                // The linear schedule is the published one at its end, where nothing is clipped.
                double beta = schedule.Configuration!.Kind == ScheduleKind.Linear ? 1 - NoiseSchedule.Linear(1000).AlphasCumprod[1000] : .999;
                Assert.That(schedule.Betas[1], Is.EqualTo(beta).Within(1e-15));
                Assert.That(schedule.PosteriorVariance[1], Is.Zero);
                Assert.That(schedule.PosteriorMeanCoefX0[1], Is.EqualTo(1).Within(1e-15));
                Assert.That(schedule.PosteriorLogVarianceClipped[1], Is.EqualTo(Math.Log(beta)).Within(1e-15));
                Assert.That(schedule.TimeOfLambda(schedule.LambdaAt(.5)), Is.EqualTo(.5).Within(1e-12));
            }
        }
    }

    [TestCaseSource(nameof(Schedules))]
    public void Tables_agree_with_each_other(VariancePreservingSchedule schedule)
    {
        Assert.That(schedule.AlphasCumprod[0], Is.EqualTo(1));
        for (int t = 1; t <= schedule.T; t++)
        {
            double a = schedule.AlphasCumprod[t];
            var posterior = schedule.PosteriorOf(t, t - 1);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(schedule.Betas[t], Is.GreaterThan(0).And.LessThanOrEqualTo(schedule.Configuration!.Kind == ScheduleKind.Linear ? 1 : schedule.Configuration.MaxBeta));
                Assert.That(a, Is.LessThan(schedule.AlphasCumprod[t - 1]).And.GreaterThan(0));
                Assert.That(schedule.Snr[t], Is.EqualTo(a / (1 - a)));
                Assert.That(Math.Exp(2 * schedule.Lambda[t]), Is.EqualTo(schedule.Snr[t]).Within(1e-12).Percent);
                Assert.That(posterior.Variance, Is.EqualTo(schedule.PosteriorVariance[t]).Within(1e-15));
                Assert.That(posterior.MeanCoefX0, Is.EqualTo(schedule.PosteriorMeanCoefX0[t]).Within(1e-12));
                Assert.That(posterior.MeanCoefXt, Is.EqualTo(schedule.PosteriorMeanCoefXt[t]).Within(1e-12));

                // The mean keeps the marginal: coefX0 + coefXt g_t = g_s.
                Assert.That(schedule.PosteriorMeanCoefX0[t] + (schedule.PosteriorMeanCoefXt[t] * schedule.SqrtAlphasCumprod[t]), Is.EqualTo(schedule.SqrtAlphasCumprod[t - 1]).Within(1e-12));
            }
        }

        // A step of 1 between real times is not that of the table.
        if (schedule.T > 1)
            Assert.That(schedule.PosteriorOf(schedule.T - .5, schedule.T - 1.5).Beta, Is.EqualTo(1 - (schedule.AlphaCumprodAt(schedule.T - .5) / schedule.AlphaCumprodAt(schedule.T - 1.5))).Within(1e-12));
    }

    [TestCaseSource(nameof(Schedules))]
    public void Real_times_pass_through_the_table_and_fall(VariancePreservingSchedule schedule)
    {
        double before = 1;
        for (int i = 1; i <= 16 * schedule.T; i++)
        {
            double t = i / 16.0, a = schedule.AlphaCumprodAt(t);
            if (i % 16 == 0)
                Assert.That(a, Is.EqualTo(schedule.AlphasCumprod[i / 16]));
            Assert.That(a, Is.LessThan(before), $"at t = {t}");
            before = a;
        }

        // Continuous from both sides of every integer.
        for (int t = 0; t <= schedule.T; t++)
        {
            double a = schedule.AlphasCumprod[t];
            if (t > 0)
                Assert.That(schedule.AlphaCumprodAt(t - 1e-10), Is.EqualTo(a).Within(1e-8));
            if (t < schedule.T)
                Assert.That(schedule.AlphaCumprodAt(t + 1e-10), Is.EqualTo(a).Within(1e-8));
        }
    }

    [Test]
    public void Cosine_follows_its_closed_form_between_steps()
    {
        var schedule = NoiseSchedule.Cosine(50);
        for (double t = 0.01; t < 49; t += 0.37)
        {
            double f = Math.Pow(Math.Cos(((t / 50) + .008) / 1.008 * Math.PI / 2), 2) / Math.Pow(Math.Cos(.008 / 1.008 * Math.PI / 2), 2);
            Assert.That(schedule.AlphaCumprodAt(t), Is.EqualTo(f).Within(1e-13));
        }
    }

    [Test]
    public void One_minus_A_keeps_its_digits_near_the_data()
    {
        // 1 - A = (phi - phi_0) sin(2 phi_0) / cos²(phi_0) + O(t²) for small t: the tangent at t = 0.
        double angle0 = .008 / 1.008 * Math.PI / 2, t = 1e-9, step = t / 50 / 1.008 * Math.PI / 2;
        Assert.That(NoiseSchedule.Cosine(50).OneMinusAlphaCumprodAt(t), Is.EqualTo(2 * Math.Tan(angle0) * step).Within(1e-6).Percent);
    }

    [TestCaseSource(nameof(Schedules))]
    public void Time_of_lambda_inverts_lambda(VariancePreservingSchedule schedule)
    {
        for (int i = 0; i <= 40; i++)
        {
            double t = schedule.T * i / 40.0;
            Assert.That(schedule.TimeOfLambda(schedule.LambdaAt(t)), Is.EqualTo(t).Within(1e-9 * schedule.T), $"at t = {t}");
        }

        Assert.That(() => schedule.TimeOfLambda(schedule.Lambda[schedule.T] - 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => schedule.TimeOfLambda(double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    // t = 2 (1 + s)/pi acos(sqrt(A f(0))) - s in units of T (MATH 5).
    [Test]
    public void Time_of_lambda_is_the_cosine_inverse()
    {
        var schedule = NoiseSchedule.Cosine(50);
        double f0 = Math.Pow(Math.Cos(.008 / 1.008 * Math.PI / 2), 2);
        for (double lambda = -3; lambda < 3; lambda += 0.25)
        {
            double a = 1 / (1 + Math.Exp(-2 * lambda));
            double expected = 50 * ((2 * 1.008 / Math.PI * Math.Acos(Math.Sqrt(a * f0))) - .008);
            Assert.That(schedule.TimeOfLambda(lambda), Is.EqualTo(expected).Within(1e-10));
        }
    }

    [TestCaseSource(nameof(Schedules))]
    public void Noise_data_and_velocity_round_trip_at_every_step(VariancePreservingSchedule schedule)
    {
        var random = new RandomSource(1).For(Purpose.Metrics);
        var x0 = random.At(0).Normal<double>([3, 2, 1]);
        var noise = random.At(1).Normal<double>([3, 2, 1]);
        for (int t = 1; t <= schedule.T; t += Math.Max(1, schedule.T / 60))
        {
            var xt = schedule.QSample(x0, [t], noise);
            var v = Parameterisation.V.Of(schedule, x0, [t], noise);

            // Dividing by g, or by S, multiplies rounding errors by as much.
            double forX0 = 1e-14 / schedule.SqrtAlphasCumprod[t], forNoise = 1e-14 / schedule.SqrtOneMinusAlphasCumprod[t];
            using (Assert.EnterMultipleScope())
            {
                Assert.That(Parameterisation.Epsilon.ToX0(schedule, xt, [t], noise).Span.ToArray(), Is.EqualTo(x0.Span.ToArray()).Within(forX0));
                Assert.That(Parameterisation.X0.ToNoise(schedule, xt, [t], x0).Span.ToArray(), Is.EqualTo(noise.Span.ToArray()).Within(forNoise));
                Assert.That(Parameterisation.V.ToX0(schedule, xt, [t], v).Span.ToArray(), Is.EqualTo(x0.Span.ToArray()).Within(1e-14));
                Assert.That(Parameterisation.V.ToNoise(schedule, xt, [t], v).Span.ToArray(), Is.EqualTo(noise.Span.ToArray()).Within(1e-14));
            }
        }
    }

    [Test]
    public void A_time_per_sample_is_that_samples_time()
    {
        var schedule = NoiseSchedule.Cosine(50);
        var random = new RandomSource(2).For(Purpose.Metrics);
        var x0 = random.At(0).Normal<float>([4, 2, 1]);
        var noise = random.At(1).Normal<float>([4, 2, 1]);
        int[] t = [0, 1, 25, 50];
        var xt = schedule.QSample(x0, t, noise);
        for (int i = 0; i < t.Length; i++)
            Assert.That(xt.Rows(i, i + 1).Span.ToArray(), Is.EqualTo(schedule.QSample(x0.Rows(i, i + 1), [t[i]], noise.Rows(i, i + 1)).Span.ToArray()));
        Assert.That(xt.Rows(0, 1).Span.ToArray(), Is.EqualTo(x0.Rows(0, 1).Span.ToArray()), "t = 0 is the data");
    }

    [Test]
    public void Refusals_name_the_value_and_what_is_accepted()
    {
        var schedule = NoiseSchedule.Cosine(5);
        var x = Tensor<float>.Zeros([2, 2, 1]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => NoiseSchedule.Cosine(0), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Timesteps is 0"));
            Assert.That(() => NoiseSchedule.Cosine(5, s: double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => NoiseSchedule.Cosine(5, maxBeta: 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => NoiseSchedule.Sigmoid(5, start: 1, end: 1), Throws.ArgumentException);
            Assert.That(() => schedule.QSample(x, [6], x), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("6"));
            Assert.That(() => schedule.QSample(x, [1, 2, 3], x), Throws.ArgumentException);
            Assert.That(() => schedule.QSample(x, [1], Tensor<float>.Zeros([2, 1, 2])), Throws.ArgumentException);
            Assert.That(() => Parameterisation.X0.ToNoise(schedule, x, [0], x), Throws.InvalidOperationException.With.Message.Contains("t = 0"));
            Assert.That(() => schedule.AlphaCumprodAt(double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => schedule.PosteriorOf(2, 2), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }

    [Test]
    public void Any_number_of_steps_works_for_every_kind()
    {
        var steps = Gen.Choose(1, 400).ToArbitrary();
        Prop.ForAll(steps, timesteps =>
        {
            foreach (var schedule in new[] { NoiseSchedule.Cosine(timesteps), NoiseSchedule.Linear(timesteps), NoiseSchedule.Sigmoid(timesteps) })
            {
                double t = timesteps * 0.73;
                if (Math.Abs(schedule.TimeOfLambda(schedule.LambdaAt(t)) - t) > 1e-9 * timesteps)
                    return false;
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithReplay(1, 3));
    }
}
