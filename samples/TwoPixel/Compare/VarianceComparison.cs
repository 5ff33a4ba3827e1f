using Diffusion.Figures;
using Diffusion.Metrics;
using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.TwoPixel.Compare;

/// <summary>The variance of the reverse step at each t: posterior, upper, optimal and learned, and what samples with each are worth.</summary>
internal sealed class VarianceComparison(CompareModels models, CompareSettings settings, RandomSource random, SlicedWasserstein reference)
{
    private const int PointsPerStep = 2000;

    private readonly OptimalVariance _optimal = OptimalVariance.For(models.Mixture, models.Learned.Schedule);

    /// <summary>Measures them.</summary>
    public VarianceMetrics Measure()
    {
        var schedule = models.Learned.Schedule;
        double[] posterior = new double[schedule.T], upper = new double[schedule.T], optimal = new double[schedule.T], learned = new double[schedule.T];
        for (int t = 1; t <= schedule.T; t++)
        {
            var step = schedule.PosteriorOf(t, t - 1);
            (posterior[t - 1], upper[t - 1]) = (step.Variance, step.Beta);
            optimal[t - 1] = _optimal.Of(step, t);
            learned[t - 1] = Learned(t);
        }

        return new VarianceMetrics(posterior, upper, optimal, learned, Distances());
    }

    /// <summary>Draws them.</summary>
    public static void Draw(string path, VarianceMetrics measured) => VarianceFigure.Save(
        path,
        [.. Enumerable.Range(1, measured.Upper.Length).Select(t => (double)t)],
        [new("upper", measured.Upper), new("posterior", measured.Posterior), new("optimal", measured.Optimal), new("learned", measured.Learned)],
        "upper");

    // The mean over noisy data of exp(f ln beta + (1 - f) ln beta~).
    private double Learned(int t)
    {
        var (schedule, mixture) = (models.Learned.Schedule, models.Mixture);
        var (x0, _) = mixture.Sample<float>(PointsPerStep, random.For(Purpose.Data).At(t));
        var x = schedule.QSample(x0, [(double)t], random.For(Purpose.Metrics).At(t).Normal<float>(x0.Shape));
        var fraction = models.Learned.Denoiser.Predict(x, [t]).VarianceFraction;
        var (low, high) = schedule.LogVarianceRange(t, t - 1);
        double sum = 0;
        foreach (float f in fraction.Span)
            sum += Math.Exp(low + (f * (high - low)));
        return sum / fraction.Length;
    }

    // The model with a learned variance, with each of the variances.
    private SortedDictionary<string, double> Distances()
    {
        var start = Start.Draw<float>(random, [settings.Points, 2, 1]);
        var distances = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var variance in Enum.GetValues<ReverseVariance>())
        {
            var sampler = new DdpmSampler<float> { Variance = variance, Optimal = _optimal };
            var points = sampler.Sample(models.Learned.Denoiser, models.Learned.Schedule, start, default, random);
            distances[variance.ToString().ToLowerInvariant()] = Compare.Distances.OrInfinity(reference, points);
        }

        return distances;
    }
}
