namespace Diffusion.TwoPixel.Study.Experiments;

/// <summary>What the strength of guidance does to the samples.</summary>
internal sealed class GuidanceStrengthExperiment() : StudyExperiment(GuidanceSection, "guidance-strength.png")
{
    /// <summary>The strengths that are drawn, and those whose means are compared.</summary>
    private static readonly double[] Strengths = [0, 0.5, 1, 2, 4], ComparedStrengths = [0, 1, 4];

    public override bool AppliesTo(StudyData data) => data.LabelCount > 0;

    public override object? Measure(ModelRun model) => model.Study.Data.Mixture is null ? null : new GuidedMeanNumbers(ByClass(model.Study.Classes.Select(label =>
        (label, new SortedDictionary<string, double>(ComparedStrengths.ToDictionary(w => w.ToString(CultureInfo.InvariantCulture), w => MeanError(model, w, label)), StringComparer.Ordinal)))));

    public override void Draw(StudyRun study, IReadOnlyList<string> paths) => GuidanceStrengthFigure.Save(
        paths[0],
        [.. study.Classes.SelectMany(label => Strengths.Select(w => new GuidedSamples(w, label, PixelTensors.Points(study.Main.Guided(w, label), 2000))))],
        [.. study.Classes.Select(study.Data.Class).Select(known => new Figures.MixtureComponent(known.Mean, known.Sigma))],
        study.Data.Mixture is not null);

    public override void Write(HtmlReport report, StudyFindings findings, IReadOnlyList<string> paths)
    {
        if (findings.Mixture is not null)
        {
            string errors = string.Join("; ", findings.Of<GuidedMeanNumbers>().GuidedMeanError.Select(byClass =>
                $"class {byClass.Key}: " + string.Join(", ", byClass.Value.Select(byW => $"{F4(byW.Value)} at w = {byW.Key}"))));
            _ = report.Paragraph($"Guidance does not sample the data's own classes more purely: larger w pushes the samples outward and draws them together, and the exact predictor under the same guidance does the same. The means of 5,000 guided samples of network and exact predictor differ by: {errors}.");
        }

        _ = report.Figure(paths[0], $"Samples for each class at w from 0 to 4 around the {(findings.Mixture is null ? "mean of the class's points" : "exact component")} (circles of two standard deviations).");
    }

    private static double MeanError(ModelRun model, double w, int label)
    {
        static Pixels Mean(Tensor<float> samples) => PixelTensors.Mean(PixelTensors.Points(samples));
        var off = Mean(model.Guided(w, label)) - Mean(model.Guide(model.Exact, w, label));
        return double.Hypot(off.Left, off.Right);
    }
}

/// <summary>By class, then by w: how far apart the means of the network's and the exact predictor's guided samples are.</summary>
internal sealed record GuidedMeanNumbers(SortedDictionary<string, SortedDictionary<string, double>> GuidedMeanError);
