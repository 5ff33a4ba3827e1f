using Diffusion.Data;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests;

public sealed class OptimalVarianceTests
{
    // MATH 4: loss floors, mean over t = 1..T.
    [TestCase(5, .1077, .021)]
    [TestCase(10, .1282, .041)]
    [TestCase(25, .152, .065)]
    [TestCase(50, .161, .075)]
    public void The_loss_floors_are_known(int steps, double unconditional, double conditional)
    {
        var schedule = NoiseSchedule.Cosine(steps);
        var table = OptimalVariance.For(GaussianMixture.TwoPixel, schedule);
        using (Assert.EnterMultipleScope())
        {
            // The first two were given from sampling, to a fraction of a percent.
            Assert.That(table.MeanLossFloor(schedule), Is.EqualTo(unconditional).Within(.001));
            Assert.That(table.MeanLossFloor(schedule, 0), Is.EqualTo(conditional).Within(.0006));
            Assert.That(table.MeanLossFloor(schedule, 1), Is.EqualTo(table.MeanLossFloor(schedule, 0)).Within(1e-14));
        }
    }

    // MATH 8, at t = 1: T = 5 conditional .0092, unconditional .0189; T = 50 .00149.
    [Test]
    public void The_first_step_has_the_known_optimum()
    {
        foreach (var (steps, label, expected, within) in new[] { (5, 0, .0092, 5e-5), (5, -1, .0189, 1e-4), (50, -1, .00149, 1e-5) })
        {
            var schedule = NoiseSchedule.Cosine(steps);
            Assert.That(OptimalVariance.For(GaussianMixture.TwoPixel, schedule).Of(schedule.PosteriorOf(1, 0), 1, label), Is.EqualTo(expected).Within(within));
        }
    }

    [TestCase(5)]
    [TestCase(50)]
    public void It_lies_between_the_two_usual_variances(int steps)
    {
        var schedule = NoiseSchedule.Cosine(steps);
        var table = OptimalVariance.For(GaussianMixture.TwoPixel, schedule);
        double dataVariance = GaussianMixture.TwoPixel.VariancePerPixel;
        for (int label = -1; label < 2; label++)
        {
            for (int t = 1; t <= steps; t++)
            {
                var posterior = schedule.PosteriorOf(t, t - 1);
                double variance = table.Of(posterior, t, label), a = schedule.AlphasCumprod[t];
                Assert.That(variance, Is.GreaterThan(posterior.Variance).And.LessThan(posterior.Beta), "data variance is below 1");
                Assert.That(table.Covariance(t, label), Is.LessThanOrEqualTo(dataVariance * (1 - a) / ((dataVariance * a) + 1 - a) * (1 + 1e-12)));
            }
        }
    }

    // Single points know x_0 exactly (C = 0); standard normal data make the variance beta.
    [Test]
    public void The_two_usual_variances_are_its_limits()
    {
        var schedule = NoiseSchedule.Cosine(10);
        var component = GaussianMixture.TwoPixel.Components[0] with { Weight = 1 };
        var point = OptimalVariance.For(new GaussianMixture([component with { Sigma = 1e-9 }]), schedule);
        var normal = OptimalVariance.For(new GaussianMixture([component with { Sigma = 1 }]), schedule);
        for (int t = 1; t <= 10; t++)
        {
            var posterior = schedule.PosteriorOf(t, t - 1);
            Assert.That(point.Of(posterior, t), Is.EqualTo(posterior.Variance).Within(1e-12));
            Assert.That(normal.Of(posterior, t), Is.EqualTo(posterior.Beta).Within(1e-12));
        }
    }

    [Test]
    public void The_integral_has_converged()
    {
        // A narrow component inside a wide one, beside the two of equal width.
        GaussianMixture nested = new(
        [
            new MixtureComponent { Weight = .2, Left = .1, Right = .5, Sigma = .05 },
            new MixtureComponent { Weight = .8, Left = .4, Right = .3, Sigma = .6 },
        ]);
        foreach (double a in (double[])[.9999, .9987, .99, .8987, .5, .0940, 9.7e-7])
        {
            foreach (var mixture in new[] { GaussianMixture.TwoPixel, nested })
                Assert.That(PosteriorCovariance.Mean(mixture, a), Is.EqualTo(PosteriorCovariance.Mean(mixture, a, refinement: 1.7)).Within(1e-7).Percent, $"A = {a}");
        }
    }

    [Test]
    [Category("Statistics")]
    public void Estimated_from_predictions_it_agrees_with_the_integral()
    {
        const int Count = 50_000;
        var schedule = NoiseSchedule.Cosine(10);
        var exact = OptimalVariance.For(GaussianMixture.TwoPixel, schedule);
        var random = new RandomSource(12);
        var (x0, labels) = GaussianMixture.TwoPixel.Sample<double>(Count, random.For(Purpose.Data).At(0));
        var estimate = OptimalVariance.Estimate(new ExactDenoiser<double>(GaussianMixture.TwoPixel, schedule), schedule, x0, labels, random);
        Assert.That(estimate.LabelCount, Is.EqualTo(2));
        for (int label = -1; label < 2; label++)
        {
            for (int t = 1; t <= 10; t++)
            {
                // |eps*|²/2 has a standard deviation of at most about 1: five standard errors, times (1 - A)/A; at large
                // t that says nothing, and the clip alone bounds the estimate.
                double a = schedule.AlphasCumprod[t];
                double within = 5 * (1 - a) / a / Math.Sqrt(label < 0 ? Count : .34 * Count);
                Assert.That(estimate.Covariance(t, label), Is.EqualTo(exact.Covariance(t, label)).Within(within), $"t = {t}, label {label}");
            }
        }

        Assert.That(OptimalVariance.Estimate(new ExactDenoiser<double>(GaussianMixture.TwoPixel, schedule), schedule, x0.Rows(0, 100), [], random, batch: 9).LabelCount, Is.Zero);
    }

    // A denoiser that sees no noise asks for more variance than data of that variance allow, so the bound is the answer: v·B / (A·v + B).
    [Test]
    public void Each_label_is_bounded_by_the_variance_of_its_own_samples()
    {
        var schedule = NoiseSchedule.Cosine(4);
        var silent = new DenoiserOf<double>(schedule, Parameterisation.Epsilon, static (_, _, _, noise) => noise.Span.Clear());
        var table = OptimalVariance.Estimate(silent, schedule, Tensor<double>.From([5, 1], [1, 5, 3, 2, 5]), [0, 1, 0, 2, 1], new RandomSource(1));
        foreach (var (label, variance) in (IEnumerable<(int, double)>)[(-1, 2.56), (0, 1), (1, 0), (2, 0)])
        {
            for (int t = 1; t <= 4; t++)
            {
                double a = schedule.AlphasCumprod[t];
                Assert.That(table.Covariance(t, label), Is.EqualTo(variance * (1 - a) / ((a * variance) + 1 - a)).Within(1e-14), $"t = {t}, label {label}");
            }
        }
    }

    [Test]
    public void Unknown_steps_and_labels_are_refused()
    {
        var table = OptimalVariance.For(GaussianMixture.TwoPixel, NoiseSchedule.Cosine(5));
        Assert.That(table.Covariance(0), Is.Zero);
        Assert.That(() => table.Covariance(6), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => table.Covariance(1, 2), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("2 labels"));
    }
}
