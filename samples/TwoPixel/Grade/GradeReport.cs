namespace Diffusion.TwoPixel.Grade;

/// <summary>Tells the result: on the terminal, in grade.json and in grade.html.</summary>
internal static class GradeReport
{
    private static readonly Dictionary<string, string> Titles = new()
    {
        ["predictions"] = "Predictions of the noise",
        ["guided"] = "Guided predictions",
        ["samples"] = "Samples",
        ["trajectory"] = "Trajectories",
        ["coupled"] = "Samples from given noise",
        ["labels"] = "Labels of the training",
    };

    /// <summary>Writes the files of a folder.</summary>
    public static void Write(GradeResult result, GradeTable table, GradeFolder folder)
    {
        string json = result.ToJson();
        OutputFolder.WriteText(folder.Numbers, json);
        var report = new HtmlReport($"Two-pixel diffusion, T = {result.Steps}: {(result.IsRight ? "right" : "not right")}", result.Verdict);
        _ = report.Section("What was found");
        _ = report.Table(["file", "verdict", "what was measured"], result.Files.Select(file => (string[])[file.About, file.IsRight ? "right" : "not right", file.Words]));
        foreach (var slip in result.Slips)
            _ = report.Heading(slip.Words).List(slip.Evidence);
        if (result.Undecided.Count > 0)
            _ = report.Paragraph("These files can neither show nor exclude: " + string.Join("; ", result.Undecided) + ".");
        foreach (var file in result.Files)
        {
            _ = report.Section(Titles[file.About]).Paragraph(file.Words);
            if (file.Numbers is PredictionNumbers numbers)
                AddFigure(report, table, numbers, file, folder);
            _ = report.Table(file.Header, file.Rows);
        }

        report.Section("Numbers").Configuration(json, "grade.json").Save(folder.Report);
    }

    /// <summary>Tells it on the terminal.</summary>
    public static void Say(GradeResult result, GradeFolder folder, IReporter reporter)
    {
        foreach (var file in result.Files)
            reporter.Say($"{file.About}: {(file.IsRight ? "right" : "not right")}. {file.Words}");
        reporter.Say(result.Verdict);
        foreach (string line in result.Slips.SelectMany(slip => slip.Evidence))
            reporter.Say("  " + line);
        if (result.Undecided.Count > 0)
            reporter.Say("These files can neither show nor exclude: " + string.Join("; ", result.Undecided) + ".");
        reporter.Say("Report: " + folder.Report);
    }

    private static void AddFigure(HtmlReport report, GradeTable table, PredictionNumbers numbers, Evidence file, GradeFolder folder)
    {
        double[] least = table.LeastLosses();
        double[] limit = [.. least.Chunk(GradeTable.GroupsPerStep).Select(groups => Math.Sqrt((GradeThresholds.MostLossRatio - 1) * groups.Average()))];
        List<StepErrorCurve> curves = [new("from the exact noise", numbers.NoiseRmseByStep)];
        if (numbers.SlipRmseByStep is { } slip)
            curves.Add(new($"from that of slip {file.Found[0][0].Slip.Number}", slip));
        curves.Add(new($"limit: a loss of {F2(GradeThresholds.MostLossRatio)} times the least", limit, IsLimit: true));
        StepErrorFigure.Save(folder.Figure("grade-predictions"), "How far the predicted noise is, by step", curves);
        _ = report.Figure(
            folder.Figure("grade-predictions"),
            numbers.SlipRmseByStep is null
                ? "The distance of the predictions from the exact noise at each step."
                : $"The distance of the predictions from the exact noise, and from what the slip \"{file.Found[0][0].Slip.Name}\" ({file.Found[0][0].Detail}) makes of it: where the second line is far below the first, the slip explains the error.");
    }
}

/// <summary>Where the files of a grade are.</summary>
internal sealed class GradeFolder(string path) : OutputFolder(path)
{
    /// <summary>The numbers.</summary>
    public string Numbers => File("grade.json");

    /// <summary>The report.</summary>
    public string Report => File("grade.html");
}
