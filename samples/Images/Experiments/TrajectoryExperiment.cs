using Diffusion.Figures;
using Diffusion.Generation;
using Diffusion.Images.Running;
using Diffusion.Sampling;

namespace Diffusion.Images.Experiments;

/// <summary>One generation by the full reverse process, and what the network predicts on the way.</summary>
internal sealed class TrajectoryExperiment : Experiment
{
    // The times that are shown, as shares of T.
    private static readonly double[] Stages = [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.325, 0.25, 0.175, 0.1, 0.05, 0.02, 0];

    public override string Title => "One generation";

    public override void Run(Study study)
    {
        var full = new Generator<float>(study.Model, study.Generator.Settings with { Sampler = "ddpm", Steps = null });
        int label = study.Labels[0];
        int[] times = [.. Stages.Select(share => (int)Math.Round(share * study.T)).Distinct()];
        var states = new Dictionary<int, PixelImage>();
        var predictions = new Dictionary<int, PixelImage>();
        _ = full.Watch(full.Noise(1), label, new ActionObserver<float>(step =>
        {
            int from = (int)Math.Round(step.From), to = (int)Math.Round(step.To);
            if (times.Contains(to))
                states[to] = step.Xt.ToImages()[0];
            if (step.PredictedX0 is { } x0 && times.Contains(from))
                predictions[from] = x0.ToImages()[0];
            if (to == 0)
                predictions[0] = step.Xt.ToImages()[0];
        }));
        string what = label < 0 ? $"an {study.Preset.Thing}" : $"a {study.Names[label]}";
        ImageTableFigure.Save(study.Output.Figure("trajectory"), new ImageTable(
            $"From noise to {what}: the state x\u209C and the {study.Preset.Thing} that the network expects",
            [$"{full.Settings.Describe()} T = {study.T}; t is the diffusion time, noise at t = {study.T} and the finished image at t = 0."],
            [[.. times.Select(t => predictions[t])], [.. times.Select(t => states[t])]],
            ["predicted x\u2080", "x\u209C"],
            [.. times.Select(t => $"t = {t}")]));
    }

    public override void Explain(Study study, HtmlReport report) => report
        .Paragraph($"The full reverse process of {study.T} steps. The state is noise for most of the way, but what the network expects behind it takes shape much earlier.")
        .Figure(study.Output.Figure("trajectory"), "The state x_t below, the predicted x_0 above it, at the same times.");
}
