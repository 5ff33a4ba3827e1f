using Diffusion.Data;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Data;

/// <summary>The tilted mixture against its definition, and its samples against integrals over a grid.</summary>
public sealed class TiltedMixtureTests
{
    private const int Count = 20_000;

    private static readonly PurposeRandom Random = new RandomSource(61).For(Purpose.Data);

    private static readonly GaussianMixture Overlapping = new(
    [
        new MixtureComponent { Weight = 0.35, Left = -0.35, Right = 0.65, Sigma = 0.6 },
        new MixtureComponent { Weight = 0.65, Left = 0.75, Right = -0.45, Sigma = 0.6 },
    ]);

    private static readonly GaussianMixture Full = new(
    [
        new MixtureComponent(0.5, [0, 0], [0.5, 0.2, 0.2, 0.3]),
        new MixtureComponent(0.3, [0.5, -0.5], [0.2, 0, 0, 0.6]),
        new MixtureComponent(0.2, [1, 1], 0.4),
    ]);

    private static IEnumerable<TestCaseData> Cases() =>
        from mixture in new[] { ("overlapping", Overlapping), ("full", Full) }
        from w in new[] { -1, -0.5, 0, 1, 3 }
        from label in new[] { 0, 1 }
        select new TestCaseData(mixture.Item2, label, w).SetArgDisplayNames(mixture.Item1, $"{label}", $"{w}");

    [TestCaseSource(nameof(Cases))]
    public void The_log_density_is_that_of_the_definition(GaussianMixture mixture, int label, double w)
    {
        var tilted = new TiltedMixture(mixture, label, w);
        double[] r = new double[mixture.LabelCount];
        var all = mixture.At(1);
        double p = mixture.Components[label].Weight;
        foreach (double[] x in (double[][])[[0, 0], [0.3, -1.2], [-2, 1.5], [1, 1]])
        {
            all.Responsibilities(x, r);

            // p(x | y) p(y | x)^w = p(x) p(y | x)^(1 + w) / p(y)
            Assert.That(tilted.UnnormalizedLogDensity(x), Is.EqualTo(all.LogDensity(x) + ((1 + w) * Math.Log(r[label])) - Math.Log(p)).Within(1e-10));
        }
    }

    // Mass, mean and covariance over a grid; samples within five standard errors of them, whose squares come from the grid too.
    [TestCaseSource(nameof(Cases))]
    public void Samples_have_the_moments_of_the_density(GaussianMixture mixture, int label, double w)
    {
        var tilted = new TiltedMixture(mixture, label, w);
        Func<double, double, double>[] functions = [(_, _) => 1, (x, _) => x, (_, y) => y, (x, _) => x * x, (_, y) => y * y, (x, y) => x * y, (x, y) => x > y ? 1 : 0];
        double[] sums = new double[functions.Length], squares = new double[functions.Length];
        const double Step = 0.02;
        for (double x = -5.99; x < 6; x += Step)
        {
            for (double y = -5.99; y < 6; y += Step)
            {
                double weight = Math.Exp(tilted.UnnormalizedLogDensity([x, y])) * Step * Step;
                for (int k = 0; k < functions.Length; k++)
                {
                    double value = functions[k](x, y);
                    sums[k] += weight * value;
                    squares[k] += weight * value * value;
                }
            }
        }

        double mass = sums[0];
        Assert.That(w == 0 ? mass : 1, Is.EqualTo(1).Within(1e-6), "without weight it is the class, which is normalised");
        Assert.That(w < 0 ? mass >= 1 - 1e-6 : mass <= 1 + 1e-6, "the mean of p(y | x)^w");
        Assert.That(w == -1 ? mass * mixture.Components[label].Weight : 1, Is.EqualTo(1).Within(1e-6));
        var points = tilted.Sample<double>(Count, Random);
        for (int k = 1; k < functions.Length; k++)
        {
            double mean = sums[k] / mass, error = Math.Sqrt(((squares[k] / mass) - (mean * mean)) / Count), got = 0;
            for (int i = 0; i < Count; i++)
                got += functions[k](points.Span[2 * i], points.Span[(2 * i) + 1]) / Count;
            Assert.That(got, Is.EqualTo(mean).Within(5 * error), $"function {k}: {(got - mean) / error:F2} standard errors");
        }
    }

    // The same measurement tells one weight from another.
    [Test]
    public void Samples_of_other_weights_have_other_moments()
    {
        double Mean(double w) => new TiltedMixture(Overlapping, 0, w).Sample<double>(Count, Random).Span.ToArray().Where((_, i) => i % 2 == 0).Average();
        Assert.That(Mean(0) - Mean(1), Is.GreaterThan(10 * 0.6 / Math.Sqrt(Count)));
        Assert.That(Mean(1) - Mean(3), Is.GreaterThan(10 * 0.6 / Math.Sqrt(Count)));
    }

    // In any dimension: w = 0 proposes and accepts what the class itself draws.
    [Test]
    public void Without_weight_every_first_proposal_is_taken([Values(1, 2, 5)] int dimensions)
    {
        double[] first = new double[dimensions], second = [.. Enumerable.Repeat(0.5, dimensions)];
        var mixture = new GaussianMixture([new MixtureComponent(0.4, first, 0.5), new MixtureComponent(0.6, second, 0.7)]);
        var points = new TiltedMixture(mixture, 1, 0).Sample<float>(50, Random);
        Assert.That(points.Shape, Is.EqualTo(mixture.ShapeOf(50)));
        for (int i = 0; i < 50; i++)
            Assert.That(points.Rows(i, i + 1).Span.SequenceEqual(mixture.Conditional(1).Sample<float>(1, Random.At(i)).X0.Span));

        // A point does not depend on how many there are, nor does a tilted one.
        var tilted = new TiltedMixture(mixture, 1, 2);
        Assert.That(tilted.Sample<float>(50, Random)[..20].Span.SequenceEqual(tilted.Sample<float>(20, Random).Span));
    }

    // The density in the tail of the other class is not lost to rounding: of p(y | x) near e^-2000 a logarithm is left.
    [Test]
    public void Far_away_the_log_density_is_finite()
    {
        double far = new TiltedMixture(Overlapping, 0, 3).UnnormalizedLogDensity([400, -400]);
        Assert.That(far, Is.LessThan(-1000).And.GreaterThan(double.NegativeInfinity));
    }

    [Test]
    public void What_cannot_be_is_refused()
    {
        Assert.That(() => new TiltedMixture(Overlapping, 2, 1), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("0 to 1"));
        Assert.That(() => new TiltedMixture(Overlapping, 0, -1.5), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("at least -1"));
        Assert.That(() => new TiltedMixture(Overlapping, 0, double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
        var same = new GaussianMixture([new MixtureComponent(0.1, [0], 1), new MixtureComponent(0.9, [0], 1)]);
        Assert.That(() => new TiltedMixture(same, 0, 50).Sample<double>(1, Random), Throws.InvalidOperationException.With.Message.Contains("w = 50"));
    }
}
