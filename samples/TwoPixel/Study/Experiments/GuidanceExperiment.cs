using Diffusion.Guidance;

namespace Diffusion.TwoPixel.Study.Experiments;

/// <summary>Whether a sample is of the class that was asked for, and how a label bends its way.</summary>
internal sealed class GuidanceExperiment() : StudyExperiment(GuidanceSection, "guidance.png")
{
    /// <summary>The most classes whose trajectories are drawn, and those of each.</summary>
    private const int MostLabels = GuidanceFigure.MostLabels, Paths = 6;

    public override bool AppliesTo(StudyData data) => data.LabelCount > 0;

    public override object? Measure(ModelRun model) => model.Study.Data.Mixture is not { } mixture ? null : new AccuracyNumbers(
        ByClass(model.Study.Classes.Select(label => (label, MixtureStatistics.Of(mixture, model.Guided(1, label)).Modes[label].Weight))));

    public override void Draw(StudyRun study, IReadOnlyList<string> paths)
    {
        var (model, data, random) = (study.Main, study.Data, study.FigureRandom);
        var start = Start.Draw<float>(random, [Paths, 2, 1]);
        int?[] asked = [null, .. Enumerable.Range(0, Math.Min(MostLabels, data.LabelCount))];

        // Without noise from one step before the end: at t = T the noise is nearly all there is, and errors are magnified most.
        var settings = model.T == 1 ? new SamplerSettings() : new SamplerSettings { Steps = model.T - 1, StartTime = model.T - 1 };
        var conditions = asked.Select(label =>
        {
            var denoiser = new ClassifierFreeGuidance<float>(model.Denoiser, label is null ? -1 : study.Configuration.Guidance);
            Trajectory[] Ways(ISampler<float> sampler, int count) => PixelTensors.Paths(sampler, denoiser, model.Schedule, start.Rows(0, count), label ?? DenoiserArguments.NoLabel, random);
            return new GuidanceCondition(label, Ways(new DdimSampler<float>(settings), Paths), Ways(new DdpmSampler<float>(), 1)[0]);
        });
        GuidanceFigure.Save(paths[0], new GuidanceData(
            data.Density(1), [.. conditions], study.Configuration.Guidance, data.Set is null ? null : new PixelCloud(PixelTensors.Points(study.Truth().Points))), study.Window);
    }

    public override void Write(HtmlReport report, StudyFindings findings, IReadOnlyList<string> paths) => report
        .Paragraph(findings.Mixture is null ? Distances(findings) : Accuracy(findings.Of<AccuracyNumbers>().ClassAccuracy))
        .Figure(paths[0], $"The ways of one start with no label{(findings.Own ? " and for each class" : ", y = 0 and y = 1")}, w = {findings.Configuration.Guidance}: thick without noise, thin with the same noise for each; small, of six starts.");

    private static string Distances(StudyFindings findings) =>
        $"One network serves with and without a label: ε = (w + 1)·ε_y - w·ε_none. Samples for each class at w = 0 are from its points: {string.Join(", ", InOrder(findings.Of<DistanceNumbers>().ConditionalSwd!).Select((distance, label) => $"{F4(distance)} for class {label}"))}{(findings.Data.LabelCount > StudyRun.MostClasses ? $"; the first {StudyRun.MostClasses} classes are drawn and measured" : "")}.";

    private static string Accuracy(SortedDictionary<string, double> byClass) =>
        $"With classifier-free guidance (assignment eq. 18) one network serves with and without a label: ε = (w + 1)·ε_y - w·ε_none. Asked for {string.Join(" and ", Enumerable.Range(0, byClass.Count).Select(label => $"class {label}"))} at w = 1, {string.Join(" and ", InOrder(byClass).Select(share => Percent(share)))} of the samples end nearest to the peak that was asked for. From the same noise the label alone decides where a point goes.";
}

/// <summary>By class: the share of guided samples (w = 1) whose nearest peak is the one asked for.</summary>
internal sealed record AccuracyNumbers(SortedDictionary<string, double> ClassAccuracy);
