namespace Diffusion.TwoPixel.Study.Experiments;

/// <summary>What the data are.</summary>
internal sealed class GroundTruthExperiment() : StudyExperiment(DataSection, "ground-truth.png")
{
    public override void Draw(StudyRun study, IReadOnlyList<string> paths)
    {
        var data = study.Data;
        var (points, labels) = study.Truth();
        GroundTruthFigure.Save(paths[0], new GroundTruthData(
            data.Density(1), new PixelCloud(PixelTensors.Points(points), labels), [.. Enumerable.Range(0, data.LabelCount).Select(label => data.Class(label).Mean)]), study.Window);
    }

    public override void Write(HtmlReport report, StudyFindings findings, IReadOnlyList<string> paths) => report
        .Paragraph("An image has two pixels, so it is a point in the plane" + Data(findings))
        .Figure(paths[0], findings.Mixture is null
            ? "A histogram of the points, the points by class, and the mean of each class as an image."
            : $"The mixture's density, samples of it, and the {(findings.Own ? "first " : "two ")}peaks as the images that they are.");

    private static string Data(StudyFindings findings)
    {
        if (!findings.Own)
            return ", and the data are a mixture of two Gaussians: 35 % of the images have the left pixel darker (peak at (-0.35, 0.65), class 0), 65 % the right one (peak at (0.75, -0.45), class 1), each with standard deviation 0.1.";
        if (findings.Mixture is not { } mixture)
        {
            var set = findings.Data.Set!;
            return $": {set.Count:N0} points, {set.Classes} {(set.Classes == 1 ? "class" : "classes")}, {set.Labels.Span.Count(DenoiserArguments.NoLabel):N0} points without a label.";
        }

        // With many classes the first are drawn and measured one by one.
        return ", and the data are your own mixture of "
            + (mixture.LabelCount == 1 ? "one Gaussian: " : $"{mixture.LabelCount} Gaussians: ")
            + string.Join(", ", mixture.Components.Select((c, k) => FormattableString.Invariant($"class {k} at ({c.Left:0.###}, {c.Right:0.###}) with weight {c.Weight:0.###} and standard deviation {c.Sigma:0.####}")))
            + "."
            + (mixture.LabelCount > StudyRun.MostClasses ? $" Of guidance, the first {StudyRun.MostClasses} classes are drawn and measured." : "");
    }
}
