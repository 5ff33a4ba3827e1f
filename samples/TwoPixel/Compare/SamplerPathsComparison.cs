namespace Diffusion.TwoPixel.Compare;

/// <summary>The ways of a few points with every sampler and the model on real times (with the learned variance: of that model).</summary>
internal sealed class SamplerPathsComparison() : Comparison(SamplerComparison.Section, "samplers-paths.png")
{
    private const int Cost = 20, Count = 5;

    public override void Draw(CompareRun run, IReadOnlyList<string> paths)
    {
        Predictor[] usual = Predictor.Usual(run);
        var (continuous, discrete) = (usual[1], usual[2]);
        var start = Start.Draw<float>(run.Random, [Count, 2, 1]);
        var panels = Samplers.All.Select(entry =>
        {
            var (predictor, cost) = Predictor.NeedsAllSteps(entry) ? (discrete, discrete.Schedule.T) : (continuous, Cost);
            var (sampler, evaluations) = predictor.WithCost(entry, cost)!.Value;
            return new SamplerPaths($"{entry.Title}, {evaluations}", PixelTensors.Paths(sampler, predictor.DenoiserFor(entry), predictor.Schedule, start, default, run.Random));
        });
        SamplerPathsFigure.Save(paths[0], [.. panels], run.Models.Mixture.At(1).Density,
            "After the name: network evaluations. The model on real times; with the learned variance, the model that has it, which takes every step.");
    }

    public override void Write(HtmlReport report, Measurements numbers, IReadOnlyList<string> paths) => report.Figure(
        paths[0], "From the same noise to the data. Deterministic solvers agree on the way and differ in how well they follow it; samplers that add noise lose their start.");
}
