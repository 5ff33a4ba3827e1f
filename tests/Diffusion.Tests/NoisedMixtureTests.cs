using Diffusion.Data;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>Closed forms against differences, quadrature, and each other; for equal and for different sigmas.</summary>
public sealed class NoisedMixtureTests
{
    private static readonly GaussianMixture Uneven = new(
    [
        new MixtureComponent { Weight = .2, Left = -1, Right = .5, Sigma = .05 },
        new MixtureComponent { Weight = .5, Left = .4, Right = -.3, Sigma = .3 },
        new MixtureComponent { Weight = .3, Left = .6, Right = .9, Sigma = .6 },
    ]);

    private static readonly GaussianMixture[] Mixtures = [GaussianMixture.TwoPixel, Uneven, GaussianMixture.TwoPixel.Conditional(1), new([.. Uneven.Components.Take(2).Select((c, k) => c with { Weight = .3 + (.4 * k) })])];

    private static readonly double[] Cumprods = [.9987, .9, .5, .0940, 9.7e-7];

    private static readonly (double Left, double Right)[] Places = [(.2, .1), (-.35, .65), (1.3, -1.1), (0, 0), (-2, 3)];

    [Test]
    public void Score_is_the_gradient_of_the_log_density() => ForAll((marginal, x, y) =>
    {
        const double H = 1e-5;
        var (left, right) = marginal.Score(x, y);
        double scale = 1 + Math.Abs(left) + Math.Abs(right);
        Assert.That(left, Is.EqualTo((marginal.LogDensity(x + H, y) - marginal.LogDensity(x - H, y)) / (2 * H)).Within(1e-5 * scale));
        Assert.That(right, Is.EqualTo((marginal.LogDensity(x, y + H) - marginal.LogDensity(x, y - H)) / (2 * H)).Within(1e-5 * scale));
    });

    [Test]
    public void Noise_is_minus_S_times_the_score_and_agrees_with_the_mean() => ForAll((marginal, x, y) =>
    {
        double g = marginal.SignalScale, s = marginal.NoiseScale;
        var noise = marginal.Noise(x, y);
        var score = marginal.Score(x, y);
        var mean = marginal.PosteriorMean(x, y);
        Assert.That(noise.Left, Is.EqualTo(-s * score.Left).Within(1e-13));
        Assert.That(noise.Right, Is.EqualTo(-s * score.Right).Within(1e-13));

        // x = g E[x_0] + S E[eps]
        Assert.That((g * mean.Left) + (s * noise.Left), Is.EqualTo(x).Within(1e-13));
        Assert.That((g * mean.Right) + (s * noise.Right), Is.EqualTo(y).Within(1e-13));
    });

    [Test]
    public void Divergence_is_that_of_the_noise() => ForAll((marginal, x, y) =>
    {
        const double H = 1e-5;
        double differences = ((marginal.Noise(x + H, y).Left - marginal.Noise(x - H, y).Left) + (marginal.Noise(x, y + H).Right - marginal.Noise(x, y - H).Right)) / (2 * H);
        Assert.That(marginal.NoiseDivergence(x, y), Is.EqualTo(differences).Within(1e-5 * (1 + Math.Abs(differences))));
    });

    // Cov(x_0 | x) = (1 - A)/g d E[x_0 | x] / dx
    [Test]
    public void Covariance_is_the_derivative_of_the_mean() => ForAll((marginal, x, y) =>
    {
        double factor = marginal.NoiseScale * marginal.NoiseScale / marginal.SignalScale, h = 1e-5;
        var (ll, lr, rr) = marginal.PosteriorCovariance(x, y);
        var (mx, my) = (marginal.PosteriorMean(x + h, y), marginal.PosteriorMean(x, y + h));
        var (nx, ny) = (marginal.PosteriorMean(x - h, y), marginal.PosteriorMean(x, y - h));

        // The rounding of the mean, 1e-16, is divided by h and multiplied by the factor (1000 at A = 1e-6).
        double within = 1e-5 + (factor * 1e-10);
        Assert.That(ll, Is.EqualTo(factor * (mx.Left - nx.Left) / (2 * h)).Within(within));
        Assert.That(lr, Is.EqualTo(factor * (my.Left - ny.Left) / (2 * h)).Within(within));
        Assert.That(lr, Is.EqualTo(factor * (mx.Right - nx.Right) / (2 * h)).Within(within));
        Assert.That(rr, Is.EqualTo(factor * (my.Right - ny.Right) / (2 * h)).Within(within));
    });

    [Test]
    public void Classifier_gradient_is_that_of_the_log_responsibility() => ForAll((marginal, x, y) =>
    {
        const double H = 1e-5;
        for (int label = 0; label < marginal.Count; label++)
        {
            if (Log(x, y) < -300)
                continue;
            var (left, right) = marginal.ClassifierGradient(label, x, y);
            Assert.That(left, Is.EqualTo((Log(x + H, y) - Log(x - H, y)) / (2 * H)).Within(1e-4 * (1 + Math.Abs(left))));
            Assert.That(right, Is.EqualTo((Log(x, y + H) - Log(x, y - H)) / (2 * H)).Within(1e-4 * (1 + Math.Abs(right))));

            double Log(double left, double right)
            {
                double[] r = new double[marginal.Count];
                marginal.Responsibilities(left, right, r);
                return Math.Log(r[label]);
            }
        }
    });

    [Test]
    public void Density_integrates_to_one()
    {
        foreach (var mixture in Mixtures)
        {
            foreach (double a in (double[])[1, .9, .3, 0])
            {
                var marginal = mixture.At(a);
                double total = 0, h = mixture == Uneven ? .02 : .05;
                for (double x = -7; x <= 7; x += h)
                {
                    for (double y = -7; y <= 7; y += h)
                        total += marginal.Density(x, y) * h * h;
                }

                Assert.That(total, Is.EqualTo(1).Within(1e-6));
            }
        }
    }

    [TestCase(1e6)]
    [TestCase(-1e6)]
    [TestCase(1e150)]
    public void Responsibilities_sum_to_one_however_far_away(double x)
    {
        foreach (var mixture in Mixtures)
        {
            foreach (double a in Cumprods)
            {
                var marginal = mixture.At(a);
                double[] r = new double[marginal.Count];
                marginal.Responsibilities(x, -x / 3, r);
                var (left, right) = marginal.Noise(x, -x / 3);
                using (Assert.EnterMultipleScope())
                {
                    Assert.That(r.Sum(), Is.EqualTo(1).Within(1e-12));
                    Assert.That(double.IsFinite(left) && double.IsFinite(right));
                    Assert.That(marginal.LogDensity(x, 0), Is.LessThan(-1e10));
                }
            }
        }
    }

    // MATH 6: -log2 p per dimension of the data is -.8078 + noise of the sample: E by quadrature.
    [Test]
    public void Bits_per_dimension_of_the_data()
    {
        var data = GaussianMixture.TwoPixel.At(1);
        double entropy = 0;
        const double H = .01;
        for (double x = -1.5; x <= 1.5; x += H)
        {
            for (double y = -1.5; y <= 1.5; y += H)
            {
                double log = data.LogDensity(x, y);
                entropy -= Math.Exp(log) * log * H * H;
            }
        }

        Assert.That(entropy / (2 * Math.Log(2)), Is.EqualTo(-.8078).Within(1e-4));
    }

    [Test]
    public void At_the_data_there_is_no_noise()
    {
        Assert.That(GaussianMixture.TwoPixel.At(1).Noise(.3, .2), Is.EqualTo((0.0, 0.0)));
        Assert.That(() => GaussianMixture.TwoPixel.At(1.1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => GaussianMixture.TwoPixel.At(double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    private static void ForAll(Action<NoisedMixture, double, double> check)
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (var mixture in Mixtures)
            {
                foreach (double a in Cumprods)
                {
                    foreach (var (x, y) in Places)
                        check(mixture.At(a), x, y);
                }
            }
        }
    }
}
