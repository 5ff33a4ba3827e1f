using System.Collections.Immutable;
using System.Numerics;
using Diffusion.Data;
using Diffusion.Tensors;

namespace Diffusion.Metrics;

/// <summary>How generated points lie about the peaks of the mixture that they should follow.</summary>
/// <param name="Modes">One for each component.</param>
/// <param name="OutlierShare">The share of points farther than 4 sigma from their nearest peak (0.03 % in the data themselves).</param>
/// <param name="Count">The number of points.</param>
public sealed record MixtureStatistics(ImmutableArray<ModeStatistics> Modes, double OutlierShare, int Count)
{
    /// <summary>How many sigma from its nearest peak a point is an outlier.</summary>
    public const double OutlierSigmas = 4;

    /// <summary>Measures points.</summary>
    /// <param name="mixture">The mixture whose components are the peaks.</param>
    /// <param name="points">Pixel pairs, such as [N, 2, 1]; at least one, finite.</param>
    /// <exception cref="ArgumentException">Not pixel pairs, or not finite.</exception>
    public static MixtureStatistics Of<T>(GaussianMixture mixture, Tensor<T> points)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int count = Points.Count(points), modes = mixture.LabelCount, outliers = 0;
        int[] nearest = new int[modes], inside = new int[modes];

        // Sums of displacements from the peak, so that squares lose nothing.
        double[] left = new double[modes], right = new double[modes], leftSquares = new double[modes], rightSquares = new double[modes];
        for (int i = 0; i < count; i++)
        {
            double x = double.CreateTruncating(points.Span[2 * i]), y = double.CreateTruncating(points.Span[(2 * i) + 1]);
            var (mode, distance) = Nearest(mixture, x, y);
            nearest[mode]++;
            var peak = mixture.Components[mode];
            if (distance > OutlierSigmas * peak.Sigma)
            {
                outliers++;
                continue;
            }

            inside[mode]++;
            left[mode] += x - peak.Left;
            right[mode] += y - peak.Right;
            leftSquares[mode] += (x - peak.Left) * (x - peak.Left);
            rightSquares[mode] += (y - peak.Right) * (y - peak.Right);
        }

        var statistics = ImmutableArray.CreateBuilder<ModeStatistics>(modes);
        for (int k = 0; k < modes; k++)
        {
            double n = inside[k], meanLeft = left[k] / n, meanRight = right[k] / n;
            double deviation = n < 2 ? double.NaN : (Deviation(leftSquares[k], meanLeft, n) + Deviation(rightSquares[k], meanRight, n)) / 2;
            statistics.Add(new ModeStatistics((double)nearest[k] / count, mixture.Components[k].Left + meanLeft, mixture.Components[k].Right + meanRight, deviation, inside[k]));
        }

        return new MixtureStatistics(statistics.MoveToImmutable(), (double)outliers / count, count);
    }

    private static double Deviation(double squares, double mean, double n) => Math.Sqrt(Math.Max(0, (squares - (n * mean * mean)) / (n - 1)));

    private static (int Mode, double Distance) Nearest(GaussianMixture mixture, double x, double y)
    {
        int mode = 0;
        double least = double.PositiveInfinity;
        for (int k = 0; k < mixture.LabelCount; k++)
        {
            double a = x - mixture.Components[k].Left, b = y - mixture.Components[k].Right, square = (a * a) + (b * b);
            if (square < least)
                (mode, least) = (k, square);
        }

        return (mode, Math.Sqrt(least));
    }
}
