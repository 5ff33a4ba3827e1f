using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Metrics;

/// <summary>
/// The energy distance of two sets of points, 2 E|X - Y| - E|X - X'| - E|Y - Y'| (Székely and Rizzo, 2013), as its
/// V-statistic (pairs of a point with itself included): at least 0, and 0 for equal sets. It costs the square of the
/// number of points, so larger sets are thinned to evenly spaced ones.
/// </summary>
public static class EnergyDistance
{
    /// <summary>The default of the most points of each set that are used.</summary>
    public const int DefaultMaxPoints = 4096;

    /// <summary>The energy distance.</summary>
    /// <param name="first">Points of d numbers, such as [N, 2, 1] or [N, d]; at least one, finite.</param>
    /// <param name="second">Points of as many dimensions, another number of them if need be.</param>
    /// <param name="maxPoints">Of a set of N points more than these, the points i N / maxPoints are used: deterministic, and fair where the order of points means nothing.</param>
    /// <exception cref="ArgumentException">No points, of different dimensions, or not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Less than one point.</exception>
    public static double Between<T>(Tensor<T> first, Tensor<T> second, int maxPoints = DefaultMaxPoints)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPoints, 1);
        int d = Points.Measure(first).Dimensions;
        double[] x = Thin(first, d, maxPoints), y = Thin(second, d, maxPoints);
        return (2 * MeanDistance(x, y, d)) - MeanDistance(x, x, d) - MeanDistance(y, y, d);
    }

    private static double[] Thin<T>(Tensor<T> points, int d, int maxPoints)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int count = Points.Count(points, d), used = Math.Min(count, maxPoints);
        double[] thinned = new double[d * used];
        for (int i = 0; i < used; i++)
        {
            int from = (int)((long)i * count / used);
            for (int c = 0; c < d; c++)
                thinned[(d * i) + c] = double.CreateTruncating(points.Span[(d * from) + c]);
        }

        return thinned;
    }

    private static double MeanDistance(double[] x, double[] y, int d)
    {
        int n = x.Length / d, m = y.Length / d;
        double[] rows = new double[n];
        Chunks.For(n, 64, (from, to) =>
        {
            for (int i = from; i < to; i++)
            {
                var point = x.AsSpan(i * d, d);
                double total = 0;
                for (int j = 0; j < y.Length; j += d)
                {
                    double squares = 0;
                    for (int c = 0; c < point.Length; c++)
                    {
                        double difference = point[c] - y[j + c];
                        squares += difference * difference;
                    }

                    total += Math.Sqrt(squares);
                }

                rows[i] = total;
            }
        });

        double sum = 0;
        foreach (double row in rows)
            sum += row;
        return sum / ((double)n * m);
    }
}
