namespace Diffusion.TwoPixel.Grade;

/// <summary>What was measured of samples from given noise.</summary>
/// <param name="Distance">The mean distance from the samples of the exact denoiser from the same noise.</param>
/// <param name="Median">The median of these distances, which few points that went to the other mode do not move.</param>
/// <param name="Count">The number of points.</param>
internal sealed record CoupledNumbers(double Distance, double Median, int Count);

/// <summary>Grades samples without a label that were made with the noise of <c>--noise</c>: point by point, nothing of the difference is chance.</summary>
internal static class CoupledGrade
{
    /// <summary>The points of the noise file.</summary>
    public const int Points = 1000;

    /// <summary>The noise of a T and a seed, [T + 1][2 N]: [T] is x_T, [t - 1] that of the step from t.</summary>
    public static double[][] Noise(int steps, ulong seed) => SamplerHypothesis.Normal(steps, Points, new RandomSource(seed).Derive(1));

    /// <summary>Grades them.</summary>
    public static Evidence Of(int steps, ulong seed, double[] points)
    {
        double[][] noise = Noise(steps, seed);
        var hypotheses = SamplerHypothesis.All(steps);
        double[][] expected = new double[hypotheses.Count][];
        _ = Parallel.For(0, expected.Length, h => expected[h] = hypotheses[h].Sample(noise, DenoiserArguments.NoLabel, 0));
        double[] found = Difference(points, expected[0]);
        Projection[] projections = [.. expected.Select(slip => Projection.Of(found, Difference(slip, expected[0])))];

        double limit = GradeThresholds.CoupledMedian(steps);
        var numbers = expected.Where((_, h) => hypotheses[h].IsRight).Select(right => Numbers(points, right)).MinBy(n => n.Median)!;
        var findings = hypotheses.Zip(projections).Where(pair => pair.First.Slip is not null && pair.Second.Explains && pair.Second.Left <= GradeThresholds.MostLeftOfSamples * pair.Second.Found)
            .Select(pair => new Finding(pair.First.Slip!, pair.First.Detail, PredictionGrade.Words(pair.Second), 1 / pair.Second.Left));
        double median = numbers.Median;
        bool exploded = points.Select(Math.Abs).Order().ElementAt(points.Length / 2) > 100;
        var groups = exploded ? [[new Finding(Slip.NotClipped, "in the sampler", "half of the numbers are beyond ±100", 1)]]
            : median <= limit ? [] : Evidence.Alternatives(findings);
        bool isRight = median <= limit;
        string words = $"From the same noise, their samples are {F4(numbers.Distance)} (mean) and {F4(median)} (median) from those of the exact denoiser; right implementations: a median of up to {F3(limit)}."
            + (isRight || groups.Count > 0 ? "" : " No known slip explains it; was the noise used in the order that is told?");
        var undecided = hypotheses.Zip(projections).GroupBy(pair => pair.First.Slip).Where(slip => slip.All(pair => pair.Second.Effect < Math.Max(limit, pair.Second.Found))).Select(slip => slip.Key);
        return new Evidence("coupled", isRight, words, groups, Evidence.Others([.. undecided, Slip.NotClipped, Slip.Guidance, Slip.Labels, Slip.NoLabels, Slip.BatchDropping], groups),
            ["points", "mean distance", "median distance"], [[$"{numbers.Count}", F4(numbers.Distance), F4(median)]], numbers);
    }

    private static double[] Difference(double[] of, double[] from) => [.. of.Zip(from, (a, b) => a - b)];

    private static CoupledNumbers Numbers(double[] points, double[] expected)
    {
        double[] distances = [.. Difference(points, expected).Chunk(2).Select(d => Math.Sqrt((d[0] * d[0]) + (d[1] * d[1]))).Order()];
        return new CoupledNumbers(distances.Average(), distances[distances.Length / 2], distances.Length);
    }
}
