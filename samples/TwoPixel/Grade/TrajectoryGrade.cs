namespace Diffusion.TwoPixel.Grade;

/// <summary>Trajectories that were asked for in the same way.</summary>
/// <param name="Label">The label, -1 for none.</param>
/// <param name="Guidance">w.</param>
/// <param name="States">The states by t: [0] the samples, [T] the start; pairs, one after another.</param>
internal sealed record TrajectoryGroup(int Label, double Guidance, double[][] States);

/// <summary>What was measured of trajectories.</summary>
/// <param name="MeanError">How far the means of steps are from the exact ones, in units of what right implementations may.</param>
/// <param name="UpperShare">Where the variances of the steps at t = 2 ... T lie: 0 the posterior's, 1 beta.</param>
/// <param name="LastShare">The variance of the step to t = 0, as a share of beta_1.</param>
/// <param name="Variances">The variance of the step from t = 1 ... T.</param>
/// <param name="Posterior">The posterior's, which the assignment asks for.</param>
/// <param name="Upper">beta.</param>
internal sealed record TrajectoryNumbers(double MeanError, double UpperShare, double LastShare, double[] Variances, double[] Posterior, double[] Upper);

/// <summary>
/// Grades trajectories step by step. Given x_t, the exact denoiser tells the mean of x_{t-1}; what depends on x_t beyond that is an error of
/// the mean, to be explained by a slip, and what does not depend on it is the noise that the sampler adds, which has a variance. Only
/// states that lie where q(x_t | label) does are looked at: elsewhere a network was never trained.
/// </summary>
internal static class TrajectoryGrade
{
    // Farther than so many deviations from every peak no state counts; a step with fewer states than this tells nothing.
    private const double Exploded = 1000, Farthest = 3.5;
    private const int LeastStates = 100;

    /// <summary>Grades them.</summary>
    public static Evidence Of(int steps, IReadOnlyList<TrajectoryGroup> groups)
    {
        if (groups.Max(group => group.States[steps - 1].Select(Math.Abs).Order().ElementAt(group.States[0].Length / 2)) is > Exploded and var size)
        {
            Finding exploded = new(Slip.NotClipped, "in the sampler", $"half of the numbers at t = {steps - 1} are beyond ±{size.ToString("G3", CultureInfo.InvariantCulture)}: the step from T divides by the root of alpha_T, which is nearly 0", 1);
            return new Evidence("trajectory", false, "The first step leaves the range of numbers that a right one can reach.", [[exploded]], Slip.All.Where(slip => slip != Slip.NotClipped).ToList(), ["t", "largest half"], [[$"{steps - 1}", size.ToString("G3", CultureInfo.InvariantCulture)]], new { largestHalf = size });
        }

        var hypotheses = SamplerHypothesis.All(steps);
        double[] right = GradeLevels.Right(steps);
        var marginals = ExactNoise.Marginals(right);
        List<double> errors = [];
        List<double>[] effects = [.. hypotheses.Select(_ => new List<double>())];
        double[] squares = new double[steps + 1], counts = new double[steps + 1];
        foreach (var group in groups)
        {
            for (int t = steps; t >= 1; t--)
            {
                var (x, next) = Inside(group, t, right[t]);
                int count = x.Length / 2;
                if (count < LeastStates)
                    continue;
                double[] expected = Mean(hypotheses[0], group, t, x);
                var (fit, variance) = SmoothFit.Of(marginals[t][0], x, [.. next.Zip(expected, (value, mean) => value - mean)]);
                (squares[t], counts[t]) = (squares[t] + (variance * count), counts[t] + count);
                double unit = Unit(hypotheses[0].Steps[t], count, group.Guidance);
                errors.AddRange(fit.Select(error => error / unit));
                for (int h = 1; h < hypotheses.Count; h++)
                    effects[h].AddRange(Mean(hypotheses[h], group, t, x).Zip(expected, (slip, mean) => (slip - mean) / unit));
            }
        }

        double[] variances = [.. squares.Zip(counts, (sum, count) => count > 0 ? sum / count : double.NaN)];
        effects[0].AddRange(Enumerable.Repeat(0.0, errors.Count));
        Projection[] projections = [.. effects.Select(effect => Projection.Of(errors, effect))];
        int nearest = Enumerable.Range(0, hypotheses.Count).Where(h => hypotheses[h].Slip is null).MinBy(h => projections[h].Left);
        double meanError = projections[nearest].Left;
        bool meanIsRight = meanError <= GradeThresholds.MostMeanError;

        // Means that are those of another right sampler are not looked at for slips of the assignment's.
        bool isOther = nearest > 0 && meanIsRight && meanError <= GradeThresholds.MostLeftOfSamples * projections[0].Left;
        var means = Evidence.Alternatives(hypotheses.Zip(projections).Where(pair => !isOther && pair.First.Slip is not null && pair.Second.ExplainsUpTo(GradeThresholds.MostMeanError))
            .Select(pair => new Finding(pair.First.Slip!, pair.First.Detail, Words(pair.Second), (pair.Second.Found * pair.Second.Found) - (pair.Second.Left * pair.Second.Left))));

        // The variances are judged by the table of betas that the means show.
        double[] levels = means.Count == 0 ? hypotheses[0].Levels : hypotheses.First(h => h.Slip == means[0][0].Slip && h.Detail == means[0][0].Detail).Levels;
        var numbers = Variances(levels, variances, meanError);
        List<IReadOnlyList<Finding>> found = [.. means];
        if (numbers.LastShare > GradeThresholds.MostLastShare)
            found.Add([new(Slip.LastNoise, "in the trajectory", $"the step to t = 0 has the variance {numbers.Variances[0]:G3}, {F2(numbers.LastShare)} of beta_1, and should have none", 1)]);
        if (steps > 1 && numbers.UpperShare > GradeThresholds.MostUpperShare)
            found.Add([new(Slip.Upper, "in the trajectory", $"between the posterior's variance (0) and beta (1) that of the steps lies at {F2(numbers.UpperShare)}", 1)]);
        bool isRight = found.Count == 0 && meanIsRight && Math.Abs(numbers.UpperShare) <= GradeThresholds.MostUpperShare;
        string words = $"The means of the steps are {F2(meanError)} of what right implementations may be from the exact ones, the variance lies at {F2(numbers.UpperShare)} between the posterior's (0) and beta (1), and the last step adds {F3(numbers.LastShare)} of beta_1."
            + (IsDdim(numbers) ? " The steps add no noise, as DDIM's; the assignment asks for DDPM's, so this is another sampler, and no slip." : "") + (isRight || found.Count > 0 || IsDdim(numbers) ? "" : " No known slip explains it.");
        var undecided = hypotheses.Zip(projections).GroupBy(pair => pair.First.Slip).Where(slip => slip.All(pair => pair.Second.Effect < GradeThresholds.LeastEffect * Math.Max(1, pair.Second.Found))).Select(slip => slip.Key)
            .Except([Slip.LastNoise, Slip.Upper]).Concat([Slip.NotClipped, Slip.BatchDropping]);
        return new Evidence("trajectory", isRight, words, found, Evidence.Others(undecided, found), ["t", "variance of the step", "posterior's", "beta"],
            [.. numbers.Variances.Select((v, i) => (string[])[$"{i + 1}", v.ToString("G3", CultureInfo.InvariantCulture), numbers.Posterior[i].ToString("G3", CultureInfo.InvariantCulture), numbers.Upper[i].ToString("G3", CultureInfo.InvariantCulture)])], numbers);
    }

    private static string Words(Projection projection) =>
        $"in units of what right implementations may, the means of the steps are {F2(projection.Found)} from the exact ones and {F2(projection.Left)} from those of this slip, whose share is {F2(projection.Share)}";

    // The states at t that lie where the data with noise do, and what became of them.
    private static (double[] X, double[] Next) Inside(TrajectoryGroup group, int t, double level)
    {
        var peaks = ExactNoise.Data.Conditional(group.Label).Components;
        List<double> x = [], next = [];
        for (int i = 0; i < group.States[t].Length; i += 2)
        {
            double left = group.States[t][i], right = group.States[t][i + 1], g = Math.Sqrt(level);
            if (!peaks.Any(peak => Math.Pow(left - (g * peak.Left), 2) + Math.Pow(right - (g * peak.Right), 2) < Farthest * Farthest * ((level * peak.Sigma * peak.Sigma) + 1 - level)))
                continue;
            x.AddRange([left, right]);
            next.AddRange([group.States[t - 1][i], group.States[t - 1][i + 1]]);
        }

        return ([.. x], [.. next]);
    }

    private static double[] Mean(SamplerHypothesis hypothesis, TrajectoryGroup group, int t, double[] x)
    {
        double[] noise = new double[x.Length], mean = new double[x.Length];
        hypothesis.Guided(group.Guidance)(x, t, group.Label, noise);
        hypothesis.Mean(x, t, noise, mean);
        return mean;
    }

    // What the fit has from chance, and what an error of the predicted noise makes of the mean; guidance adds up w + 1 and w of such errors.
    private static double Unit(ReverseStep step, int points, double w) =>
        Math.Sqrt((step.Deviation * step.Deviation * SmoothFit.Functions / points) + Math.Pow(step.OfNoise * GradeThresholds.NoiseErrorOfPath * (Math.Abs(w + 1) + Math.Abs(w)), 2));

    private static bool IsDdim(TrajectoryNumbers numbers) => numbers.Variances.Zip(numbers.Posterior).Skip(1).All(v => !(v.First >= 0.1 * v.Second));

    private static TrajectoryNumbers Variances(double[] levels, double[] variances, double meanError)
    {
        ReverseStep[] posterior = ReverseStep.Ddpm(levels), upper = ReverseStep.Ddpm(levels, upper: true, lastNoise: true);
        double[] found = variances[1..], low = [.. posterior.Skip(1).Select(step => step.Deviation * step.Deviation)], high = [.. upper.Skip(1).Select(step => step.Deviation * step.Deviation)];

        // Each step relative to its beta; steps of which too few states could be looked at are left out.
        int[] seen = [.. Enumerable.Range(1, found.Length - 1).Where(i => double.IsFinite(found[i]))];
        var share = Projection.Of(seen.Select(i => (found[i] - low[i]) / high[i]), seen.Select(i => (high[i] - low[i]) / high[i]));
        return new TrajectoryNumbers(meanError, share.Share, found[0] / high[0], found, low, high);
    }
}
