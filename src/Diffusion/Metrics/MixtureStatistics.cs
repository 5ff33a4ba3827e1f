using System.Collections.Immutable;
using System.Numerics;
using Diffusion.Data;
using Diffusion.Tensors;

namespace Diffusion.Metrics;

/// <summary>
/// How generated points lie about the components of the mixture that they should follow. The mode of a point is the component
/// to which it most likely belongs; for isotropic pixel pairs, the nearest peak.
/// </summary>
/// <param name="Modes">One for each component.</param>
/// <param name="OutlierShare">The share of points farther from their mode than <see cref="OutlierRadius"/> (0.03 % in the data themselves).</param>
/// <param name="Count">The number of points.</param>
public sealed record MixtureStatistics(ImmutableArray<ModeStatistics> Modes, double OutlierShare, int Count)
{
    /// <summary>How many sigma from its nearest peak a pixel pair is an outlier.</summary>
    public const double OutlierSigmas = 4;

    /// <summary>
    /// The Mahalanobis distance from its component beyond which a point is an outlier: as rare in d dimensions as 4 sigma are in
    /// two, exp(-8). To 0.001.
    /// </summary>
    /// <param name="dimensions">d, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">Less than one dimension.</exception>
    public static double OutlierRadius(int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        if (dimensions == 2)
            return OutlierSigmas;

        // The length r of a normal vector has the density r^(d - 1) exp(-r²/2), up to a factor, with a peak at sqrt(d - 1)
        // and a deviation below 1 about it: 9 on both sides hold everything. The tail is summed up from above.
        double peak = Math.Sqrt(dimensions - 1), least = Math.Max(0, peak - 9), step = (peak + 9 - least) / 36_000, total = 0, tail = 0;
        double radius = peak + 9;
        for (double r = least + (step / 2); r < peak + 9; r += step)
            total += Density(r);
        for (double wanted = Math.Exp(-OutlierSigmas * OutlierSigmas / 2) * total; tail < wanted; radius -= step)
            tail += Density(radius - (step / 2));
        return radius;

        double Density(double r) => Math.Exp(((dimensions - 1) * (Math.Log(r) - Math.Log(Math.Max(1, peak)))) - (((r * r) - (peak * peak)) / 2));
    }

    /// <summary>Measures points.</summary>
    /// <param name="mixture">The mixture whose components are the modes.</param>
    /// <param name="points">Points of as many dimensions, such as [N, 2, 1] or [N, d]; at least one, finite.</param>
    /// <exception cref="ArgumentException">No points, of other dimensions, or not finite.</exception>
    public static MixtureStatistics Of<T>(GaussianMixture mixture, Tensor<T> points)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int d = mixture.Dimensions, count = Points.Count(points, d), outliers = 0;
        int[] nearest = new int[mixture.LabelCount];
        var sums = nearest.Select(_ => new Sums(d)).ToArray();
        double[] point = new double[d];
        double radius = OutlierRadius(d);
        var data = mixture.At(1);
        for (int i = 0; i < count; i++)
        {
            for (int c = 0; c < d; c++)
                point[c] = double.CreateTruncating(points.Span[(d * i) + c]);
            var (mode, distance, farthest) = mixture.IsOfPixelPairs ? NearestPeak(mixture, point) : MostLikely(data, point, radius);
            nearest[mode]++;
            if (distance > farthest)
                outliers++;
            else
                sums[mode].Add(point, mixture.Components[mode].Mean.Span);
        }

        return new MixtureStatistics([.. sums.Select((sum, k) => sum.Of(mixture.Components[k], (double)nearest[k] / count))], (double)outliers / count, count);
    }

    private static (int Mode, double Distance, double Farthest) MostLikely(NoisedMixture data, double[] point, double radius)
    {
        var (mode, distance) = data.MostLikely(point);
        return (mode, distance, radius);
    }

    private static (int Mode, double Distance, double Farthest) NearestPeak(GaussianMixture mixture, double[] point)
    {
        int mode = 0;
        double least = double.PositiveInfinity;
        for (int k = 0; k < mixture.LabelCount; k++)
        {
            double a = point[0] - mixture.Components[k].Left, b = point[1] - mixture.Components[k].Right, square = (a * a) + (b * b);
            if (square < least)
                (mode, least) = (k, square);
        }

        return (mode, Math.Sqrt(least), OutlierSigmas * mixture.Components[mode].Sigma);
    }

    // Sums of displacements from the peak, so that squares lose nothing.
    private sealed class Sums(int d)
    {
        private readonly double[] _displacements = new double[d], _products = new double[d * d];
        private int _count;

        public void Add(ReadOnlySpan<double> point, ReadOnlySpan<double> peak)
        {
            _count++;
            for (int i = 0; i < d; i++)
            {
                double displacement = point[i] - peak[i];
                _displacements[i] += displacement;
                for (int j = 0; j < d; j++)
                    _products[(i * d) + j] += displacement * (point[j] - peak[j]);
            }
        }

        public ModeStatistics Of(MixtureComponent component, double weight)
        {
            double n = _count, error = 0, errors = 0, squares = 0;
            double[] mean = new double[d], covariance = new double[d * d];
            var expected = component.Covariance.Span;
            for (int i = 0; i < d; i++)
            {
                double displacement = _displacements[i] / n;
                mean[i] = component.Mean.Span[i] + displacement;
                error += displacement * displacement;
                for (int j = 0; j < d; j++)
                {
                    int at = (i * d) + j;
                    covariance[at] = n < 2 ? double.NaN : (_products[at] - (n * displacement * (_displacements[j] / n))) / (n - 1);
                    errors += (covariance[at] - expected[at]) * (covariance[at] - expected[at]);
                    squares += expected[at] * expected[at];
                }
            }

            return new ModeStatistics(weight, mean, covariance, Math.Sqrt(error), Math.Sqrt(errors / squares), _count);
        }
    }
}
