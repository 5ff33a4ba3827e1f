using Diffusion.TwoPixel.Study.Experiments;

namespace Diffusion.TwoPixel.Submit;

/// <summary>Who hands it in; what is null is written by hand.</summary>
internal sealed record Author(string? Name, string? Id, DateOnly Date);

/// <summary>Everything that the document tells.</summary>
internal sealed record Findings(StudyRun Study, Obstacles Obstacles, IReadOnlyList<Stage> Stages, Forks Forks, DigitsPart? Digits)
{
    public RunConfiguration Configuration => Study.Configuration;

    public ModelRun Main => Study.Main;

    public TRecord Of<TRecord>()
        where TRecord : class => Main.Numbers.Of<TRecord>();

    /// <summary>Draws the figures of an experiment of the study.</summary>
    public IReadOnlyList<Drawing> Draw<TExperiment>()
        where TExperiment : StudyExperiment
    {
        var experiment = StudyExperiments.All.OfType<TExperiment>().Single();
        var drawings = Drawing.Capture(() => experiment.Draw(Study, experiment.Figures));
        return [.. experiment.Figures.Select(figure => drawings[figure])];
    }
}

/// <summary>The assignment as it is handed in: one PDF, a problem a page and more.</summary>
internal static class Submission
{
    /// <summary>Writes it; returns the number of pages.</summary>
    /// <exception cref="UsageException">A name that cannot be written.</exception>
    public static int Write(string path, Author author, Findings findings, string command)
    {
        using var report = new PdfReport(findings.Digits is null ? "Denoising diffusion of two-pixel images" : "Denoising diffusion of two-pixel images and of digits");
        Begin(report, author);
        Summary(report, findings);
        Problem1.Write(report.Section("Problem 1: a network that denoises"), findings, command);
        Problem2.Write(report.Section("Problem 2: the reverse process, step by step"), findings);
        Problem3.Write(report.Section("Problem 3: how many steps?"), findings);
        Problem4.Write(report.Section("Problem 4: guidance"), findings);
        Problem5.Write(report.Section("Problem 5: digits"), findings);
        _ = report.Section("Errors that are suspected in the assignment (5.2 c)").List(AssignmentNotes.SuspectedErrors);
        return report.Save(path);
    }

    /// <summary>Checks, before anything is computed, that names can be written.</summary>
    /// <exception cref="UsageException">One cannot.</exception>
    public static void Check(Author author)
    {
        using var report = new PdfReport("");
        Begin(report, author);
    }

    private static void Begin(PdfReport report, Author author)
    {
        try
        {
            _ = report.Fields(("Name", author.Name), ("ID", author.Id), ("Date", author.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message.Split(" (Parameter", 2)[0], e);
        }
    }

    private static void Summary(PdfReport report, Findings findings)
    {
        var models = findings.Study.ByT.ToList();
        var (swd, exact) = (findings.Of<DistanceNumbers>(), findings.Of<ExactNumbers>());
        _ = report
            .Heading("In short")
            .Paragraph($"{models.Count} networks, for T = {string.Join(", ", models.Select(model => model.T))}, learned to denoise images of two pixels, whose distribution is known exactly: everything is measured beside the exact answer. With T = {findings.Main.T} the samples are {F4(swd.Swd)} from the data in sliced Wasserstein distance; those of the exact noise predictor, with the same noise, {F4(exact.SwdExactDenoiser)}; two sets of the data are {F4(swd.SwdFloor)} apart.")
            .Table(
                ["T", "distance", "exact predictor", "floor", "weights of the modes", "their widths", "outliers", "noise error: no label, 0, 1"],
                models.Select(model => (IReadOnlyList<string>)
                [
                    $"{model.T}", F4(model.Numbers.Of<DistanceNumbers>().Swd), F4(model.Numbers.Of<ExactNumbers>().SwdExactDenoiser), F4(model.Numbers.Of<DistanceNumbers>().SwdFloor),
                    string.Join(" / ", model.Numbers.Of<ModeNumbers>().ModeWeights.Select(F3)), string.Join(" / ", model.Numbers.Of<ModeNumbers>().ModeStandardDeviations.Select(F3)),
                    Percent(model.Numbers.Of<ModeNumbers>().OutlierShare), string.Join(" / ", InOrder(model.Numbers.Of<NoiseNumbers>().NoiseRmse).Select(error => F3(error.Overall))),
                ]),
                "Distances are sliced Wasserstein distances of 50,000 points; the data have weights 0.35 and 0.65 and width 0.1; an outlier is farther than four widths from both peaks.")
            .Paragraph("The problems are answered in their order, each on a page of its own: the network and what stood in its way (1), the reverse process (2), the number of steps (3), guidance (4), digits (5), and last what in the assignment seems to be wrong.");
    }
}
