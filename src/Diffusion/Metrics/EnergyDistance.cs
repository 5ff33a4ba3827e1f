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
    /// <param name="first">Pixel pairs, such as [N, 2, 1]; at least one, finite.</param>
    /// <param name="second">Pixel pairs, another number of them if need be.</param>
    /// <param name="maxPoints">Of a set of N points more than these, the points i N / maxPoints are used: deterministic, and fair where the order of points means nothing.</param>
    /// <exception cref="ArgumentException">Not pixel pairs, or not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Less than one point.</exception>
    public static double Between<T>(Tensor<T> first, Tensor<T> second, int maxPoints = DefaultMaxPoints)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxPoints, 1);
        double[] x = Thin(first, maxPoints), y = Thin(second, maxPoints);
        return (2 * MeanDistance(x, y)) - MeanDistance(x, x) - MeanDistance(y, y);
    }

    private static double[] Thin<T>(Tensor<T> points, int maxPoints)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int count = Points.Count(points), used = Math.Min(count, maxPoints);
        double[] thinned = new double[2 * used];
        for (int i = 0; i < used; i++)
        {
            int from = (int)((long)i * count / used);
            thinned[2 * i] = double.CreateTruncating(points.Span[2 * from]);
            thinned[(2 * i) + 1] = double.CreateTruncating(points.Span[(2 * from) + 1]);
        }

        return thinned;
    }

    private static double MeanDistance(double[] x, double[] y)
    {
        int n = x.Length / 2, m = y.Length / 2;
        double[] rows = new double[n];
        Chunks.For(n, 64, (from, to) =>
        {
            for (int i = from; i < to; i++)
            {
                double left = x[2 * i], right = x[(2 * i) + 1], total = 0;
                for (int j = 0; j < m; j++)
                {
                    double a = left - y[2 * j], b = right - y[(2 * j) + 1];
                    total += Math.Sqrt((a * a) + (b * b));
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
