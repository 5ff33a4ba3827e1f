namespace Diffusion.TwoPixel.Study.Experiments;

/// <summary>The reverse process as a moving picture.</summary>
internal sealed class AnimationExperiment() : StudyExperiment(ReverseSection, "animation.webp")
{
    public override string SectionOf(StudyFindings findings) => findings.Mixture is null ? SamplesSection : base.SectionOf(findings);

    public override void Draw(StudyRun study, IReadOnlyList<string> paths) => DenoisingAnimation.Save(paths[0], new AnimationData(
        [.. study.Main.Unconditional.Steps.Select(step => new AnimationFrame(step.Time, PixelTensors.Points(step.Points)))], TrajectoryExperiment.FollowedPoint), study.Window);

    public override void Write(HtmlReport report, StudyFindings findings, IReadOnlyList<string> paths) =>
        report.Figure(paths[0], $"{(findings.Mixture is null ? "Points" : "5,000 points")} on their way from noise to data, and the trajectory of one of them.");
}
