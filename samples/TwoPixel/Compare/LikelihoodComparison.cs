using Diffusion.Figures;
using Diffusion.Likelihood;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.TwoPixel.Compare;

/// <summary>
/// The log-density of the flow of the model on real times beside the mixture's, both at the flow's first time: held-out points
/// are given that little noise, which is part of what both describe.
/// </summary>
internal sealed class LikelihoodComparison(CompareModels models, CompareSettings settings, RandomSource random)
{
    private const double Limit = 1.5;

    // 60 Runge-Kutta steps leave less than 0.001 nats of what 200 give.
    private readonly FlowLikelihood _likelihood = new() { Steps = 60 };
    private readonly NetworkDivergence<float> _field = NetworkDivergence<float>.Exact(models.Continuous.Denoiser);
    private LikelihoodData? _grid;

    // A grid as fine as the points asked for allow.
    private int Size => Math.Clamp((int)Math.Sqrt(settings.HeldOut), 10, 100);

    /// <summary>Measures held-out points and a grid.</summary>
    public LikelihoodMetrics Measure()
    {
        var (schedule, mixture) = (models.Continuous.Schedule, models.Mixture);
        double start = _likelihood.TimesFor(schedule).Start;
        var truth = mixture.At(schedule.At(start));
        var (x0, _) = mixture.Sample<float>(settings.HeldOut, random.For(Purpose.Data).At(0));
        var points = schedule.QSample(x0, [start], random.For(Purpose.Metrics).At(0).Normal<float>(x0.Shape));
        double model = -_likelihood.LogDensity(_field, schedule, points, default).Average(), own = 0;
        for (int i = 0; i < settings.HeldOut; i++)
            own -= truth.LogDensity(points[i, 0, 0], points[i, 1, 0]) / settings.HeldOut;

        Pixels[] centres = [.. Enumerable.Range(0, Size * Size).Select(i => LikelihoodData.Centre(Limit, Size, i))];
        var cells = Tensor<float>.From([centres.Length, 2, 1], [.. centres.SelectMany(p => new[] { (float)p.Left, (float)p.Right })]);
        double[] learned = _likelihood.LogDensity(_field, schedule, cells, default), exact = [.. centres.Select(p => truth.LogDensity(p.Left, p.Right))];
        double error = learned.Zip(exact).Where(pair => pair.Second > Math.Log(LikelihoodFigure.LeastDensity)).Select(pair => Math.Abs(pair.First - pair.Second)).DefaultIfEmpty(0).Average();
        _grid = new LikelihoodData(Limit, Size, learned, exact,
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Of x_t at t = {start / schedule.T}·T. Mean of −log p over {settings.HeldOut:N0} held-out points: {model:F4} nats with the model, {own:F4} with the mixture itself."));
        return new LikelihoodMetrics(
            settings.HeldOut, start, model, own, [FlowLikelihood.BitsPerDimension(-model, 2), FlowLikelihood.BitsPerDimension(-own, 2)], error);
    }

    /// <summary>Draws the grid.</summary>
    public void Draw(string path) => LikelihoodFigure.Save(path, _grid ?? throw new InvalidOperationException("What is drawn is measured first."));
}
