namespace Diffusion.TwoPixel.Grade;

/// <summary>
/// How samples of one label and one strength of guidance lie about the two peaks, in numbers that a few strays do not move: the share
/// of the left-darker mode (nearest peak), the share of strays (more than 4 sigma from both peaks), and of each mode the medians and the
/// spread, half of what the middle 68 % of the points take, the mean of both pixels.
/// </summary>
/// <param name="Weight">The share of points nearer to the peak of class 0.</param>
/// <param name="Strays">The share of points farther than 0.4 from both peaks.</param>
/// <param name="Modes">Medians and spread of each mode; null where it has less than 50 points.</param>
/// <param name="Count">The number of points.</param>
internal sealed record SampleFeatures(double Weight, double Strays, IReadOnlyList<ModeFeatures?> Modes, int Count)
{
    private const int LeastOfMode = 50;

    /// <summary>Measures points.</summary>
    /// <param name="points">Pairs, one after another.</param>
    public static SampleFeatures Of(ReadOnlySpan<double> points)
    {
        var peaks = ExactNoise.Data.Components;
        List<double>[] left = [[], []], right = [[], []];
        int strays = 0;
        for (int i = 0; i < points.Length; i += 2)
        {
            double[] distances = [.. peaks.Select(Distance(points[i], points[i + 1]))];
            int mode = distances[0] <= distances[1] ? 0 : 1;
            strays += distances[mode] > MixtureStatistics.OutlierSigmas * peaks[mode].Sigma ? 1 : 0;
            left[mode].Add(points[i]);
            right[mode].Add(points[i + 1]);
        }

        int count = points.Length / 2;
        return new SampleFeatures((double)left[0].Count / count, (double)strays / count, [Mode(left[0], right[0]), Mode(left[1], right[1])], count);
    }

    /// <summary>
    /// The differences from others, in units of what right implementations differ by: weight, strays, medians, and logarithms of spreads. What
    /// only one of them has is left out, as 0.
    /// </summary>
    /// <param name="others">Those from which to measure.</param>
    /// <param name="count">The points by whose number chance is judged.</param>
    /// <param name="steps">T.</param>
    /// <param name="label">The label asked for.</param>
    public double[] From(SampleFeatures others, int count, int steps, int label)
    {
        var allowed = GradeThresholds.OfSamples(steps, label >= 0);
        double[] units = new double[8];
        double weightError = Math.Sqrt(Math.Max(0.25 * 0.01, others.Weight * (1 - others.Weight)) / count);
        units[0] = (Weight - others.Weight) / With(allowed.Weight, weightError);
        units[1] = (Strays - others.Strays) / With(allowed.Strays, Math.Sqrt(Math.Max(0.01, others.Strays * (1 - others.Strays)) / count));
        for (int k = 0; k < 2; k++)
        {
            if (Modes[k] is not { } mode || others.Modes[k] is not { } other)
                continue;
            double points = Math.Max(1, count * (k == 0 ? Math.Min(Weight, others.Weight) : 1 - Math.Max(Weight, others.Weight)));

            // The median of a normal distribution has 1.25 times the error of the mean, the spread by quantiles about that of 0.6 n points.
            units[2 + (3 * k)] = (mode.Left - other.Left) / With(allowed.Median, 1.25 * other.Spread / Math.Sqrt(points));
            units[3 + (3 * k)] = (mode.Right - other.Right) / With(allowed.Median, 1.25 * other.Spread / Math.Sqrt(points));
            units[4 + (3 * k)] = Math.Log(mode.Spread / other.Spread) / With(allowed.LogSpread, 0.8 / Math.Sqrt(points));
        }

        return units;
    }

    // Two standard errors of chance beside what is allowed.
    private static double With(double allowed, double error) => Math.Sqrt((allowed * allowed) + (4 * error * error));

    private static Func<Diffusion.Data.MixtureComponent, double> Distance(double left, double right) =>
        peak => Math.Sqrt(((left - peak.Left) * (left - peak.Left)) + ((right - peak.Right) * (right - peak.Right)));

    private static ModeFeatures? Mode(List<double> left, List<double> right)
    {
        if (left.Count < LeastOfMode)
            return null;
        left.Sort();
        right.Sort();
        double Quantile(List<double> sorted, double share) => sorted[(int)(share * (sorted.Count - 1))];
        double Half(List<double> sorted) => (Quantile(sorted, 0.84) - Quantile(sorted, 0.16)) / 2;
        return new ModeFeatures(Quantile(left, 0.5), Quantile(right, 0.5), Math.Max(1e-9, (Half(left) + Half(right)) / 2));
    }
}

/// <summary>Where a mode lies and how wide it is.</summary>
/// <param name="Left">The median of the left pixel.</param>
/// <param name="Right">The median of the right pixel.</param>
/// <param name="Spread">Half of what the middle 68 % of the points take, mean of both pixels: the standard deviation where they are normal.</param>
internal sealed record ModeFeatures(double Left, double Right, double Spread);
