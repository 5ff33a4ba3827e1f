using System.CommandLine;
using System.Diagnostics;
using Diffusion.Figures;
using Diffusion.Images.Experiments;

namespace Diffusion.Images.CommandLine;

/// <summary>Runs the experiments of a trained model, and gathers them into a report.</summary>
internal sealed class AllCommand(CommandContext context) : ImageCommand(context)
{
    public override string Name => "all";

    public override string Description => "Draw every figure from a trained model, and write report.html.";

    protected override IEnumerable<Option> Own => [.. Options.OfGeneration, Options.Classes, Options.Count];

    protected override void Run(ParseResult result)
    {
        long start = Stopwatch.GetTimestamp();
        var generator = MakeGenerator(result);
        int[] labels = Labels(result, generator);
        bool pretrained = Preset.Pretrained is not null && result.GetValue(Options.Model) is null;
        var study = new Study(Preset, generator, labels, MakeFolder(result), pretrained);
        var experiments = Preset.Experiments.Where(experiment => experiment.Applies(study)).ToList();
        foreach (var experiment in experiments)
        {
            Cancellation.ThrowIfCancellationRequested();
            Reporter.Say($"Drawing: {experiment.Title}.");
            experiment.Run(study);
        }

        var training = generator.Model.Training;
        long parameters = generator.Model.Network.Parameters.Sum(parameter => (long)parameter.Value.Length);
        var report = new HtmlReport(
            Preset.ReportTitle,
            $"A UNet of {parameters:N0} parameters, trained from nothing ({training.Iterations:N0} steps of {training.Batch} images, T = {study.T}, predicting {generator.Model.Objective.Parameterisation}), draws the {Preset.Thing}s {(study.Classes > 0 ? "that it is asked for" : "")}. {generator.Settings.Describe()}".Replace(" .", ".", StringComparison.Ordinal));
        for (int i = 0; i < experiments.Count; i++)
        {
            _ = report.Section($"{i + 1}. {experiments[i].Title}");
            experiments[i].Explain(study, report);
        }

        report.Save(study.Output.Report);
        Reporter.Say($"Report: {study.Output.Report} ({Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s)");
    }
}
