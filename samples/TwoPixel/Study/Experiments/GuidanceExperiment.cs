using Diffusion.Guidance;

namespace Diffusion.TwoPixel.Study.Experiments;

/// <summary>Whether a sample is of the class that was asked for, and how a label bends its way.</summary>
internal sealed class GuidanceExperiment() : StudyExperiment(GuidanceSection, "guidance.png")
{
    /// <summary>The most classes whose trajectories are drawn, and those of each.</summary>
    private const int MostPanels = 7, Paths = 6;

    public override bool AppliesTo(StudyData data) => data.LabelCount > 0;

    public override object? Measure(ModelRun model) => model.Study.Data.Mixture is not { } mixture ? null : new AccuracyNumbers(
        ByClass(model.Study.Classes.Select(label => (label, MixtureStatistics.Of(mixture, model.Guided(1, label)).Modes[label].Weight))));

    public override void Draw(StudyRun study, IReadOnlyList<string> paths)
    {
        var (model, data, random) = (study.Main, study.Data, study.FigureRandom);
        var start = Start.Draw<float>(random, [Paths, 2, 1]);
        int?[] asked = [null, .. Enumerable.Range(0, Math.Min(MostPanels, data.LabelCount))];
        var conditions = asked.Select(label => new GuidanceCondition(label, PixelTensors.Paths(
            new DdpmSampler<float>(), new ClassifierFreeGuidance<float>(model.Denoiser, label is null ? -1 : study.Configuration.Guidance), model.Schedule, start, label ?? DenoiserArguments.NoLabel, random)));
        GuidanceFigure.Save(paths[0], new GuidanceData(
            data.Density(1), [.. conditions], study.Configuration.Guidance, data.Set is null ? null : new PixelCloud(PixelTensors.Points(study.Truth().Points))), study.Window);
    }

    public override void Write(HtmlReport report, StudyFindings findings, IReadOnlyList<string> paths) => report
        .Paragraph(findings.Mixture is null ? Distances(findings) : Accuracy(findings.Of<AccuracyNumbers>().ClassAccuracy))
        .Figure(paths[0], $"The same starts and the same noise with no label{(findings.Own ? " and for each class" : ", y = 0 and y = 1")}, w = {findings.Configuration.Guidance}.");

    private static string Distances(StudyFindings findings) =>
        $"One network serves with and without a label: ε = (w + 1)·ε_y - w·ε_none. Samples for each class at w = 0 are from its points: {string.Join(", ", InOrder(findings.Of<DistanceNumbers>().ConditionalSwd!).Select((distance, label) => $"{F4(distance)} for class {label}"))}{(findings.Data.LabelCount > StudyRun.MostClasses ? $"; the first {StudyRun.MostClasses} classes are drawn and measured" : "")}.";

    private static string Accuracy(SortedDictionary<string, double> byClass) =>
        $"With classifier-free guidance (assignment eq. 18) one network serves with and without a label: ε = (w + 1)·ε_y - w·ε_none. Asked for {string.Join(" and ", Enumerable.Range(0, byClass.Count).Select(label => $"class {label}"))} at w = 1, {string.Join(" and ", InOrder(byClass).Select(share => Percent(share)))} of the samples end nearest to the peak that was asked for. From the same noise the label alone decides where a point goes.";
}

/// <summary>By class: the share of guided samples (w = 1) whose nearest peak is the one asked for.</summary>
internal sealed record AccuracyNumbers(SortedDictionary<string, double> ClassAccuracy);
