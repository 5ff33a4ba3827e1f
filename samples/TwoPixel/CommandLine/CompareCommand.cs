using System.CommandLine;
using System.Diagnostics;
using Diffusion.TwoPixel.Compare;

namespace Diffusion.TwoPixel.CommandLine;

/// <summary>The command compare: finds or trains the study's model, runs the comparison, and adds it to the report of the folder.</summary>
internal sealed class CompareCommand(IReporter reporter, CancellationToken cancellation)
{
    public int Run(ParseResult result)
    {
        long start = Stopwatch.GetTimestamp();
        SampleProgram.SetThreads(result.GetValue(StudyOptions.Threads));
        string path = result.GetValue(StudyOptions.Folder) ?? StudyOptions.DefaultFolder;
        var configuration = Configuration(result, path);
        var output = new StudyFolder(path);
        using var held = new FolderLock(output.Path);
        var report = ReportOf(output);
        var discrete = Discrete(configuration, output);
        var settings = new CompareSettings(configuration, result.GetValue(StudyOptions.Points) ?? CompareSettings.DefaultPoints);
        var models = new CompareTraining(settings, output, reporter, cancellation).Run(discrete);
        var compared = new CompareRun(models, settings, reporter, cancellation).Run(output, start);
        report?.Write();
        reporter.Table(CompareReport.SummaryHeader, compared.SummaryRows);
        reporter.Say($"Report: {output.CompareReport} ({Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s)");
        return 0;
    }

    // What the command line says, then --config, then the folder's own configuration.
    private static RunConfiguration Configuration(ParseResult result, string path)
    {
        string saved = Path.Combine(path, "config.json");
        return result.GetValue(StudyOptions.Config) is null && File.Exists(saved)
            ? StudyOptions.Configuration(result, RunConfiguration.Load(saved))
            : StudyOptions.Configuration(result);
    }

    private Model<float> Discrete(RunConfiguration configuration, StudyFolder output)
    {
        string path = output.Model(CompareSettings.DiscreteT);
        if (File.Exists(path))
            return ModelData.Load(path);
        if (!File.Exists(output.Configuration))
            OutputFolder.WriteText(output.Configuration, (configuration with { Timesteps = [CompareSettings.DiscreteT] }).ToJson());
        return new ModelTraining(configuration, output, reporter).Train(CompareSettings.DiscreteT, resume: false, cancellation).Model;
    }

    // The report is written again from the metrics beside it, now that the comparison is there; what is wrong with them is found before that takes minutes.
    private static StudyReport? ReportOf(StudyFolder output)
    {
        if (!File.Exists(output.Report) || !File.Exists(output.Metrics) || !File.Exists(output.Configuration))
            return null;
        var configuration = RunConfiguration.Load(output.Configuration);
        return new StudyReport(configuration, MetricsDocument.Load(output.Metrics, configuration.Timesteps), output);
    }
}
