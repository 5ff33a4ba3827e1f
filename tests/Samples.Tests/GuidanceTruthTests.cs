using Diffusion.Data;
using Diffusion.Figures;
using Diffusion.Guidance;
using Diffusion.Metrics;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.TwoPixel.Compare;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>The comparison of guidance to the tilted distribution: its exact denoiser, its controls, and words that follow from them.</summary>
public sealed class GuidanceTruthTests
{
    private static readonly RandomSource Random = new(71);
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(GuidanceMethods.T);

    // E[x_0 | x_t] by a sum over the plane.
    [Test]
    public void The_exact_denoiser_is_the_integral([Values(1, 3)] double w, [Values(100, 500, 900)] double t)
    {
        var tilted = new TiltedMixture(GuidanceTruth.Overlapping, 0, w);
        var x = Random.For(Purpose.Noise).At(1).Normal<float>([4, 2, 1]);
        var got = new TiltedDenoiser(tilted, Schedule).Predict(x, [t]).X0;
        var level = Schedule.At(t);
        const double Step = 0.02;
        for (int i = 0; i < 4; i++)
        {
            double total = 0, sumLeft = 0, sumRight = 0;
            for (double left = -5; left < 5; left += Step)
            {
                for (double right = -5; right < 5; right += Step)
                {
                    double a = x[i, 0, 0] - (level.G * left), b = x[i, 1, 0] - (level.G * right);
                    double weight = Math.Exp(tilted.UnnormalizedLogDensity([left, right]) - (((a * a) + (b * b)) / (2 * level.B)));
                    (total, sumLeft, sumRight) = (total + weight, sumLeft + (weight * left), sumRight + (weight * right));
                }
            }

            Assert.That(got[i, 0, 0], Is.EqualTo(sumLeft / total).Within(2e-5));
            Assert.That(got[i, 1, 0], Is.EqualTo(sumRight / total).Within(2e-5));
        }
    }

    [Test]
    public void Without_weight_the_exact_denoiser_is_that_of_the_class()
    {
        var x = Random.For(Purpose.Noise).At(2).Normal<float>([50, 2, 1]);
        foreach (var mixture in (GaussianMixture[])[GaussianMixture.TwoPixel, GuidanceTruth.Overlapping])
        {
            var (own, exact) = (new TiltedDenoiser(new(mixture, 1, 0), Schedule).Predict(x, [300]), new ExactDenoiser<float>(mixture, Schedule).Predict(x, [300], 1));
            Assert.That(own.X0.Span.ToArray(), Is.EqualTo(exact.X0.Span.ToArray()).Within(1e-5));
        }

        var uneven = new GaussianMixture([.. GaussianMixture.TwoPixel.Components.Select((component, k) => component with { Sigma = 0.1 + (0.1 * k) })]);
        Assert.That(() => new TiltedDenoiser(new(uneven, 0, 1), Schedule), Throws.ArgumentException.With.Message.Contains("one standard deviation"));
    }

    // What the comparison rests on, with its own number of points: the truths are told from the class and from each other.
    [Test]
    public void The_truths_are_ten_floors_apart()
    {
        Tensor<float> Truth(double w, uint set) => new TiltedMixture(GuidanceTruth.Overlapping, 0, w).Sample<float>(CompareSettings.DefaultPoints, Random.Derive(set).For(Purpose.Data));
        double floor = Enumerable.Range(0, 4).Average(pair => SlicedWasserstein.Between(Truth(1, (uint)(10 + (2 * pair))), Truth(1, (uint)(11 + (2 * pair)))));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(SlicedWasserstein.Between(Truth(1, 1), Truth(0, 2)), Is.GreaterThan(10 * floor));
            Assert.That(SlicedWasserstein.Between(Truth(3, 3), Truth(0, 2)), Is.GreaterThan(10 * floor));
            Assert.That(SlicedWasserstein.Between(Truth(3, 3), Truth(1, 1)), Is.GreaterThan(5 * floor));
            Assert.That(SlicedWasserstein.Between(Truth(3, 3), Truth(3, 4)), Is.LessThan(2 * floor));
        }
    }

    // The same solver with the right score is right, and with the guided one is not.
    [Test]
    public void Its_own_score_samples_the_truth_and_guidance_does_not()
    {
        const int Points = 4000;
        const double W = 3;
        foreach (var mixture in (GaussianMixture[])[GaussianMixture.TwoPixel, GuidanceTruth.Overlapping])
        {
            var tilted = new TiltedMixture(mixture, 0, W);
            var reference = SlicedWasserstein.To(tilted.Sample<float>(Points, Random.Derive(1).For(Purpose.Data)));
            double floor = Enumerable.Range(2, 6).Average(set => reference.Distance(tilted.Sample<float>(Points, Random.Derive((uint)set).For(Purpose.Data))));
            var start = Start.Draw<float>(Random, [Points, 2, 1]);
            double Floors(IDenoiser<float> denoiser) => reference.Distance(GuidanceMethods.Solver.Sample(denoiser, Schedule, start, 0, Random)) / floor;
            Assert.That(Floors(new TiltedDenoiser(tilted, Schedule)), Is.LessThan(GuidanceTruthComparison.Right));
            Assert.That(Floors(new ClassifierFreeGuidance<float>(new ExactDenoiser<float>(mixture, Schedule), W)), Is.GreaterThan(GuidanceTruthComparison.Told));
        }
    }

    [Test]
    public void Words_follow_from_the_numbers()
    {
        string far = Words(exact: 1.1, itself: 15, free: 40), near = Words(exact: 1.1, itself: 15, free: 4), untrusted = Words(exact: 4, itself: 15, free: 40), blunt = Words(exact: 1.1, itself: 6, free: 40);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(far, Does.Contain("does not sample it").And.Contain("neither solver nor measure"));
            Assert.That(near, Does.Not.Contain("does not sample it").And.Contain("4.0 floors"));
            foreach (string text in (string[])[untrusted, blunt])
                Assert.That(text, Does.Not.Contain("does not sample it").And.Contain("nothing below is a finding"));
        }
    }

    private static string Words(double exact, double itself, double free)
    {
        var moments = new TruthMoments(0.1, 0, 0.5, 0.6);
        TruthTarget[] targets = [.. GuidanceTruth.Weights.Select(w => new TruthTarget(w, 0.006, 0.2, 1, w == 0 ? 1 : itself, exact, moments))];
        TruthRun[] runs = [.. from sweep in GuidanceMethods.Sweeps
            from w in GuidanceTruth.Weights
            from value in sweep.Values
            select new TruthRun(sweep.Name, sweep.Parameter, w, value, sweep.Nominal?.Invoke(w) == value, sweep.Name == GuidanceMethods.Free && sweep.Nominal!(w) != value ? 3 : free, moments)];
        var report = new HtmlReport("Title", "Summary");
        GuidanceTruthWords.Write(report.Section("Section"), new(20_000, GuidanceMethods.Steps, new(0.1, targets, runs), new(0.6, targets, runs)));
        return report.ToHtml();
    }
}
