using Diffusion.Likelihood;

namespace Diffusion.TwoPixel.Compare;

/// <summary>
/// The log-density of the flow of the model on real times beside the mixture's, both at the flow's first time: held-out points
/// are given that little noise, which is part of what both describe.
/// </summary>
internal sealed class LikelihoodComparison() : Comparison("likelihood", "likelihood.png")
{
    private const double Limit = 1.5;

    // 60 Runge-Kutta steps leave less than 0.001 nats of what 200 give.
    private readonly FlowLikelihood _likelihood = new() { Steps = 60 };
    private LikelihoodData? _grid;

    /// <summary>Measures held-out points, and a grid as fine as the points asked for allow.</summary>
    public override object? Measure(CompareRun run)
    {
        var (schedule, mixture, random, heldOut) = (run.Models.Continuous.Schedule, run.Models.Mixture, run.Random, run.Settings.HeldOut);
        var field = NetworkDivergence<float>.Exact(run.Models.Continuous.Denoiser);
        double start = _likelihood.TimesFor(schedule).Start;
        var truth = mixture.At(schedule.At(start));
        var (x0, _) = mixture.Sample<float>(heldOut, random.For(Purpose.Data).At(0));
        var points = schedule.QSample(x0, [start], random.For(Purpose.Metrics).At(0).Normal<float>(x0.Shape));
        double model = -_likelihood.LogDensity(field, schedule, points, default).Average(), own = 0;
        for (int i = 0; i < heldOut; i++)
            own -= truth.LogDensity(points[i, 0, 0], points[i, 1, 0]) / heldOut;

        int size = Math.Clamp((int)Math.Sqrt(heldOut), 10, 100);
        Pixels[] centres = [.. Enumerable.Range(0, size * size).Select(i => LikelihoodData.Centre(Limit, size, i))];
        double[] learned = _likelihood.LogDensity(field, schedule, PixelTensors.Of(centres), default), exact = [.. centres.Select(p => truth.LogDensity(p.Left, p.Right))];
        double error = learned.Zip(exact).Where(pair => pair.Second > Math.Log(LikelihoodFigure.LeastDensity)).Select(pair => Math.Abs(pair.First - pair.Second)).DefaultIfEmpty(0).Average();
        _grid = new LikelihoodData(Limit, size, learned, exact,
            string.Create(CultureInfo.InvariantCulture, $"Of x_t at t = {start / schedule.T}·T. Mean of −log p over {heldOut:N0} held-out points: {model:F4} nats with the model, {own:F4} with the mixture itself."));
        return new LikelihoodNumbers(new LikelihoodMetrics(
            heldOut, start, model, own, [FlowLikelihood.BitsPerDimension(-model, 2), FlowLikelihood.BitsPerDimension(-own, 2)], error));
    }

    public override void Draw(CompareRun run, IReadOnlyList<string> paths) => LikelihoodFigure.Save(paths[0], _grid ?? throw new InvalidOperationException("What is drawn is measured first."));

    public override IEnumerable<IReadOnlyList<string>> InShort(Measurements numbers)
    {
        var likelihood = numbers.Of<LikelihoodNumbers>().Likelihood;
        return [["-log p of held-out points, nats", F4(likelihood.ModelNll), $"the mixture itself: {F4(likelihood.MixtureNll)}"]];
    }

    public override void Write(HtmlReport report, Measurements numbers, IReadOnlyList<string> paths)
    {
        var likelihood = numbers.Of<LikelihoodNumbers>().Likelihood;
        _ = report
            .Paragraph($"The probability-flow ODE gives the model's density exactly; the divergence takes two backward passes. For {likelihood.HeldOut:N0} held-out points the mean of -log p is {F4(likelihood.ModelNll)} nats with the model on real times and {F4(likelihood.MixtureNll)} with the mixture itself: {F4(likelihood.ModelNll - likelihood.MixtureNll)} apart ({F4(likelihood.BitsPerDimension[0])} and {F4(likelihood.BitsPerDimension[1])} bits per dimension, which for real numbers may be negative). Over a grid where the density exceeds {LikelihoodFigure.LeastDensity} log p is off by {F4(likelihood.MeanAbsoluteError)} nats in the mean.")
            .Figure(paths[0], "Log-density of the model, of the data, and the difference.");
    }
}

/// <summary>What it adds to compare.json.</summary>
internal sealed record LikelihoodNumbers(LikelihoodMetrics Likelihood);

/// <summary>The likelihood of held-out points with the model on real times.</summary>
/// <param name="HeldOut">The number of points.</param>
/// <param name="StartTime">The time whose density is told, of T.</param>
/// <param name="ModelNll">The mean of -log p of the model.</param>
/// <param name="MixtureNll">That of the mixture itself at the same time.</param>
/// <param name="BitsPerDimension">The model's, and the mixture's.</param>
/// <param name="MeanAbsoluteError">Of log p over the grid where the density exceeds 1e-3.</param>
internal sealed record LikelihoodMetrics(int HeldOut, double StartTime, double ModelNll, double MixtureNll, double[] BitsPerDimension, double MeanAbsoluteError);
