namespace Diffusion.TwoPixel.Compare;

/// <summary>
/// What a network learned of its training points: one trained on fresh points of the mixture beside networks that saw few points again and
/// again, with the ideal denoiser of the points and the exact one of the mixture as the two controls.
/// </summary>
internal sealed class MemorisationComparison() : Comparison("learned, or learned by heart", "memorisation.png")
{
    private const int HeldOut = 1000, DrawsInAll = 2000;

    private static readonly double[] Noise = [0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2];

    public override object? Measure(CompareRun run)
    {
        var schedule = run.Models.Edm.Schedule;
        double[] times = [.. Noise.Select(rho => schedule.AtRho(rho).Time)];
        var heldOut = run.Models.Mixture.Sample<float>(Math.Min(HeldOut, run.Settings.Points), run.Random.For(Purpose.Data).At(2_000_000)).X0;
        var exact = new ExactDenoiser<float>(run.Models.Mixture, schedule);
        var results = new List<JudgedDenoiser>();
        foreach (var (points, model) in run.Models.Few)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            int size = points.Shape[0];
            var data = MemorisationData<float>.Of(points, heldOut, schedule) with { Exact = exact, Draws = Math.Max(1, Math.Min(DrawsInAll, run.Settings.Points) / size) };
            var found = Memorisation.Measure(data, schedule, times, run.Random, [model.Denoiser, run.Models.Edm.Denoiser, data.IdealOfTraining, exact]);
            results.AddRange(
            [
                new("few", $"the network trained on {size} points", size, found[0]),
                new("fresh", "the network trained on fresh points", size, found[1]),
                new("ideal", $"the ideal denoiser of {size} points", size, found[2]),
                new("exact", "the exact denoiser of the mixture", size, found[3]),
            ]);
        }

        return new MemorisationNumbers(new(heldOut.Shape[0], results));
    }

    public override void Draw(CompareRun run, IReadOnlyList<string> paths)
    {
        var (heldOut, results) = run.Numbers.Of<MemorisationNumbers>().Memorisation;
        int fewest = results[0].Points;
        MemorisationCurve Curve(JudgedDenoiser judged, string name, bool errors) => new(
            name,
            errors ? [.. judged.Result.Times.Select(time => time.Denoiser.Training)] : [],
            errors ? [.. judged.Result.Times.Select(time => time.Denoiser.HeldOut)] : [],
            [.. judged.Result.Times.Select(time => (time.Share.Mean, time.Share.Low, time.Share.High))],
            [.. judged.Result.Times.Select(time => time.Verdict != MemorisationVerdict.NotToldApart)]);
        MemorisationFigure.Save(paths[0], new(
            [.. results[0].Result.Times.Select(time => time.Rho)],
            [
                .. results.Where(judged => judged.Kind == "few").Select(judged => Curve(judged, $"network, {judged.Points} points", judged.Points == fewest)),
                Curve(results.First(judged => judged.Kind == "fresh"), "network, fresh points", errors: true),
                Curve(results.First(judged => judged.Kind == "ideal"), $"ideal denoiser of the {fewest} points", errors: true),
            ],
            [
                $"Left: errors on the {fewest} points and on {heldOut:N0} that no network saw. Right: how far the gap between them is that of the ideal denoiser of the",
                "training points; lines are three standard errors. In grey: what knows the points by heart and what does not would look the same.",
            ]));
    }

    public override IEnumerable<IReadOnlyList<string>> InShort(Measurements numbers) => numbers.Of<MemorisationNumbers>().Memorisation.Results
        .Where(judged => judged.Kind is "few" || (judged.Kind is "fresh" && judged.Points == FewPointsTraining.Sizes[0]))
        .Select(judged => (IReadOnlyList<string>)[judged.Name, judged.Result.Verdict.Words(), judged.Kind == "fresh" ? $"judged with {judged.Points} points" : ""]);

    public override void Write(HtmlReport report, Measurements numbers, IReadOnlyList<string> paths)
    {
        var (heldOut, results) = numbers.Of<MemorisationNumbers>().Memorisation;
        _ = report.Paragraph($"A network that knows its training points by heart has a smaller error on them than on others; how much smaller at most, the ideal denoiser of the points tells, whose prediction is the mean of x_0 where each of them is as likely. The share by heart is the one gap as a part of the other, over {heldOut:N0} points that no network saw, with the errors of the exact denoiser on the same draws taken off. All networks are of the same size and were taught by EDM's objective; they differ in their data and in the number of their steps.");
        foreach (var judged in results.Where(judged => judged.Kind is "few" or "fresh"))
            _ = report.Paragraph($"{(judged.Kind == "fresh" ? $"Judged with {judged.Points} points: " : "")}{judged.Result.Answer(judged.Name)}");
        _ = report.Paragraph($"As a control the same was asked of the two extremes. {string.Join(" ", results.Where(judged => judged.Kind is "ideal" or "exact").Select(judged => $"{(judged.Kind == "exact" ? $"Judged with {judged.Points} points: " : "")}{judged.Result.Answer(judged.Name)}"))}");
        var few = results.First(judged => judged.Kind == "few");
        _ = report
            .Table(
                ["S/g", "network on training points", "on held-out points", "ideal on training points", "on held-out points", "exact on held-out points", "share by heart", ""],
                few.Result.Times.Select(time => (IReadOnlyList<string>)
                    [time.Rho.ToString("0.###", CultureInfo.InvariantCulture), E(time.Denoiser.Training), E(time.Denoiser.HeldOut), E(time.IdealOfTraining.Training), E(time.IdealOfTraining.HeldOut), E(time.Exact?.HeldOut ?? double.NaN), Share(time), time.Verdict.Words()]),
                $"Mean squared errors of x_0 per pixel, and the share by heart with its interval, of {few.Name}.")
            .Figure(paths[0], "Errors on training points and on others, and the share by heart, over the noise in units of the data.");
    }

    private static string E(double value) => value.ToString("0.00E+0", CultureInfo.InvariantCulture);

    private static string Share(MemorisationAtTime time) => double.IsFinite(time.Share.Low + time.Share.High)
        ? $"{F2(time.Share.Mean)} ({F2(time.Share.Low)} to {F2(time.Share.High)})" : "";
}

/// <summary>What it adds to compare.json.</summary>
internal sealed record MemorisationNumbers(MemorisationMetrics Memorisation);

/// <summary>The denoisers that were judged.</summary>
/// <param name="HeldOut">The points that no network saw.</param>
/// <param name="Results">Each with each set of training points.</param>
internal sealed record MemorisationMetrics(int HeldOut, IReadOnlyList<JudgedDenoiser> Results);

/// <summary>One denoiser judged with one set of points.</summary>
/// <param name="Kind">few, fresh, ideal or exact.</param>
/// <param name="Name">In words.</param>
/// <param name="Points">The training points that it was judged with.</param>
/// <param name="Result">What was found.</param>
internal sealed record JudgedDenoiser(string Kind, string Name, int Points, Memorisation Result);
