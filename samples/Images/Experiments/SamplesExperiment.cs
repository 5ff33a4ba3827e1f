using Diffusion.Figures;
using Diffusion.Images.Running;
using Diffusion.Sampling;

namespace Diffusion.Images.Experiments;

/// <summary>The images of the classes asked for, and how they emerge.</summary>
internal sealed class SamplesExperiment : Experiment
{
    private const int MostFrames = 60;

    public override string Title => "Samples";

    public override void Run(Study study)
    {
        var recorder = new TrajectoryRecorder<float>();
        var images = study.Generator.Watch(study.Generator.Noise(study.Labels.Length), study.Labels, recorder);
        SamplesFigure.Save(
            study.Output.Figure(study.Preset.SamplesFigure), $"Generated {study.Preset.Thing}s", images.ToImages(),
            [.. study.Labels.Where(label => label >= 0).Select(label => study.Names[label])], study.Generator.Settings.Describe());
        int every = Math.Max(1, recorder.States.Count / MostFrames);
        ImageAnimation.Save(study.Output.Animation, [.. recorder.States
            .Where((_, i) => i % every == 0 || i == recorder.States.Count - 1)
            .Select(state => new ImageFrame(state.Time, state.X.ToImages()))]);
        study.Output.WriteNumbers(images, study.Labels);
    }

    public override void Explain(Study study, HtmlReport report)
    {
        string thing = study.Preset.Thing;
        _ = report
            .Paragraph($"Each image begins as pure noise and is denoised step by step{(study.Classes > 0 ? $"; beside the grid is the {thing} that was asked for in each place" : "")}.")
            .Figure(study.Output.Figure(study.Preset.SamplesFigure), study.Classes > 0 ? $"Generated {thing}s, and what was asked for." : $"Generated {thing}s.")
            .Figure(study.Output.Animation, $"The same {thing}s emerging from noise.");
    }
}
