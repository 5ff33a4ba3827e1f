namespace Diffusion.TwoPixel.Grade;

/// <summary>Samples that were asked for in the same way.</summary>
/// <param name="Label">The label, -1 for none.</param>
/// <param name="Guidance">w; 0 where there is no label.</param>
/// <param name="Points">Pairs (left, right), one after another.</param>
internal sealed record SampleGroup(int Label, double Guidance, double[] Points);

/// <summary>What was measured of the samples of one label and one w, beside the samples of the exact denoiser with the same T.</summary>
internal sealed record SampleNumbers(int Label, double Guidance, int Count, double Distance, SampleFeatures Found, SampleFeatures Exact, double Farthest);

/// <summary>Grades samples: against those of the exact denoiser with as many steps, and of the exact denoiser with every slip.</summary>
internal static class SampleGrade
{
    private const int Reference = 3000;

    // Where beta is not clipped, the first step divides by nearly nothing.
    private const double Exploded = 100;

    /// <summary>Grades them.</summary>
    /// <param name="steps">T.</param>
    /// <param name="groups">The samples.</param>
    public static Evidence Of(int steps, IReadOnlyList<SampleGroup> groups)
    {
        var hypotheses = SamplerHypothesis.All(steps);
        var features = groups.Select(group => SampleFeatures.Of(group.Points)).ToList();
        var noise = SamplerHypothesis.Normal(steps, Reference, new RandomSource(0));
        SampleFeatures[][] expected = [.. hypotheses.Select(_ => new SampleFeatures[groups.Count])];
        double[] distances = new double[groups.Count];
        _ = Parallel.For(0, hypotheses.Count * groups.Count, job =>
        {
            var (h, g) = (job / groups.Count, job % groups.Count);
            double[] points = hypotheses[h].Sample(noise, groups[g].Label, groups[g].Guidance);
            expected[h][g] = SampleFeatures.Of(points);
            if (h == 0)
                distances[g] = SlicedWasserstein.Between(Tensor<double>.From([groups[g].Points.Length / 2, 2, 1], groups[g].Points), Tensor<double>.From([Reference, 2, 1], points));
        });

        double[] Units(IReadOnlyList<SampleFeatures> of, IReadOnlyList<SampleFeatures> from) =>
            [.. groups.SelectMany((group, g) => of[g].From(from[g], group.Points.Length / 2, steps, group.Label))];
        double[][] found = [.. hypotheses.Select((_, h) => Units(features, expected[h]))];
        int[] right = [.. Enumerable.Range(0, hypotheses.Count).Where(h => hypotheses[h].IsRight)];
        int nearest = found[0].Max(Math.Abs) <= 1 ? 0 : right.MinBy(h => found[h].Max(Math.Abs));
        Projection[] projections = [.. hypotheses.Select((_, h) => Projection.Of(found[0], Units(expected[h], expected[0])))];
        double farthest = found[nearest].Max(Math.Abs);
        bool exploded = groups.Any(group => Median(group.Points) > Exploded), isRight = farthest <= 1 && !exploded;

        var findings = exploded
            ? [new Finding(Slip.NotClipped, "in the sampler", $"half of the numbers are beyond ±{groups.Max(group => Median(group.Points)).ToString("G3", CultureInfo.InvariantCulture)}: the step from T divides by the root of alpha_T, which is nearly 0", 1)]
            : isRight ? [] : hypotheses.Select((hypothesis, h) => (hypothesis, projection: projections[h], most: found[h].Max(Math.Abs)))
                .Where(of => of.hypothesis.Slip is not null && of.projection.Explains && of.projection.Left <= GradeThresholds.MostLeftOfSamples * of.projection.Found && of.most <= GradeThresholds.MostOfSamples)
                .OrderBy(of => of.projection.Left)
                .Select(of => new Finding(of.hypothesis.Slip!, of.hypothesis.Detail, $"in units of what right implementations differ by, the samples are {F2(of.projection.Found)} from the exact denoiser's and {F2(of.projection.Left)} from those with this slip", 1 / Math.Max(1, of.most)));
        var found1 = Evidence.Alternatives(findings);
        var shown = hypotheses.Where((hypothesis, h) => hypothesis.Slip is not null && found[h].Max(Math.Abs) > 1).Select(hypothesis => hypothesis.Slip);
        var numbers = groups.Select((group, g) => new SampleNumbers(group.Label, group.Guidance, features[g].Count, distances[g], features[g], expected[0][g], found[nearest].Skip(8 * g).Take(8).Max(Math.Abs))).ToList();
        string words = $"What differs most from the samples of the exact denoiser with T = {steps} ({hypotheses[nearest].Detail}) does so by {F2(farthest)} of what right implementations may."
            + (isRight || found1.Count > 0 ? "" : " No known slip explains it.");
        return new Evidence("samples", isRight, words, found1, Evidence.Others(Slip.All.Except(shown).Except([Slip.BatchDropping]).Append(Slip.BatchDropping), found1),
            ["samples of", "points", "weight of class 0 (exact)", "strays (exact)", "class 0: left, right, spread (exact)", "class 1: left, right, spread (exact)", "distance"],
            [.. numbers.Select(Row)], numbers);
    }

    private static IReadOnlyList<string> Row(SampleNumbers n) =>
    [
        n.Label < 0 ? "no label" : $"label {n.Label}, w = {n.Guidance.ToString("0.###", CultureInfo.InvariantCulture)}", $"{n.Count}", $"{F3(n.Found.Weight)} ({F3(n.Exact.Weight)})", $"{F3(n.Found.Strays)} ({F3(n.Exact.Strays)})",
        Mode(n, 0), Mode(n, 1), F4(n.Distance),
    ];

    private static string Mode(SampleNumbers n, int k) => $"{Of(n.Found.Modes[k])} ({Of(n.Exact.Modes[k])})";

    private static string Of(ModeFeatures? mode) => mode is null ? "none" : $"{F3(mode.Left)}, {F3(mode.Right)}, {F3(mode.Spread)}";

    private static double Median(double[] points) => points.Select(Math.Abs).Order().ElementAt(points.Length / 2);
}
