using Diffusion.Data;
using Diffusion.Guidance;
using Diffusion.Metrics;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>The exact predictor through Algorithm 2 against the known numbers of each variance and T.</summary>
[Category("Statistics")]
public sealed class SamplerStatisticsTests
{
    private const int Count = 50_000;

    private static readonly RandomSource Random = new(20);

    private static readonly Lazy<SlicedWasserstein> Reference = new(() => SlicedWasserstein.To(GaussianMixture.TwoPixel.Sample<float>(Count, Random.For(Purpose.Data).At(0)).X0));

    // MATH 2, one Gaussian of sd .1 with the exact predictor and no noise at t = 1: the sd of the samples over .1.
    private static readonly TestCaseData[] OneGaussian =
    [
        new(5, .278, .487, .286), new(10, .471, .814, .508), new(25, .687, 1.044, .804), new(50, .794, 1.052, .923),
    ];

    // MATH 2, the two-pixel mixture: T, variance, noise at t = 1, swd, weight of mode 0, sd of both modes, outlier share.
    private static readonly TestCaseData[] Mixture =
    [
        new(5, ReverseVariance.Posterior, false, .076, .315, .070, .057, .071),
        new(5, ReverseVariance.Upper, false, .049, .370, .076, .069, .067),
        new(5, ReverseVariance.Optimal, false, .060, .336, .072, .062, .072),
        new(5, ReverseVariance.Optimal, true, .061, .338, .144, .141, .10),
        new(10, ReverseVariance.Posterior, false, .053, .329, .057, .053, .006),
        new(10, ReverseVariance.Upper, false, .018, .360, .085, .084, .010),
        new(10, ReverseVariance.Optimal, false, .035, .342, .064, .061, .006),
        new(10, ReverseVariance.Optimal, true, .012, .344, .106, .105, .008),
        new(25, ReverseVariance.Posterior, false, .030, .343, .070, .070, .0002),
        new(25, ReverseVariance.Upper, false, .006, .354, .105, .105, .0012),
        new(25, ReverseVariance.Optimal, false, .015, .348, .082, .082, .0003),
        new(25, ReverseVariance.Optimal, true, .008, .344, .101, .101, .0008),
        new(50, ReverseVariance.Posterior, false, .019, .343, .081, .080, .0),
        new(50, ReverseVariance.Upper, false, .006, .350, .105, .105, .0009),
        new(50, ReverseVariance.Optimal, false, .007, .348, .093, .093, .0001),
        new(50, ReverseVariance.Optimal, true, .004, .349, .101, .100, .0003),
    ];

    [TestCaseSource(nameof(OneGaussian))]
    public void One_Gaussian_is_as_narrow_as_computed(int steps, double posterior, double upper, double optimal)
    {
        var data = GaussianMixture.TwoPixel.Conditional(1);
        var schedule = NoiseSchedule.Cosine(steps);
        var table = OptimalVariance.For(data, schedule);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Ratio(ReverseVariance.Posterior), Is.EqualTo(posterior).Within(Bound(posterior)), "posterior");
            Assert.That(Ratio(ReverseVariance.Upper), Is.EqualTo(upper).Within(Bound(upper)), "upper");
            Assert.That(Ratio(ReverseVariance.Optimal), Is.EqualTo(optimal).Within(Bound(optimal)), "optimal");
            Assert.That(Ratio(ReverseVariance.Optimal, true), Is.EqualTo(1).Within(Bound(1)), "optimal, also at t = 1");
        }

        // Four standard errors of the sd of 2 x 50,000 normal numbers, and half a unit of the last digit.
        static double Bound(double ratio) => (4 * ratio / Math.Sqrt(4.0 * Count)) + .0005;

        double Ratio(ReverseVariance variance, bool noiseAtLastStep = false)
        {
            var sampler = new DdpmSampler<double> { Variance = variance, Optimal = table, NoiseAtLastStep = noiseAtLastStep };
            var x = sampler.Sample(new ExactDenoiser<double>(data, schedule), schedule, Start.Draw<double>(Random, [Count, 2, 1]), default, Random);
            double squares = 0;
            for (int i = 0; i < x.Length; i++)
            {
                double deviation = x.Span[i] - (i % 2 == 0 ? .75 : -.45);
                squares += deviation * deviation;
            }

            return Math.Sqrt(squares / x.Length) / .1;
        }
    }

    [TestCaseSource(nameof(Mixture))]
    public void The_mixture_comes_out_as_computed(
        int steps, ReverseVariance variance, bool noiseAtLastStep, double swd, double weight, double sd0, double sd1, double outliers)
    {
        var schedule = NoiseSchedule.Cosine(steps);
        var sampler = new DdpmSampler<float>
        {
            Variance = variance,
            NoiseAtLastStep = noiseAtLastStep,
            Optimal = variance == ReverseVariance.Optimal ? OptimalVariance.For(GaussianMixture.TwoPixel, schedule) : null,
        };
        var x = sampler.Sample(new ExactDenoiser<float>(GaussianMixture.TwoPixel, schedule), schedule, Start.Draw<float>(Random, [Count, 2, 1]), default, Random);
        double distance = Reference.Value.Distance(x);
        var statistics = MixtureStatistics.Of(GaussianMixture.TwoPixel, x);
        TestContext.Out.WriteLine($"T = {steps}, {variance}{(noiseAtLastStep ? ", also at t = 1" : "")}: swd {distance:F4}, weight {statistics.Modes[0].Weight:F4}, sd {statistics.Modes[0].StandardDeviation:F4} {statistics.Modes[1].StandardDeviation:F4}, outliers {statistics.OutlierShare:P2}");
        using (Assert.EnterMultipleScope())
        {
            // Single runs vary by 10 %, and two sets of the very data are .001 to .006 apart.
            Assert.That(distance, Is.EqualTo(swd).Within((.1 * swd) + .003), "swd");

            // Four standard errors (.0085 for the weight), and half a unit of the last digit.
            Assert.That(statistics.Modes[0].Weight, Is.EqualTo(weight).Within((4 * Math.Sqrt(.35 * .65 / Count)) + .0005), "weight");
            Assert.That(statistics.Modes[0].StandardDeviation, Is.EqualTo(sd0).Within(.0015), "sd of mode 0");
            Assert.That(statistics.Modes[1].StandardDeviation, Is.EqualTo(sd1).Within(.0015), "sd of mode 1");
            Assert.That(statistics.OutlierShare, Is.EqualTo(outliers).Within((4 * Math.Sqrt(outliers / Count)) + (outliers < .005 ? .0004 : outliers < .09 ? .001 : .006)), "outliers");
        }
    }

    [Test]
    public void Two_sets_of_the_very_data_are_near()
    {
        var fresh = GaussianMixture.TwoPixel.Sample<float>(Count, Random.For(Purpose.Data).At(1)).X0;
        Assert.That(Reference.Value.Distance(fresh), Is.InRange(.0005, .006));
    }

    [Test]
    public void Labels_lead_to_their_own_peak()
    {
        var schedule = NoiseSchedule.Cosine(25);
        int[] labels = [.. Enumerable.Range(0, 4000).Select(i => i % 2)];
        var x = new DdpmSampler<float>().Sample(new ClassifierFreeGuidance<float>(new ExactDenoiser<float>(GaussianMixture.TwoPixel, schedule), 0), schedule, Start.Draw<float>(Random, [4000, 2, 1]), labels, Random);
        var statistics = MixtureStatistics.Of(GaussianMixture.TwoPixel, x);
        Assert.That(statistics.Modes[0].Weight, Is.EqualTo(.5));
        for (int i = 0; i < labels.Length; i++)
            Assert.That(x.Span[2 * i] < x.Span[(2 * i) + 1], Is.EqualTo(labels[i] == 0));
    }
}
