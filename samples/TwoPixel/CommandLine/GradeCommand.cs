using System.CommandLine;
using Diffusion.TwoPixel.Grade;

namespace Diffusion.TwoPixel.CommandLine;

/// <summary>The command grade: writes the questions, or grades the files of somebody's implementation against the exact denoiser.</summary>
internal sealed class GradeCommand(IReporter reporter, CancellationToken cancellation)
{
    /// <summary>The exit code: 0 right (or written), 3 graded and found wrong.</summary>
    public int Run(ParseResult result)
    {
        SampleProgram.SetThreads(result.GetValue(Options.Threads));
        string[] files = [.. GradeOptions.Files.Where(option => result.GetValue(option) is not null).Select(option => option.Name)];
        string? table = result.GetValue(GradeOptions.Table), noise = result.GetValue(GradeOptions.Noise), summary = result.GetValue(GradeOptions.Summary);
        string[] modes = [.. new[] { (table ?? noise, table is null ? "--noise" : "--table"), (summary, "--summary"), (files.FirstOrDefault(), files.FirstOrDefault()) }.Where(mode => mode.Item1 is not null).Select(mode => mode.Item2!)];
        if (modes.Length != 1)
            throw new UsageException($"{(modes.Length == 0 ? "Nothing to grade was named" : string.Join(" and ", modes) + " were given together")}; accepted is --table, or --summary, or some of {string.Join(", ", GradeOptions.Files.Select(option => option.Name))}.");
        if (summary is not null)
        {
            reporter.Table(GradeSummary.Header, GradeSummary.Of(summary));
            return 0;
        }

        return files.Length > 0 ? Grade(result) : Write(result, table, noise);
    }

    private int Write(ParseResult result, string? table, string? noise)
    {
        int steps = result.GetValue(GradeOptions.StepsMax) ?? 50;
        ulong seed = result.GetValue(GradeOptions.Seed) ?? 0;
        if (table is not null)
        {
            var questions = GradeTable.Of(steps, seed);
            double[] values = [.. Enumerable.Range(0, questions.Count).SelectMany(questions.Row)];
            NumberFile.Write("--table", table, GradeTable.Columns, [questions.Count, GradeTable.Columns.Count], values);
            reporter.Say($"{questions.Count} questions, T = {steps}, seed {seed}: {table}");
        }

        if (noise is not null)
        {
            NumberFile.Write("--noise", noise, [], [steps + 1, CoupledGrade.Points, 2], [.. CoupledGrade.Noise(steps, seed).SelectMany(row => row)]);
            reporter.Say($"Noise of {CoupledGrade.Points} samples, T = {steps}, seed {seed}: {noise}");
        }

        return 0;
    }

    private int Grade(ParseResult result)
    {
        double? guidance = result.GetValue(GradeOptions.Guidance);
        NumberFile? predictions = Read(result, GradeOptions.Predictions), guided = Read(result, GradeOptions.Guided), samples = Read(result, GradeOptions.Samples);
        NumberFile? trajectory = Read(result, GradeOptions.Trajectory), coupled = Read(result, GradeOptions.Coupled), labels = Read(result, GradeOptions.Labels);
        if (guided is not null && guidance is null)
            throw new UsageException("--guided needs --guidance, the w that was asked for.");
        var asked = (predictions is null ? null : GradeFiles.TableOf(predictions)) ?? (guided is null ? null : GradeFiles.TableOf(guided));
        int steps = result.GetValue(GradeOptions.StepsMax) ?? asked?.T ?? 50;
        var table = GradeTable.Of(steps, result.GetValue(GradeOptions.Seed) ?? asked?.Seed ?? 0);

        // Everything is read before anything is graded, so that a bad file leaves no half of a report.
        double[]? noise = predictions is null ? null : GradeFiles.Predictions(predictions, table), guidedNoise = guided is null ? null : GradeFiles.Predictions(guided, table);
        var groups = samples is null ? null : GradeFiles.Samples(samples, guidance ?? 0);
        var paths = trajectory is null ? null : GradeFiles.Trajectories(trajectory, steps, guidance ?? 0);
        double[]? points = coupled is null ? null : GradeFiles.Coupled(coupled);
        var batches = labels is null ? null : GradeFiles.Labels(labels);
        var folder = new GradeFolder(result.GetValue(GradeOptions.Folder) ?? GradeOptions.DefaultFolder);

        List<Func<Evidence>> work = [];
        if (noise is not null)
            work.Add(() => PredictionGrade.Of(table, noise));
        if (guidedNoise is not null)
            work.Add(() => GuidanceGrade.Of(table, guidedNoise, noise, guidance!.Value));
        if (groups is not null)
            work.Add(() => SampleGrade.Of(steps, groups));
        if (paths is not null)
            work.Add(() => TrajectoryGrade.Of(steps, paths));
        if (points is not null)
            work.Add(() => CoupledGrade.Of(steps, table.Seed, points));
        if (batches is not null)
            work.Add(() => LabelGrade.Of(batches));
        List<Evidence> found = [];
        foreach (var grade in work)
        {
            cancellation.ThrowIfCancellationRequested();
            found.Add(grade());
        }

        var graded = new GradeResult(steps, found);
        GradeReport.Write(graded, table, folder);
        GradeReport.Say(graded, folder, reporter);
        return graded.IsRight ? 0 : GradeResult.WrongCode;
    }

    private static NumberFile? Read(ParseResult result, Option<string?> option) => result.GetValue(option) is { } path ? NumberFile.Read(option.Name, path) : null;
}
