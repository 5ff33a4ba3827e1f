using Diffusion.Data;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Data;

/// <summary>The loop for any mixture beside those for pixel pairs, many samples beside one, and the mean posterior covariance.</summary>
public sealed class GeneralPathTests
{
    private static readonly PurposeRandom Random = new RandomSource(21).For(Purpose.Metrics);

    private static readonly GaussianMixture[] Pairs =
    [
        GaussianMixture.TwoPixel,
        GaussianMixture.TwoPixel.Conditional(1),
        new(
        [
            new MixtureComponent { Weight = .2, Left = -1, Right = .5, Sigma = .05 },
            new MixtureComponent { Weight = .5, Left = .4, Right = -.3, Sigma = .3 },
            new MixtureComponent { Weight = .3, Left = .6, Right = .9, Sigma = .6 },
        ]),
    ];

    [Test]
    public void Isotropic_pairs_written_as_matrices_have_the_same_answers()
    {
        double[] points = Random.At(0).Normal<double>([200, 2]).Span.ToArray();
        foreach (var pairs in Pairs)
        {
            var matrices = AsMatrices(pairs);
            Assert.That((pairs.IsOfPixelPairs, matrices.IsOfPixelPairs), Is.EqualTo((true, false)));
            Assert.That(matrices.VariancePerPixel, Is.EqualTo(pairs.VariancePerPixel).Within(1e-14));
            foreach (var (a, b) in new[] { (.9987, .0013), (.5, .5), (.094, .906), (1.0, 9.0), (.25, .25) })
            {
                NoisedMixture fast = pairs.At(a, b), general = matrices.At(a, b);
                double[] expected = new double[points.Length], found = new double[points.Length];
                fast.Noise<double>(points, expected);
                general.Noise<double>(points, found);
                Assert.That(found, Is.EqualTo(expected).Within(1e-12 * expected.Max(Math.Abs)));
                for (int i = 0; i < points.Length; i += 2)
                {
                    double x = points[i], y = points[i + 1];
                    Assert.That(general.LogDensity(x, y), Is.EqualTo(fast.LogDensity(x, y)).Within(1e-12 * Math.Abs(fast.LogDensity(x, y))));
                    Assert.That(general.NoiseDivergence(x, y), Is.EqualTo(fast.NoiseDivergence(x, y)).Within(1e-11 * (1 + Math.Abs(fast.NoiseDivergence(x, y)))));
                    Assert.That(Numbers(general.PosteriorMean(x, y)), Is.EqualTo(Numbers(fast.PosteriorMean(x, y))).Within(1e-12));
                    var ((ll, lr, rr), (fll, flr, frr)) = (general.PosteriorCovariance(x, y), fast.PosteriorCovariance(x, y));
                    Assert.That(new[] { ll, lr, rr }, Is.EqualTo(new[] { fll, flr, frr }).Within(1e-12));
                }
            }
        }

        static double[] Numbers((double Left, double Right) pair) => [pair.Left, pair.Right];
    }

    // The fast loops and the closed form for one pair.
    [Test]
    public void Coordinates_by_name_are_the_coordinates()
    {
        foreach (var marginal in Pairs.Append(Textbook.Tilted()).Select(mixture => mixture.At(.4, .8)))
        {
            double[] x = [.3, -.7], vector = new double[2], many = new double[2], r = new double[marginal.Count], s = new double[marginal.Count];
            var (left, right) = marginal.Noise(.3, -.7);
            marginal.Noise<double>(x, many);
            Assert.That(many, Is.EqualTo(new[] { left, right }).Within(1e-13));
            marginal.Score(x, vector);
            Assert.That(marginal.Score(.3, -.7), Is.EqualTo((vector[0], vector[1])));
            marginal.ClassifierGradient(0, x, vector);
            Assert.That(marginal.ClassifierGradient(0, .3, -.7), Is.EqualTo((vector[0], vector[1])));
            marginal.PosteriorMean(x, vector);
            Assert.That(marginal.PosteriorMean(.3, -.7), Is.EqualTo((vector[0], vector[1])));
            marginal.Responsibilities(x, r);
            marginal.Responsibilities(.3, -.7, s);
            Assert.That(s, Is.EqualTo(r));
            Assert.That(marginal.Density(.3, -.7), Is.EqualTo(marginal.Density(x)));
        }
    }

    [Test]
    public void Many_samples_are_each_as_one()
    {
        foreach (var mixture in Textbook.Mixtures)
        {
            int d = mixture.Dimensions;
            var marginal = mixture.At(.3, .7);
            double[] points = Random.At(1).Normal<double>([50, d]).Span.ToArray(), noise = new double[points.Length], one = new double[d];
            marginal.Noise<double>(points, noise);
            for (int i = 0; i < 50; i++)
            {
                marginal.Score(points.AsSpan(i * d, d), one);
                Assert.That(noise.AsSpan(i * d, d).ToArray(), Is.EqualTo(one.Select(value => -Math.Sqrt(.7) * value)).Within(1e-13));
            }

            float[] singles = [.. points.Select(value => (float)value)];
            marginal.Noise<float>(singles, singles);
            Assert.That(singles, Is.EqualTo(noise.Select(value => (float)value)).Within(1e-5), "in place, in single precision");
            marginal.Noise<double>([], []);
        }
    }

    [Test]
    public void Responsibilities_sum_to_one_however_far_away()
    {
        foreach (var mixture in Textbook.Mixtures)
        {
            double[] x = [.. Enumerable.Range(0, mixture.Dimensions).Select(i => 1e140 * (i - 1.5))], r = new double[mixture.LabelCount], score = new double[x.Length];
            var marginal = mixture.At(.3, .7);
            marginal.Responsibilities(x, r);
            marginal.Score(x, score);
            Assert.That(r.Sum(), Is.EqualTo(1).Within(1e-12));
            Assert.That(score.All(double.IsFinite));
        }
    }

    [Test]
    public void What_is_no_level_and_no_point_is_refused()
    {
        var three = Textbook.Mixtures[2];
        var marginal = three.At(.5);
        double[] x = new double[3], two = new double[2];
        using (Assert.EnterMultipleScope())
        {
            foreach (var (a, b) in new[] { (-1.0, 1.0), (double.NaN, 1), (double.PositiveInfinity, 1), (1, -1e-9), (1, double.NaN), (1, double.PositiveInfinity), (0, 0) })
                Assert.That(() => three.At(a, b), Throws.InstanceOf<ArgumentOutOfRangeException>(), $"{a}, {b}");
            Assert.That((marginal.SignalScale, marginal.NoiseScale, marginal.Dimensions, marginal.Count), Is.EqualTo((Math.Sqrt(.5), Math.Sqrt(.5), 3, 3)));
            Assert.That(() => marginal.LogDensity(two), Throws.ArgumentException.With.Message.Contains("has 2 numbers").And.Message.Contains("points of 3"));
            Assert.That(() => marginal.LogDensity(0, 0), Throws.ArgumentException.With.Message.Contains("points of 3"));
            Assert.That(() => marginal.Score(0, 0), Throws.ArgumentException);
            Assert.That(() => marginal.Score(x, two), Throws.ArgumentException.With.Message.Contains("room for 2"));
            Assert.That(() => marginal.PosteriorMean(x, two), Throws.ArgumentException);
            Assert.That(() => marginal.PosteriorCovariance(x, x), Throws.ArgumentException.With.Message.Contains("there are 9"));
            Assert.That(() => marginal.Responsibilities(x, two), Throws.ArgumentException.With.Message.Contains("there are 3 responsibilities"));
            Assert.That(() => marginal.ClassifierGradient(3, x, x), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => marginal.Noise<double>(new double[4], new double[4]), Throws.ArgumentException.With.Message.Contains("samples of 3"));
            Assert.That(() => marginal.Noise<double>(new double[6], new double[3]), Throws.ArgumentException);
        }
    }

    [Test]
    public void Mean_posterior_covariance_of_one_component_is_closed_and_of_several_integrated()
    {
        // One: tr of B lambda/(A lambda + B) = tr (Sigma^-1 + A/B)^-1.
        var one = Textbook.Mixtures[3];
        double[] inverse = Textbook.Inverse(5, Textbook.Shifted(5, 1, Textbook.Inverse(5, one.Components[0].Covariance.ToArray()).Inverse, .3 / .7)).Inverse;
        Assert.That(PosteriorCovariance.Mean(one, .3), Is.EqualTo(Enumerable.Range(0, 5).Average(i => inverse[i * 6])).Within(1e-12));
        Assert.That(() => PosteriorCovariance.Mean(Textbook.Mixtures[2], .3), Throws.InstanceOf<NotSupportedException>().With.Message.Contains("3 components in 3 dimensions"));

        // In one dimension, the trapezoidal rule over everything.
        var line = Textbook.Mixtures[0].At(.3, .7);
        double sum = 0;
        double[] covariance = new double[1];
        for (double x = -12; x <= 12; x += .01)
        {
            line.PosteriorCovariance([x], covariance);
            sum += line.Density([x]) * covariance[0] * .01;
        }

        Assert.That(PosteriorCovariance.Mean(Textbook.Mixtures[0], .3), Is.EqualTo(sum).Within(1e-8));

        // Pairs as matrices, in any frame, finer, and at a level that is scaled.
        var tilted = Textbook.Tilted();
        double known = PosteriorCovariance.Mean(tilted, .2);
        Assert.That(PosteriorCovariance.Mean(AsMatrices(GaussianMixture.TwoPixel), .2), Is.EqualTo(PosteriorCovariance.Mean(GaussianMixture.TwoPixel, .2)).Within(1e-9).Percent);
        Assert.That(PosteriorCovariance.Mean(Textbook.Rotated(tilted, Textbook.Rotation(2, 1)), .2), Is.EqualTo(known).Within(1e-6).Percent);
        Assert.That(PosteriorCovariance.Mean(tilted, .2, refinement: 1.7), Is.EqualTo(known).Within(1e-6).Percent);
        Assert.That(PosteriorCovariance.Mean(tilted, tilted.At(1, 4)), Is.EqualTo(known).Within(1e-6).Percent);
    }

    private static GaussianMixture AsMatrices(GaussianMixture pairs) =>
        new([.. pairs.Components.Select(c => new MixtureComponent(c.Weight, c.Mean.Span, c.Covariance.Span))]);
}
