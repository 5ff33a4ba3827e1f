using Diffusion.Data;
using Diffusion.Likelihood;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>Likelihoods and optimal variances where variance is not preserved.</summary>
public sealed class OtherSchedulesTests
{
    private const int Count = 20_000;

    private static readonly RandomSource Random = new(86);
    private static readonly NoiseSchedule[] Schedules = [NoiseSchedule.Cosine(40), NoiseSchedule.VarianceExploding(40), NoiseSchedule.Straight(40)];

    // The noise at the end stands for x there, which holds g of the data yet: of 4000 times the data's size, a thousandth of a nat of them is left.
    [Test]
    public void The_exact_flow_has_the_density_of_the_mixture_on_any_schedule()
    {
        foreach (NoiseSchedule schedule in (NoiseSchedule[])[NoiseSchedule.VarianceExploding(1000, sigmaMax: 4000), NoiseSchedule.Straight(1000), NoiseSchedule.Cosine(1000)])
        {
            var likelihood = new FlowLikelihood { StartTime = schedule.TimeOfLambda(3.5) };
            var truth = GaussianMixture.TwoPixel.At(schedule.At(likelihood.StartTime.Value));
            var x = schedule.QSample(GaussianMixture.TwoPixel.Sample<double>(100, Random.For(Purpose.Data).At(0)).X0, [likelihood.StartTime.Value], TestSchedules.Normal([100, 2, 1], 1));
            double[] logs = likelihood.LogDensity(new MixtureDivergence<double>(GaussianMixture.TwoPixel, schedule), schedule, x, default);
            double error = logs.Select((log, i) => Math.Abs(log - truth.LogDensity(x.Span.Slice(2 * i, 2)))).Average();
            TestContext.Out.WriteLine($"{schedule.Kind}: mean error {error:E2} nats");
            Assert.That(error, Is.LessThan(1e-3), schedule.Kind);
        }
    }

    // Of a Gaussian the covariance of x_0 given x_t is d²S²/(g²d² + S²), and ancestral steps of the optimal variance, the last one too, make it as wide as it is.
    [Test]
    public void One_Gaussian_is_as_wide_as_the_data_with_the_optimal_variance([ValueSource(nameof(Schedules))] NoiseSchedule schedule)
    {
        var data = GaussianMixture.TwoPixel.Conditional(1);
        var table = OptimalVariance.For(data, schedule);
        for (int t = 1; t <= schedule.T; t++)
        {
            var level = schedule.At(t);
            Assert.That(table.Covariance(t), Is.EqualTo(.01 * level.B / ((level.A * .01) + level.B)).Within(1e-12));
            Assert.That(table.LossFloorAt(schedule, t), Is.EqualTo(.01 * level.A / ((level.A * .01) + level.B)).Within(1e-9));
        }

        var sampler = new DdpmSampler<double> { Variance = ReverseVariance.Optimal, Optimal = table, NoiseAtLastStep = true };
        var x = sampler.Sample(ExactQuantity.Of(data, schedule, Parameterisation.V), schedule, Start.Draw<double>(Random, [Count, 2, 1], schedule), default, Random);
        double squares = 0;
        for (int i = 0; i < x.Length; i++)
            squares += Math.Pow(x.Span[i] - (i % 2 == 0 ? .75 : -.45), 2);
        Assert.That(Math.Sqrt(squares / x.Length), Is.EqualTo(.1).Within(4 * .1 / Math.Sqrt(4.0 * Count)));
    }

    // From predictions and data, as from the mixture itself: |eps*|²/2 deviates by about 1.
    [Test]
    public void An_estimated_variance_agrees_on_any_schedule([ValueSource(nameof(Schedules))] NoiseSchedule schedule)
    {
        var exact = OptimalVariance.For(GaussianMixture.TwoPixel, schedule);
        var x0 = GaussianMixture.TwoPixel.Sample<double>(Count, Random.For(Purpose.Data).At(0)).X0;
        var estimate = OptimalVariance.Estimate(ExactQuantity.Of(GaussianMixture.TwoPixel, schedule, Parameterisation.V), schedule, x0, [], Random);
        for (int t = 1; t < schedule.T; t++)
        {
            double rho = schedule.At(t).Rho;
            Assert.That(estimate.Covariance(t), Is.EqualTo(exact.Covariance(t)).Within((5 * rho * rho / Math.Sqrt(Count)) + 1e-12), $"t = {t}");
        }
    }
}
