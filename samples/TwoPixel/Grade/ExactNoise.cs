namespace Diffusion.TwoPixel.Grade;

/// <summary>A predictor of noise: of points of one time and one label.</summary>
/// <param name="x">Pairs (left, right), one after another.</param>
/// <param name="t">The time, 1 ... T.</param>
/// <param name="label">0, 1, or -1 for none.</param>
/// <param name="noise">Receives a pair for each.</param>
internal delegate void NoiseOf(ReadOnlySpan<double> x, int t, int label, Span<double> noise);

/// <summary>Exact noise predictors: of the assignment, and of what slips make of it.</summary>
internal static class ExactNoise
{
    // What weighs less than e to minus this is not seen beside 1.
    private const double Negligible = 30;

    /// <summary>The data.</summary>
    public static GaussianMixture Data => GaussianMixture.TwoPixel;

    /// <summary>E[eps | x_t, label] under a table of A_0 ... A_T.</summary>
    public static NoiseOf Of(double[] levels)
    {
        var marginals = Marginals(levels);
        return (x, t, label, noise) => marginals[t][label + 1].Noise(x, noise);
    }

    /// <summary>A predictor that is asked with one label for the other.</summary>
    public static NoiseOf LabelsSwapped(NoiseOf inner) => (x, t, label, noise) => inner(x, t, label < 0 ? label : 1 - label, noise);

    /// <summary>A predictor that sees no label.</summary>
    public static NoiseOf NoLabels(NoiseOf inner) => (x, t, _, noise) => inner(x, t, DenoiserArguments.NoLabel, noise);

    /// <summary>A predictor that is asked for another time, from 1 to T.</summary>
    public static NoiseOf Shifted(NoiseOf inner, int by, int steps) => (x, t, label, noise) => inner(x, Math.Clamp(t + by, 1, steps), label, noise);

    /// <summary>A predictor whose two outputs, or whose inputs and outputs, are exchanged.</summary>
    public static NoiseOf PixelsSwapped(NoiseOf inner, bool inputsToo) => (x, t, label, noise) =>
    {
        double[] seen = x.ToArray();
        if (inputsToo)
            Swap(seen);
        inner(seen, t, label, noise);
        Swap(noise);
    };

    /// <summary>Classifier-free guidance, (w + 1) eps_c - w eps_u.</summary>
    public static NoiseOf Guided(NoiseOf inner, double w) => (x, t, label, noise) =>
    {
        inner(x, t, label, noise);
        if (label < 0 || w == 0)
            return;
        double[] other = new double[noise.Length];
        inner(x, t, DenoiserArguments.NoLabel, other);
        for (int i = 0; i < other.Length; i++)
            noise[i] = ((w + 1) * noise[i]) - (w * other[i]);
    };

    /// <summary>
    /// A predictor that knows the times up to one, and of all later ones only that they are later: a time embedding that saturates. Of a
    /// blind one E[eps | x, label] is the mean of those of the times, each weighed by q_t(x | label).
    /// </summary>
    public static NoiseOf Saturated(double[] levels, int lastKnown)
    {
        var known = Of(levels);
        double[] variances = [.. levels.Select(level => (level * Data.Components[0].Sigma * Data.Components[0].Sigma) + 1 - level)], signals = Array.ConvertAll(levels, Math.Sqrt);
        double[][] logWeights = [.. Enumerable.Range(-1, 3).Select(label => variances.SelectMany(c => Data.Conditional(label).Components.Select(peak => Math.Log(peak.Weight / c))).ToArray())];
        return (x, t, label, noise) =>
        {
            if (t <= lastKnown)
            {
                known(x, t, label, noise);
                return;
            }

            // Every time and peak has the weight w exp(-d²/2c) / c and the noise S (x - g m) / c.
            var peaks = Data.Conditional(label).Components;
            double[] logs = new double[levels.Length * peaks.Length];
            for (int i = 0; i < x.Length; i += 2)
            {
                double most = double.NegativeInfinity, total = 0, left = 0, right = 0;
                for (int at = (lastKnown + 1) * peaks.Length; at < logs.Length; at++)
                {
                    var (time, peak) = (at / peaks.Length, peaks[at % peaks.Length]);
                    double a = x[i] - (signals[time] * peak.Left), b = x[i + 1] - (signals[time] * peak.Right);
                    logs[at] = logWeights[label + 1][at] - (((a * a) + (b * b)) / (2 * variances[time]));
                    most = Math.Max(most, logs[at]);
                }

                for (int at = (lastKnown + 1) * peaks.Length; at < logs.Length; at++)
                {
                    if (logs[at] < most - Negligible)
                        continue;
                    var (time, peak) = (at / peaks.Length, peaks[at % peaks.Length]);
                    double weight = Math.Exp(logs[at] - most), factor = weight * Math.Sqrt(1 - levels[time]) / variances[time];
                    (total, left, right) = (total + weight, left + (factor * (x[i] - (signals[time] * peak.Left))), right + (factor * (x[i + 1] - (signals[time] * peak.Right))));
                }

                (noise[i], noise[i + 1]) = (left / total, right / total);
            }
        };
    }

    /// <summary>The data of each label at each level: [t][label + 1].</summary>
    public static NoisedMixture[][] Marginals(double[] levels) =>
        [.. levels.Select(level => Enumerable.Range(-1, 3).Select(label => Data.Conditional(label).At(level)).ToArray())];

    private static void Swap(Span<double> pairs)
    {
        for (int i = 0; i + 1 < pairs.Length; i += 2)
            (pairs[i], pairs[i + 1]) = (pairs[i + 1], pairs[i]);
    }
}
