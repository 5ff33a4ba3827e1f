namespace Diffusion.TwoPixel.Study.Experiments;

/// <summary>How noise takes the data away.</summary>
internal sealed class ForwardExperiment() : StudyExperiment(DataSection, "forward.png")
{
    public override void Draw(StudyRun study, IReadOnlyList<string> paths)
    {
        var schedule = study.Main.Schedule;
        var (x0, labels) = study.Truth();
        var noise = study.FigureRandom.For(Purpose.Noise).At(0).Normal<float>(x0.Shape);
        ForwardFigure.Save(paths[0], [.. UnconditionalRun.StagesOf(schedule.T).Reverse().Select(t =>
            new ForwardStage(t, schedule.At(t).A, new PixelCloud(PixelTensors.Points(schedule.QSample(x0, [(double)t], noise)), labels), study.Data.Density(schedule.At(t).A)))], study.Window);
    }

    public override void Write(HtmlReport report, StudyFindings findings, IReadOnlyList<string> paths)
    {
        bool exact = findings.Mixture is not null;
        _ = report
            .Paragraph("The forward process shrinks an image and adds noise, x_t = √ᾱ_t·x_0 + √(1 - ᾱ_t)·ε."
                + (exact ? $" With the {findings.Configuration.Schedule.ToString().ToLowerInvariant()} schedule the {(findings.Own ? "" : "two ")}modes are apart at first, melt together, and at t = {findings.T} nothing is left of them." : ""))
            .Figure(paths[0], $"q(x_t) from data to noise{(exact ? ": samples, and contours of the exact density" : "")}, for T = {findings.T}.");
    }
}
