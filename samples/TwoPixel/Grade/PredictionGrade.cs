namespace Diffusion.TwoPixel.Grade;

/// <summary>What was measured of predictions of the noise; roots of mean squares are per pixel.</summary>
/// <param name="LossRatio">The mean squared error over the least possible one.</param>
/// <param name="NoiseRmse">The distance from the exact noise.</param>
/// <param name="LossRatioByStep">The ratio by t = 1 ... T.</param>
/// <param name="NoiseRmseByStep">The distance by t = 1 ... T.</param>
/// <param name="NoiseRmseByClass">The distance by class: 0, 1, none.</param>
/// <param name="SlipRmseByStep">The distance from what the slip that was found would give; null if none was.</param>
/// <param name="Hypotheses">What each slip would explain.</param>
internal sealed record PredictionNumbers(
    double LossRatio, double NoiseRmse, double[] LossRatioByStep, double[] NoiseRmseByStep, SortedDictionary<string, double> NoiseRmseByClass,
    double[]? SlipRmseByStep, IReadOnlyList<HypothesisNumbers> Hypotheses);

/// <summary>A slip beside what was found.</summary>
internal sealed record HypothesisNumbers(string Slip, string Detail, double Share, double Effect, double Found, double Left);

/// <summary>Grades predictions of the noise for the rows of a table, against the exact noise and against that of every slip.</summary>
internal static class PredictionGrade
{
    /// <summary>Grades them.</summary>
    /// <param name="table">The questions.</param>
    /// <param name="answers">Two numbers for each row.</param>
    public static Evidence Of(GradeTable table, double[] answers)
    {
        var hypotheses = PredictorHypothesis.All(table.T);
        double[] exact = table.Ask(hypotheses[0].Noise), least = table.LeastLosses();
        double[] found = [.. answers.Zip(exact, (a, e) => a - e)];
        double[][] all = [.. hypotheses.Select(hypothesis => table.Ask(hypothesis.Noise))];
        Projection[] projections = [.. hypotheses.Select((hypothesis, k) => Project(table, hypothesis, found, all[k], exact))];
        var findings = hypotheses.Zip(projections).Where(pair => pair.First.Slip is not null && pair.Second.ExplainsUpTo(MostLeft(least, pair.First)))
            .Select(pair => new Finding(pair.First.Slip!, pair.First.Detail, Words(pair.Second), Explained(table, pair.First, pair.Second)));
        var groups = Evidence.Alternatives(findings);
        double[] byStep = ByStep(table, found);
        double squares = byStep.Average(), floor = least.Average(), ratio = 1 + (squares / floor);
        bool isRight = groups.Count == 0 && ratio <= GradeThresholds.MostLossRatio;

        string best = groups.Count == 0 ? "" : groups[0][0].Detail;
        int slip = groups.Count == 0 ? -1 : Enumerable.Range(0, hypotheses.Count).First(k => hypotheses[k].Slip == groups[0][0].Slip && hypotheses[k].Detail == best);
        double[]? bySlip = slip < 0 ? null : Roots(ByStep(table, [.. answers.Zip(all[slip], (a, e) => a - e)]));
        var undecided = hypotheses.Zip(projections).Where(pair => pair.Second.Effect < GradeThresholds.LeastEffect * pair.Second.Found).Select(pair => pair.First.Slip)
            .Except(hypotheses.Zip(projections).Where(pair => pair.Second.Effect >= GradeThresholds.LeastEffect * pair.Second.Found).Select(pair => pair.First.Slip));
        var byClass = ByClass(Enumerable.Range(-1, 3).Select(label => (label, Math.Sqrt(ByGroup(table, found).Where((_, group) => GradeTable.LabelOf(group) == label).Average()))));
        double[] ratios = [.. byStep.Select((value, i) => 1 + (value / least.Skip(GradeTable.GroupsPerStep * i).Take(GradeTable.GroupsPerStep).Average()))];
        string words = $"The loss is {F4(ratio)} times the least possible one (right implementations: up to {F2(GradeThresholds.MostLossRatio)}); the distance from the exact noise is {F4(Math.Sqrt(squares))} per pixel."
            + (isRight || groups.Count > 0 ? "" : " No known slip explains it: too little training, or something else.");
        return new Evidence("predictions", isRight, words, groups, Evidence.Others([.. undecided, Slip.LastNoise, Slip.Guidance, Slip.BatchDropping, Slip.Upper], groups),
            ["t", "loss ratio", "distance from the exact noise", .. slip < 0 ? Array.Empty<string>() : [$"from that of slip {groups[0][0].Slip.Number}"]],
            [.. ratios.Select((value, i) => (string[])[$"{i + 1}", F3(value), F4(Math.Sqrt(byStep[i])), .. bySlip is null ? Array.Empty<string>() : [F4(bySlip[i])]])],
            new PredictionNumbers(ratio, Math.Sqrt(squares), ratios, Roots(byStep), byClass, bySlip, [.. hypotheses.Zip(projections).Skip(1).Select(Numbers)]));
    }

    /// <summary>A projection in words.</summary>
    public static string Words(Projection projection) =>
        $"the distance of {F4(projection.Found)} from what is right is {F4(projection.Left)} from this slip, whose share is {F2(projection.Share)} (0: right, 1: the slip)";

    private static HypothesisNumbers Numbers((PredictorHypothesis First, Projection Second) pair) =>
        new(pair.First.Slip!.Key, pair.First.Detail, pair.Second.Share, pair.Second.Effect, pair.Second.Found, pair.Second.Left);

    private static Projection Project(GradeTable table, PredictorHypothesis hypothesis, double[] found, double[] slip, double[] exact)
    {
        int perStep = 2 * GradeTable.GroupsPerStep * table.PerGroup, from = perStep * (hypothesis.First - 1), to = perStep * hypothesis.Last;
        return Projection.Of(found[from..to], slip[from..to].Zip(exact[from..to], (s, e) => s - e));
    }

    // What a network may be off on the rows of a hypothesis: its loss is then the largest that is right.
    private static double MostLeft(double[] least, PredictorHypothesis hypothesis) => Math.Sqrt((GradeThresholds.MostLossRatio - 1)
        * least[(GradeTable.GroupsPerStep * (hypothesis.First - 1))..(GradeTable.GroupsPerStep * hypothesis.Last)].Average());

    // The squares that the slip takes away, over all rows.
    private static double Explained(GradeTable table, PredictorHypothesis hypothesis, Projection projection) =>
        ((projection.Found * projection.Found) - (projection.Left * projection.Left)) * (hypothesis.Last - hypothesis.First + 1) / table.T;

    private static double[] ByGroup(GradeTable table, double[] differences) => [.. differences.Chunk(2 * table.PerGroup).Select(group => group.Average(d => d * d))];

    private static double[] ByStep(GradeTable table, double[] differences) => [.. ByGroup(table, differences).Chunk(GradeTable.GroupsPerStep).Select(groups => groups.Average())];

    private static double[] Roots(double[] squares) => Array.ConvertAll(squares, Math.Sqrt);
}
