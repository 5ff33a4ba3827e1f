using System.Text.Json.Serialization;

namespace Diffusion.TwoPixel.Study.Experiments;

/// <summary>How far from the data samples are, for each T.</summary>
internal sealed class TimestepsExperiment() : StudyExperiment("How many steps are enough?", "timesteps.png")
{
    public override int Rank => -3;

    public override string SectionOf(StudyFindings findings) => findings.Mixture is null ? SamplesSection : base.SectionOf(findings);

    public override object? Measure(ModelRun model)
    {
        var (distances, points, floor) = model.Study.Reference;
        return new DistanceNumbers(distances.Distance(model.Unconditional.Samples.Rows(0, points)), floor)
        {
            ConditionalSwd = model.Study.Data.Set is not { } set ? null : ByClass(model.Study.Classes.Select(label =>
            {
                var (known, samples) = (set.OfClass(label), model.Guided(0, label));
                return (label, SlicedWasserstein.To(known).Distance(samples.Rows(0, Math.Min(samples.Shape[0], known.Shape[0]))));
            })),
        };
    }

    public override void Draw(StudyRun study, IReadOnlyList<string> paths) => TimestepsFigure.Save(paths[0], new TimestepsData(
        [.. study.ByT.Select(model => new TimestepsPanel(
            model.T, new PixelCloud(PixelTensors.Points(model.Unconditional.Samples, StudyRun.PanelPoints)), model.Numbers.Of<DistanceNumbers>().Swd))],
        new PixelCloud(PixelTensors.Points(study.Truth().Points)), study.Data.Density(1), study.Reference.Floor), study.Window);

    public override void Write(HtmlReport report, StudyFindings findings, IReadOnlyList<string> paths)
    {
        string distances = findings.Each<DistanceNumbers>(numbers => F4(numbers.Swd));
        if (findings.Mixture is null)
        {
            _ = report
                .Paragraph($"The distance to the points is {distances}.")
                .Figure(paths[0], "Samples for each T and the data, on the same axes, with the sliced Wasserstein distance.");
            return;
        }

        var (best, worst) = (findings.ByT.MinBy(Swd)!, findings.ByT.MaxBy(Swd)!);
        _ = report
            .Paragraph($"One model was trained for each T. The distance to the data is {distances}: best with T = {best.Of<ModelNumbers>().T}, worst with T = {worst.Of<ModelNumbers>().T}. Points between the modes or far from {(findings.Own ? "all" : "both")}: {findings.Each<ModeNumbers>(modes => Percent(modes.OutlierShare))}.")
            .Paragraph("Few steps are large ones, and the true reverse kernel of a large step is no Gaussian: near the line between the modes it has two peaks, and a Gaussian puts points between them. This is a limit of the sampler; the exact predictor has it too (section 7).")
            .Figure(paths[0], "5,000 samples for each T and of the mixture, on the same axes, with the sliced Wasserstein distance of 50,000.");
    }

    private static double Swd(Measurements model) => model.Of<DistanceNumbers>().Swd;
}

/// <summary>Sliced Wasserstein distances over 50,000 points, or as many as half of the data are: of unconditional samples of the averaged weights, and of a second set of the data.</summary>
internal sealed record DistanceNumbers(double Swd, double SwdFloor)
{
    /// <summary>By class of points: conditional samples (w = 0), as many as the class has points, against its points.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SortedDictionary<string, double>? ConditionalSwd { get; init; }
}
