namespace Diffusion.TwoPixel.Study.Experiments;

/// <summary>The predicted noise beside the exact one, all over the plane.</summary>
internal sealed class NoiseFieldExperiment() : StudyExperiment("What the network has learned", "noise-field.png")
{
    /// <summary>The times that are drawn, as shares of T.</summary>
    private static readonly double[] Times = [0.1, 0.4, 0.7, 1];

    public override bool AppliesTo(StudyData data) => data.Mixture is not null;

    public override void Draw(StudyRun study, IReadOnlyList<string> paths)
    {
        var model = study.Main;
        var positions = PixelTensors.Of(NoiseFieldFigure.PositionsIn(study.Window));
        int[] times = [.. Times.Select(share => Math.Max(1, (int)Math.Round(share * model.T))).Distinct()];
        NoiseFieldFigure.Save(paths[0], [.. times.Select(t => new NoiseField(
            t, PixelTensors.Points(model.Denoiser.Predict(positions, [t]).Noise), PixelTensors.Points(model.Exact.Predict(positions, [t]).Noise),
            study.Data.Mixture!.At(model.Schedule.At(t)).Density))], study.Window);
    }

    public override void Write(HtmlReport report, StudyFindings findings, IReadOnlyList<string> paths) => report
        .Paragraph($"At every point of the plane the network says which noise it sees. The exact answer is known, so the two can be laid side by side. The error is largest where training data are rare, which costs little, because the reverse process rarely goes there; weighted by where data are, it is {F4(InOrder(findings.Of<NoiseNumbers>().NoiseRmse).First().Overall)} without a label.")
        .Figure(paths[0], "The predicted noise, the exact one, and the error, at four times.");
}
