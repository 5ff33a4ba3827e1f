using Diffusion.Data;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Data;

/// <summary>Mixtures with full covariances in d dimensions, at general levels: closed forms against differences, quadrature and inverses.</summary>
public sealed class FullMixtureTests
{
    private const double H = 1e-5;

    // A, B: of variance preserved, exploded, of a straight line, and almost and wholly noise.
    private static readonly (double A, double B)[] Levels = [(.9, .1), (.3, .7), (1, 4), (1, .01), (.25, .25), (.49, .09), (1e-4, 1)];

    [Test]
    public void Log_density_is_the_textbooks() => ForAll((mixture, a, b, x) =>
    {
        int d = x.Length;
        double density = 0;
        double[][] parts = [.. mixture.Components.Select(c =>
        {
            var (inverse, determinant) = Textbook.Inverse(d, Textbook.Shifted(d, a, c.Covariance.ToArray(), b));
            double[] offset = [.. x.Select((value, i) => value - (Math.Sqrt(a) * c.Mean.Span[i]))];
            double exponent = offset.Zip(Textbook.Product(d, inverse, offset), (u, v) => u * v).Sum();
            return new[] { c.Weight * Math.Exp(-exponent / 2) / Math.Sqrt(Math.Pow(2 * Math.PI, d) * determinant) };
        })];
        density = parts.Sum(part => part[0]);
        var marginal = mixture.At(a, b);
        double[] r = new double[mixture.LabelCount];
        marginal.Responsibilities(x, r);
        Assert.That(marginal.Density(x), Is.EqualTo(density).Within(1e-9).Percent);
        Assert.That(r, Is.EqualTo(parts.Select(part => part[0] / density)).Within(1e-10));
    });

    [Test]
    public void Score_and_noise_are_the_gradient_of_the_log_density() => ForAll((mixture, a, b, x) =>
    {
        var marginal = mixture.At(a, b);
        double[] score = Of(x, marginal.Score), noise = Of(x, marginal.Noise<double>), mean = Of(x, marginal.PosteriorMean);
        for (int i = 0; i < x.Length; i++)
        {
            double differences = (marginal.LogDensity(Moved(x, i, H)) - marginal.LogDensity(Moved(x, i, -H))) / (2 * H);
            Assert.That(score[i], Is.EqualTo(differences).Within(1e-5 * (1 + score.Max(Math.Abs))));
            Assert.That(noise[i], Is.EqualTo(-Math.Sqrt(b) * score[i]).Within(1e-13));

            // x = g E[x_0] + S E[eps]
            Assert.That((Math.Sqrt(a) * mean[i]) + (Math.Sqrt(b) * noise[i]), Is.EqualTo(x[i]).Within(1e-12));
        }
    });

    // Cov(x_0 | x) = B/g d E[x_0 | x] / dx.
    [Test]
    public void Divergence_and_covariance_are_derivatives() => ForAll((mixture, a, b, x) =>
    {
        var marginal = mixture.At(a, b);
        int d = x.Length;
        double divergence = 0, factor = b / Math.Sqrt(a);
        double[] covariance = Covariance(marginal, x);
        for (int i = 0; i < d; i++)
        {
            double[] above = Moved(x, i, H), below = Moved(x, i, -H);
            divergence += (Of(above, marginal.Noise<double>)[i] - Of(below, marginal.Noise<double>)[i]) / (2 * H);
            double[] meanAbove = Of(above, marginal.PosteriorMean), meanBelow = Of(below, marginal.PosteriorMean);
            for (int j = 0; j < d; j++)
            {
                // The rounding of the mean, 1e-16, is divided by H and multiplied by the factor (100 at A = 1e-4).
                Assert.That(covariance[(j * d) + i], Is.EqualTo(factor * (meanAbove[j] - meanBelow[j]) / (2 * H)).Within(1e-5 + (factor * 1e-10)));
                Assert.That(covariance[(j * d) + i], Is.EqualTo(covariance[(i * d) + j]).Within(1e-15));
            }
        }

        Assert.That(marginal.NoiseDivergence(x), Is.EqualTo(divergence).Within(1e-5 * (1 + Math.Abs(divergence))));
    });

    [Test]
    public void Classifier_gradient_is_that_of_the_log_responsibility() => ForAll((mixture, a, b, x) =>
    {
        var marginal = mixture.At(a, b);
        for (int label = 0; label < mixture.LabelCount; label++)
        {
            double[] gradient = new double[x.Length];
            marginal.ClassifierGradient(label, x, gradient);
            for (int i = 0; i < x.Length; i++)
                Assert.That(gradient[i], Is.EqualTo((Log(Moved(x, i, H)) - Log(Moved(x, i, -H))) / (2 * H)).Within(1e-4 * (1 + gradient.Max(Math.Abs))));

            double Log(double[] at)
            {
                double[] r = new double[mixture.LabelCount];
                marginal.Responsibilities(at, r);
                return Math.Log(r[label]);
            }
        }
    });

    // One Gaussian is conjugate: precision Sigma^-1 + A/B I, mean covariance·(Sigma^-1 m + g/B x).
    [Test]
    public void One_gaussian_in_five_dimensions_is_conjugate()
    {
        var mixture = Textbook.Mixtures[3];
        double[] sigma = mixture.Components[0].Covariance.ToArray(), m = mixture.Components[0].Mean.ToArray();
        double[] precision = Textbook.Inverse(5, sigma).Inverse;
        foreach (var (a, b) in Levels)
        {
            double[] expected = Textbook.Inverse(5, Textbook.Shifted(5, 1, precision, a / b)).Inverse;
            foreach (double[] x in Places(5))
            {
                double[] weighted = [.. Textbook.Product(5, precision, m).Select((value, i) => value + (Math.Sqrt(a) / b * x[i]))];
                Assert.That(Of(x, mixture.At(a, b).PosteriorMean), Is.EqualTo(Textbook.Product(5, expected, weighted)).Within(1e-11), $"A = {a}");
                Assert.That(Covariance(mixture.At(a, b), x), Is.EqualTo(expected).Within(1e-11), $"A = {a}");
            }
        }
    }

    // p(x_0 | x) is q(x_0) N(x; g x_0, B I) up to a factor. The trapezoidal rule over a smooth integrand of width at least .1 with steps of .05.
    [Test]
    public void Posterior_of_tilted_pairs_by_quadrature()
    {
        var mixture = Textbook.Tilted();
        var data = mixture.At(1);
        foreach (var (a, b) in new[] { (.9, .1), (.3, .7), (1.0, 4.0), (.25, .25) })
        {
            foreach (double[] x in Places(2))
            {
                double[] sums = new double[6];
                for (double u = -5; u <= 5; u += .05)
                {
                    for (double v = -5; v <= 5; v += .05)
                    {
                        double du = x[0] - (Math.Sqrt(a) * u), dv = x[1] - (Math.Sqrt(a) * v);
                        double weight = data.Density(u, v) * Math.Exp(-((du * du) + (dv * dv)) / (2 * b));
                        double[] terms = [1, u, v, u * u, u * v, v * v];
                        for (int i = 0; i < sums.Length; i++)
                            sums[i] += weight * terms[i];
                    }
                }

                double left = sums[1] / sums[0], right = sums[2] / sums[0], cross = (sums[4] / sums[0]) - (left * right);
                Assert.That(Of(x, mixture.At(a, b).PosteriorMean), Is.EqualTo(new[] { left, right }).Within(1e-7));
                Assert.That(
                    Covariance(mixture.At(a, b), x),
                    Is.EqualTo(new[] { (sums[3] / sums[0]) - (left * left), cross, cross, (sums[5] / sums[0]) - (right * right) }).Within(1e-7));
            }
        }
    }

    // x/sqrt(A + B) is at the level of preserved variance A/(A + B), with the same noise and the same x_0.
    [Test]
    public void Every_level_is_one_of_preserved_variance_scaled() => ForAll((mixture, a, b, x) =>
    {
        double scale = 1 / Math.Sqrt(a + b);
        double[] y = [.. x.Select(value => value * scale)];
        NoisedMixture general = mixture.At(a, b), preserved = mixture.At(a / (a + b));
        Assert.That(general.LogDensity(x), Is.EqualTo(preserved.LogDensity(y) + (x.Length * Math.Log(scale))).Within(1e-9));
        Assert.That(Of(x, general.Noise<double>), Is.EqualTo(Of(y, preserved.Noise<double>)).Within(1e-9));
        Assert.That(Of(x, general.Score), Is.EqualTo(Of(y, preserved.Score).Select(value => value * scale)).Within(1e-9 * (1 + Of(x, general.Score).Max(Math.Abs))));
        Assert.That(Of(x, general.PosteriorMean), Is.EqualTo(Of(y, preserved.PosteriorMean)).Within(1e-9));
        Assert.That(Covariance(general, x), Is.EqualTo(Covariance(preserved, y)).Within(1e-9));
    });

    [Test]
    public void A_rotated_problem_has_the_rotated_answer() => ForAll((mixture, a, b, x) =>
    {
        int d = x.Length;
        double[] q = Textbook.Rotation(d, 8), qx = Textbook.Product(d, q, x);
        NoisedMixture plain = mixture.At(a, b), rotated = Textbook.Rotated(mixture, q).At(a, b);
        Assert.That(rotated.LogDensity(qx), Is.EqualTo(plain.LogDensity(x)).Within(1e-9 * (1 + Math.Abs(plain.LogDensity(x)))));
        double[] noise = Of(x, plain.Noise<double>);
        Assert.That(Of(qx, rotated.Noise<double>), Is.EqualTo(Textbook.Product(d, q, noise)).Within(1e-9 * (1 + noise.Max(Math.Abs))));
        double[] covariance = Textbook.Product(d, Textbook.Product(d, q, Covariance(plain, x)), Textbook.Transposed(d, q));
        Assert.That(Covariance(rotated, qx), Is.EqualTo(covariance).Within(1e-10));
        double divergence = plain.NoiseDivergence(x);
        Assert.That(rotated.NoiseDivergence(qx), Is.EqualTo(divergence).Within(1e-9 * (1 + Math.Abs(divergence))));
    });

    private static void ForAll(Action<GaussianMixture, double, double, double[]> check)
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var mixture in Textbook.Mixtures)
            {
                foreach (var (a, b) in Levels)
                {
                    foreach (double[] x in Places(mixture.Dimensions))
                        check(mixture, a, b, x);
                }
            }
        }
    }

    private static double[][] Places(int d) => [new double[d], .. Enumerable.Range(0, 3).Select(i => new RandomSource(6).For(Purpose.Metrics).At(i).Normal<double>([d]).Span.ToArray())];

    private static double[] Moved(double[] x, int i, double by)
    {
        double[] moved = [.. x];
        moved[i] += by;
        return moved;
    }

    private delegate void Field(ReadOnlySpan<double> x, Span<double> destination);

    private static double[] Of(double[] x, Field field)
    {
        double[] result = new double[x.Length];
        field(x, result);
        return result;
    }

    private static double[] Covariance(NoisedMixture marginal, double[] x)
    {
        double[] covariance = new double[x.Length * x.Length];
        marginal.PosteriorCovariance(x, covariance);
        return covariance;
    }
}
