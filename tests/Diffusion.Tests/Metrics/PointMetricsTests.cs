using Diffusion.Data;
using Diffusion.Metrics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Tests.Data;
using NUnit.Framework;

namespace Diffusion.Tests.Metrics;

/// <summary>Metrics of points in another number of dimensions than two.</summary>
public sealed class PointMetricsTests
{
    private static readonly PurposeRandom Random = new RandomSource(12).For(Purpose.Metrics);

    [Test]
    public void Sliced_distance_of_a_shift_on_a_line_is_the_shift()
    {
        var x = Random.At(0).Normal<double>([300, 1]);
        Assert.That(SlicedWasserstein.Between(x, Moved(x, 3), 7), Is.EqualTo(3).Within(1e-6));
    }

    // E|cos| over the sphere is Gamma(d/2)/(sqrt(pi) Gamma((d + 1)/2)): 1/2 in three dimensions, 3/8 in five. Its deviation is
    // sqrt(1/d - E²): four standard errors of 4096 directions.
    [TestCase(3, .5)]
    [TestCase(5, .375)]
    public void Sliced_distance_of_a_shift_is_its_length_times_the_mean_cosine(int d, double meanCosine)
    {
        var x = Random.At(1).Normal<double>([100, d]);
        double[] shift = [.. Enumerable.Range(1, d).Select(i => (double)i)];
        double length = Math.Sqrt(shift.Sum(value => value * value)), error = Math.Sqrt((1.0 / d) - (meanCosine * meanCosine)) / Math.Sqrt(4096);
        var distances = SlicedWasserstein.To(x, 4096);
        Assert.That((distances.Dimensions, distances.Directions), Is.EqualTo((d, 4096)));
        Assert.That(distances.Distance(Moved(x, shift)), Is.EqualTo(length * meanCosine).Within(4 * length * error));
        Assert.That(distances.Distance(x), Is.Zero);
    }

    // Every projection of x is normal, and that of 2x twice as wide: E|z|.
    [Test]
    [Category("Statistics")]
    public void Sliced_distance_of_a_wider_normal_in_five_dimensions()
    {
        var x = Random.At(2).Normal<float>([20_000, 5]);
        var wide = x.Clone();
        foreach (ref float value in wide.Span)
            value *= 2;

        // The mean of |projection| over the points has the deviation .6/sqrt(20,000) at most, whatever the directions.
        Assert.That(SlicedWasserstein.Between(wide, x), Is.EqualTo(Math.Sqrt(2 / Math.PI)).Within(4 * .603 / Math.Sqrt(20_000)));
    }

    [Test]
    public void Energy_distance_is_that_of_lengths()
    {
        var origin = Tensor<double>.From([1, 3], 0, 0, 0);
        Assert.That(EnergyDistance.Between(origin, Tensor<double>.From([1, 3], 2, 3, 6)), Is.EqualTo(14));
        var pairs = Random.At(3).Normal<double>([40, 2, 1]);
        var others = Random.At(4).Normal<double>([30, 2, 1]);
        Assert.That(EnergyDistance.Between(Embedded(pairs), Embedded(others)), Is.EqualTo(EnergyDistance.Between(pairs, others)).Within(1e-14));

        static Tensor<double> Embedded(Tensor<double> pairs) =>
            Tensor<double>.From([pairs.Shape[0], 4], [.. pairs.Span.ToArray().Chunk(2).SelectMany(pair => new[] { 0, pair[0], 0, pair[1] })]);
    }

    [Test]
    public void Sets_of_different_dimensions_are_refused()
    {
        Tensor<float> two = Tensor<float>.Zeros([5, 2, 1]), three = Tensor<float>.Zeros([5, 3]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => SlicedWasserstein.Between(two, three), Throws.ArgumentException.With.Message.Contains("2 dimensions").And.Message.Contains("points of 3"));
            Assert.That(() => EnergyDistance.Between(two, three), Throws.ArgumentException.With.Message.Contains("3 dimensions"));
            Assert.That(() => MixtureStatistics.Of(GaussianMixture.TwoPixel, three), Throws.ArgumentException.With.Message.Contains("points of 2"));
            Assert.That(() => EnergyDistance.Between(Tensor<float>.Full([2, 3], float.NaN), three), Throws.ArgumentException.With.Message.Contains("Number 0 of point 0"));
        }
    }

    // Of even d the tail is exp(-y) sum of y^j/j! over j below d/2, y = r²/2; of d = 1 it is erfc(r/sqrt(2)), by bisection 3.58625.
    [Test]
    public void Outliers_are_as_rare_in_all_dimensions()
    {
        Assert.That(MixtureStatistics.OutlierRadius(2), Is.EqualTo(4));
        Assert.That(MixtureStatistics.OutlierRadius(1), Is.EqualTo(3.58625).Within(.001));
        foreach (int d in (int[])[4, 10, 100])
        {
            double y = Math.Pow(MixtureStatistics.OutlierRadius(d), 2) / 2, term = Math.Exp(-y), tail = 0;
            for (int j = 0; j < d / 2; term *= y / ++j)
                tail += term;
            Assert.That(tail, Is.EqualTo(Math.Exp(-8)).Within(1).Percent, $"d = {d}");
        }

        Assert.That(() => MixtureStatistics.OutlierRadius(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    // A narrow peak inside a wide one: .6 is nearer to the narrow one at 1, but four of its deviations away.
    [Test]
    public void The_mode_of_a_point_is_the_likeliest()
    {
        var mixture = new GaussianMixture([new MixtureComponent(.5, [0], 2), new MixtureComponent(.5, [1], .1)]);
        var statistics = MixtureStatistics.Of(mixture, Tensor<double>.From([4, 1], .6, 1.1, .9, 50));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(statistics.Modes.Select(mode => (mode.Weight, mode.Count)), Is.EqualTo(new[] { (.5, 1), (.5, 2) }));
            Assert.That(statistics.OutlierShare, Is.EqualTo(.25));
            Assert.That(statistics.Modes[0].Mean.Span[0], Is.EqualTo(.6).Within(1e-15));
            Assert.That(statistics.Modes[0].MeanError, Is.EqualTo(.6).Within(1e-15));
            Assert.That(statistics.Modes[0].CovarianceError, Is.NaN);
            Assert.That(statistics.Modes[1].MeanError, Is.Zero.Within(1e-15));
            Assert.That(statistics.Modes[1].Covariance.Span[0], Is.EqualTo(.02).Within(1e-15));
            Assert.That(statistics.Modes[1].CovarianceError, Is.EqualTo(1).Within(1e-12));
        }
    }

    [Test]
    [Category("Statistics")]
    public void Statistics_of_full_data_are_the_data()
    {
        const int Count = 100_000;
        double[] first = Textbook.Covariance(3, 1), second = Textbook.Covariance(3, 2);
        var mixture = new GaussianMixture([new MixtureComponent(.3, [20, 0, -20], first), new MixtureComponent(.7, [-20, 5, 20], second)]);
        var statistics = MixtureStatistics.Of(mixture, mixture.Sample<double>(Count, Random.At(5)).X0);
        Assert.That(statistics.OutlierShare, Is.EqualTo(Math.Exp(-8)).Within(4 * Math.Sqrt(Math.Exp(-8) / Count)));
        for (int k = 0; k < 2; k++)
        {
            var (mode, sigma) = (statistics.Modes[k], mixture.Components[k].Covariance.ToArray());
            double n = mixture.Components[k].Weight * Count, trace = sigma[0] + sigma[4] + sigma[8];
            Assert.That(mode.Weight, Is.EqualTo(mixture.Components[k].Weight).Within(4 * Math.Sqrt(.21 / Count)));

            // E|error|² = tr/n; of the covariance (tr² + tr S²)/n, and .3 % for the outliers that are left out.
            Assert.That(mode.MeanError, Is.InRange(1e-6, 4 * Math.Sqrt(trace / n)));
            double squares = sigma.Sum(value => value * value);
            Assert.That(mode.CovarianceError, Is.InRange(1e-4, (4 * Math.Sqrt(((trace * trace) + squares) / n / squares)) + .003));
        }
    }

    private static Tensor<double> Moved(Tensor<double> x, params double[] shift)
    {
        var moved = x.Clone();
        for (int i = 0; i < moved.Length; i++)
            moved.Span[i] += shift[i % shift.Length];
        return moved;
    }
}
