using Diffusion.Metrics;
using Diffusion.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Metrics;

public sealed class FrechetDistanceTests
{
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(7)]
    [TestCase(64)]
    public void A_symmetric_matrix_is_its_eigenvectors_times_its_eigenvalues(int n)
    {
        double[] a = Symmetric(n, seed: n);
        var (values, vectors) = SymmetricEigen.Of(a, n);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double again = 0, product = 0;
                for (int k = 0; k < n; k++)
                {
                    again += vectors[(i * n) + k] * values[k] * vectors[(j * n) + k];
                    product += vectors[(k * n) + i] * vectors[(k * n) + j];
                }

                Assert.That(again, Is.EqualTo(a[(i * n) + j]).Within(1e-13 * n));
                Assert.That(product, Is.EqualTo(i == j ? 1 : 0).Within(1e-13 * n));
            }
        }
    }

    [Test]
    public void Eigenvalues_that_are_equal_zero_or_negative_are_found()
    {
        Assert.That(SymmetricEigen.Of([2, 0, 0, 0, 2, 0, 0, 0, 2], 3).Values, Is.All.EqualTo(2));
        Assert.That(SymmetricEigen.Of([1, 1, 1, 1], 2).Values.Order(), Is.EqualTo([0.0, 2]).Within(1e-15));
        Assert.That(SymmetricEigen.Of([0, 3, 3, 0], 2).Values.Order(), Is.EqualTo([-3.0, 3]).Within(1e-15));
        Assert.That(SymmetricEigen.Of([1e-9, 1e-9, 1e-9, 1e-9], 2).Values.Order(), Is.EqualTo([0.0, 2e-9]).Within(1e-24), "of any size");
        Assert.That(SymmetricEigen.Of(new double[16], 4).Values, Is.All.Zero);
        Assert.That(() => SymmetricEigen.Of([1, double.NaN, 0, 1], 2), Throws.ArgumentException.With.Message.Contains("not finite"));
        Assert.That(() => SymmetricEigen.Of(new double[5], 2), Throws.ArgumentException.With.Message.Contains("4 elements, not 5"));
    }

    [Test]
    public void Mean_and_covariance_are_those_of_the_definition()
    {
        var statistics = FeatureStatistics.Of(Tensor<float>.From([3, 2], 1, 2, 3, 2, 5, 8));
        Assert.That(statistics.Mean.ToArray(), Is.EqualTo([3.0, 4]));
        Assert.That(statistics.Covariance.ToArray(), Is.EqualTo([4.0, 6, 6, 12]));
        Assert.That(statistics.Count, Is.EqualTo(3));
    }

    // For diagonal covariances Σ (√a - √b)² + |m|², by hand.
    [Test]
    public void Independent_features_have_the_distance_of_their_deviations()
    {
        var first = new FeatureStatistics(10, new double[] { 1, 2, 3 }, new double[] { 4, 0, 0, 0, 9, 0, 0, 0, 0 });
        var second = new FeatureStatistics(10, new double[] { 1, 0, 3.5 }, new double[] { 1, 0, 0, 0, 25, 0, 0, 0, 0.25 });
        Assert.That(FrechetDistance.Between(first, second), Is.EqualTo(4 + 0.25 + 1 + 4 + 0.25).Within(1e-12));
        Assert.That(FrechetDistance.Between(second, first), Is.EqualTo(9.5).Within(1e-12));
        Assert.That(FrechetDistance.Between(first, first), Is.EqualTo(0).Within(1e-12));
    }

    // Two by two matrices have tr M^½ = √(tr M + 2 √det M), for M = C1·C2 too, which does not commute here.
    [Test]
    public void Covariances_that_do_not_commute_have_the_distance_of_the_closed_form()
    {
        double[] a = [3, 1.2, 1.2, 1], b = [0.7, -0.4, -0.4, 2];
        double trace = (a[0] * b[0]) + (2 * a[1] * b[1]) + (a[3] * b[3]);
        double determinant = ((a[0] * a[3]) - (a[1] * a[1])) * ((b[0] * b[3]) - (b[1] * b[1]));
        double expected = a[0] + a[3] + b[0] + b[3] - (2 * Math.Sqrt(trace + (2 * Math.Sqrt(determinant))));
        Assert.That(FrechetDistance.Between(new(5, new double[2], a), new(5, new double[2], b)), Is.EqualTo(expected).Within(1e-13));
    }

    [Test]
    public void Normal_samples_come_to_the_distance_of_their_distributions()
    {
        const int Count = 20_000, Features = 3;
        var random = new RandomSource(3).For(Purpose.Metrics);
        Tensor<double> first = random.At(0).Normal<double>([Count, Features]), second = random.At(1).Normal<double>([Count, Features]);
        for (int i = 0; i < second.Length; i++)
            second.Span[i] = (2 * second.Span[i]) + 1;

        // Three features, each 1 apart and of deviation 1 against 2. The mean's part has a standard error of 2·√(5/N)·√3.
        Assert.That(FrechetDistance.Between(first, second), Is.EqualTo(6).Within(5 * 2 * Math.Sqrt(5.0 / Count) * Math.Sqrt(3) * 1.5));
        Assert.That(FrechetDistance.Between(first, first), Is.EqualTo(0).Within(1e-12));
    }

    [Test]
    public void What_are_no_features_is_refused()
    {
        var good = Tensor<float>.Zeros([3, 2]);
        Assert.That(() => FrechetDistance.Between(good, Tensor<float>.Zeros([3, 4])), Throws.ArgumentException.With.Message.Contains("2 features, but the second 4"));
        Assert.That(() => FeatureStatistics.Of(Tensor<float>.Zeros([1, 2])), Throws.ArgumentException.With.Message.Contains("at least 2"));
        Assert.That(() => FeatureStatistics.Of(Tensor<float>.Zeros([3])), Throws.ArgumentException.With.Message.Contains("[3]"));
        Assert.That(() => FeatureStatistics.Of(Tensor<float>.From([2, 2], 1, 2, float.NaN, 3)), Throws.ArgumentException.With.Message.Contains("Feature 0 of sample 1"));
    }

    private static double[] Symmetric(int n, int seed)
    {
        var random = new Random(seed);
        double[] a = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
                a[(i * n) + j] = a[(j * n) + i] = (2 * random.NextDouble()) - 1;
        }

        return a;
    }
}
