using Diffusion.Data;
using Diffusion.Metrics;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests;

public sealed class MixtureMetricsTests
{
    private static readonly RandomSource Random = new(10);
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(10);

    [Test]
    public void Statistics_of_points_by_hand()
    {
        // Three points at peak 0 (one an outlier at 5 sigma), two about peak 1.
        var points = Tensor<double>.From([5, 2, 1], -.35, .65, -.35, .65 + .2, -.35 - .5, .65, .75 + .1, -.45, .75 - .1, -.45);
        var statistics = MixtureStatistics.Of(GaussianMixture.TwoPixel, points);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(statistics.Count, Is.EqualTo(5));
            Assert.That(statistics.OutlierShare, Is.EqualTo(.2));
            Assert.That(statistics.Modes[0].Weight, Is.EqualTo(.6));
            Assert.That(statistics.Modes[0].Count, Is.EqualTo(2));
            Assert.That(statistics.Modes[0].Left, Is.EqualTo(-.35).Within(1e-15));
            Assert.That(statistics.Modes[0].Right, Is.EqualTo(.75).Within(1e-15));
            Assert.That(statistics.Modes[0].StandardDeviation, Is.EqualTo((0 + (.2 / Math.Sqrt(2))) / 2).Within(1e-15));
            Assert.That(statistics.Modes[1].Weight, Is.EqualTo(.4));
            Assert.That(statistics.Modes[1].StandardDeviation, Is.EqualTo((.2 / Math.Sqrt(2)) / 2).Within(1e-15));
        }

        var alone = MixtureStatistics.Of(GaussianMixture.TwoPixel, points.Rows(0, 1));
        Assert.That(alone.Modes[0].StandardDeviation, Is.NaN);
        Assert.That(alone.Modes[1].Left, Is.NaN);
    }

    [Test]
    [Category("Statistics")]
    public void Statistics_of_the_data_are_the_data()
    {
        const int Count = 100_000;
        var statistics = MixtureStatistics.Of(GaussianMixture.TwoPixel, GaussianMixture.TwoPixel.Sample<float>(Count, Random.For(Purpose.Data).At(0)).X0);

        // Beyond 4 sigma lies exp(-8) = .034 %; inside, the variance is 1 - 8 exp(-8)/(1 - exp(-8)) times sigma².
        double inside = .1 * Math.Sqrt(1 - (8 * Math.Exp(-8) / (1 - Math.Exp(-8))));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(statistics.OutlierShare, Is.EqualTo(Math.Exp(-8)).Within(4 * Math.Sqrt(Math.Exp(-8) / Count)));
            Assert.That(statistics.Modes[0].Weight, Is.EqualTo(.35).Within(4 * Math.Sqrt(.35 * .65 / Count)));
            for (int k = 0; k < 2; k++)
                Assert.That(statistics.Modes[k].StandardDeviation, Is.EqualTo(inside).Within(4 * .1 / Math.Sqrt(4 * .35 * Count)));
        }
    }

    [Test]
    public void The_exact_predictor_makes_no_error_and_has_the_ratio_one()
    {
        var exact = new ExactDenoiser<float>(GaussianMixture.TwoPixel, Schedule);
        foreach (var error in NoiseError.Measure(exact, GaussianMixture.TwoPixel, Schedule, Random, 100))
            Assert.That(error.Overall, Is.Zero);
        foreach (var ratio in LossRatio.Measure(exact, GaussianMixture.TwoPixel, Schedule, Random, 1000))
        {
            Assert.That(ratio.Ratio, Is.EqualTo(1));
            Assert.That(ratio.StandardError, Is.Zero.Within(1e-9));
        }
    }

    // A predictor that is off by delta t / T in both pixels: its error is known exactly, and its loss is the floor plus
    // the square of the error, as the exact residual has the mean 0.
    [Test]
    [Category("Statistics")]
    public void A_known_error_is_measured()
    {
        const double Delta = .3;
        var biased = Biased(t => Delta * t / Schedule.T);
        double meanSquare = Enumerable.Range(1, 10).Average(t => Math.Pow(Delta * t / 10, 2));
        var errors = NoiseError.Measure(biased, GaussianMixture.TwoPixel, Schedule, Random, 50);
        Assert.That(errors.Select(error => error.Label), Is.EqualTo(new[] { -1, 0, 1 }));
        foreach (var error in errors)
        {
            Assert.That(error.Overall, Is.EqualTo(Math.Sqrt(meanSquare)).Within(1e-12));
            Assert.That(error.PerStep, Is.EqualTo(Enumerable.Range(0, 11).Select(t => Delta * t / 10)).Within(1e-12));
        }

        var table = OptimalVariance.For(GaussianMixture.TwoPixel, Schedule);
        var ratios = LossRatio.Measure(biased, GaussianMixture.TwoPixel, Schedule, Random);
        foreach (var ratio in ratios)
        {
            double floor = table.MeanLossFloor(Schedule, ratio.Label);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(ratio.Draws, Is.EqualTo(LossRatio.DefaultDraws));

                // The squared residual of a pixel pair has about the deviation of its mean times 2 at most.
                Assert.That(ratio.ExactLoss, Is.EqualTo(floor).Within(5 * 2 * floor / Math.Sqrt(ratio.Draws)));
                Assert.That(ratio.ExactLossPerStep.Skip(1).Average(), Is.EqualTo(ratio.ExactLoss).Within(1e-12));
                Assert.That(ratio.Loss / ratio.ExactLoss, Is.EqualTo(ratio.Ratio).Within(1e-12));
                Assert.That(ratio.Ratio, Is.EqualTo((floor + meanSquare) / floor).Within(5 * ratio.StandardError));
                Assert.That(ratio.StandardError, Is.InRange(1e-4, .05));

                // 20,000 draws at each t: 5 standard errors of the same make, and room for small t without a label,
                // where rare ambiguous points make most of the loss.
                for (int t = 1; t <= 10; t++)
                {
                    double floorAt = table.LossFloorAt(Schedule, t, ratio.Label);
                    Assert.That(ratio.ExactLossPerStep[t], Is.EqualTo(floorAt).Within((.07 * floorAt) + (.03 * floor)));
                }
            }
        }
    }

    [Test]
    public void Draws_depend_on_the_seed_only()
    {
        var biased = Biased(_ => .1);
        var one = LossRatio.Measure(biased, GaussianMixture.TwoPixel, Schedule, Random, 50_000);
        var two = LossRatio.Measure(biased, GaussianMixture.TwoPixel, Schedule, Random, 50_000);
        var other = LossRatio.Measure(biased, GaussianMixture.TwoPixel, Schedule, new RandomSource(11), 50_000);
        Assert.That(two.Select(ratio => ratio.Loss), Is.EqualTo(one.Select(ratio => ratio.Loss)));
        Assert.That(other[0].Loss, Is.Not.EqualTo(one[0].Loss));
    }

    private static DenoiserOf<double> Biased(Func<double, double> bias)
    {
        var exact = new ExactDenoiser<double>(GaussianMixture.TwoPixel, Schedule);
        return new(Schedule, Parameterisation.Epsilon, (xt, t, condition, noise) =>
        {
            noise.CopyFrom(exact.Predict(xt, t, condition).Noise);
            foreach (ref double value in noise.Span)
                value += bias(t[0]);
        });
    }
}
