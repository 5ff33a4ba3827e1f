using Diffusion.Data;
using Diffusion.Figures;
using Diffusion.Metrics;
using Diffusion.Models;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.TwoPixel.Study;

namespace Diffusion.TwoPixel.Compare;

/// <summary>A predictor that samplers run with.</summary>
/// <param name="Name">Its name in compare.json.</param>
/// <param name="Title">Its title in the figure.</param>
/// <param name="Denoiser">The predictor.</param>
/// <param name="Schedule">Its schedule.</param>
/// <param name="WholeTimes">Whether it knows whole times only.</param>
internal sealed record Predictor(string Name, string Title, IDenoiser<float> Denoiser, NoiseSchedule Schedule, bool WholeTimes);

/// <summary>Every sampler of the registry at several costs, with exact predictors and with trained ones; all from the same noise.</summary>
internal sealed class SamplerComparison
{
    /// <summary>The costs of which the samplers spend as much as they can.</summary>
    public static readonly int[] Costs = [5, 10, 20, 50];

    /// <summary>The cost of the paths, and their number.</summary>
    private const int PathCost = 20, PathCount = 5;

    private readonly CompareModels _models;
    private readonly CompareSettings _settings;
    private readonly RandomSource _random;
    private readonly SlicedWasserstein _reference;
    private readonly Dictionary<NoiseSchedule, OptimalVariance> _optimal = [];
    private readonly IReadOnlyList<Predictor> _usual, _otherPaths;

    public SamplerComparison(CompareModels models, CompareSettings settings, RandomSource random, SlicedWasserstein reference)
    {
        (_models, _settings, _random, _reference) = (models, settings, random, reference);
        var schedule = models.Continuous.Schedule;
        _usual =
        [
            new("exact", $"exact predictor, T = {schedule.T}", new ExactDenoiser<float>(models.Mixture, schedule), schedule, WholeTimes: false),
            new("continuous", $"trained on real times, T = {schedule.T}", models.Continuous.Denoiser, schedule, WholeTimes: false),
            new("discrete", $"trained on whole times, T = {models.Discrete.Schedule.T}", models.Discrete.Denoiser, models.Discrete.Schedule, WholeTimes: true),
        ];
        _otherPaths = [.. OfPath("flow", "straight line", models.Flow), .. OfPath("edm", "variance exploding", models.Edm)];

        IEnumerable<Predictor> OfPath(string name, string path, Model<float> model) =>
        [
            new($"exact {name}", $"{path}, exact predictor", new ExactDenoiser<float>(models.Mixture, model.Schedule), model.Schedule, WholeTimes: false),
            new(name, $"{path}, trained ({model.Objective.Name})", model.Denoiser, model.Schedule, WholeTimes: false),
        ];
    }

    /// <summary>The parts of the work, of which progress is told.</summary>
    public int Parts => (_usual.Count + _otherPaths.Count) * Samplers.All.Length;

    /// <summary>Measures all of them on the way that preserves variance, and on the straight line of flow matching and the variance exploding one of EDM.</summary>
    public (List<PredictorMetrics> Usual, List<PredictorMetrics> OtherPaths) Measure(Action<int> progress, CancellationToken cancellation)
    {
        int done = 0;
        return (Measure(_usual, () => progress(++done), cancellation), Measure(_otherPaths, () => progress(++done), cancellation));
    }

    private List<PredictorMetrics> Measure(IReadOnlyList<Predictor> predictors, Action progress, CancellationToken cancellation)
    {
        var result = new List<PredictorMetrics>();
        foreach (var predictor in predictors)
        {
            var runs = new List<SamplerMetrics>();
            foreach (var entry in Samplers.All)
            {
                foreach (var (sampler, evaluations) in RunsOf(entry, predictor))
                {
                    cancellation.ThrowIfCancellationRequested();
                    var start = Start.Draw<float>(_random, [_settings.Points, 2, 1], predictor.Schedule, sampler.TimesFor(predictor.Schedule)[0]);
                    var points = sampler.Sample(DenoiserFor(entry, predictor), predictor.Schedule, start, default, _random);
                    runs.Add(new SamplerMetrics(entry.Name, evaluations, Distances.OrInfinity(_reference, points)));
                }

                progress();
            }

            result.Add(new PredictorMetrics(predictor.Name, predictor.Schedule.T, runs));
        }

        return result;
    }

    /// <summary>Draws what was measured on the way that preserves variance.</summary>
    public void Draw(string path, IReadOnlyList<PredictorMetrics> measured, double floor) => Draw(path, _usual, measured, floor);

    /// <summary>Draws what was measured on the other ways.</summary>
    public void DrawOtherPaths(string path, IReadOnlyList<PredictorMetrics> measured, double floor) => Draw(path, _otherPaths, measured, floor);

    private void Draw(string path, IReadOnlyList<Predictor> predictors, IReadOnlyList<PredictorMetrics> measured, double floor) => SamplersFigure.Save(path, new SamplersData(
        [.. predictors.Zip(measured, (predictor, metrics) => new SamplersPanel(
            predictor.Title,
            [.. metrics.Runs.GroupBy(run => run.Sampler).Select(runs => new SamplerCurve(
                Samplers.Find(runs.Key).Title, [.. runs.Select(run => (double)run.Evaluations)], [.. runs.Select(run => run.Swd)]))]))],
        floor,
        _settings.Points));

    /// <summary>Draws the ways of a few points with the model on real times (with the learned variance: of that model).</summary>
    public void DrawPaths(string path)
    {
        var (continuous, discrete) = (_usual[1], _usual[2]);
        var start = Start.Draw<float>(_random, [PathCount, 2, 1]);
        var panels = new List<SamplerPaths>();
        foreach (var entry in Samplers.All)
        {
            var predictor = NeedsAllSteps(entry) ? discrete : continuous;
            int cost = NeedsAllSteps(entry) ? discrete.Schedule.T : PathCost;
            var (sampler, evaluations) = RunOf(entry, predictor, cost)!.Value;
            var recorder = new TrajectoryRecorder<float>();
            _ = sampler.Sample(DenoiserFor(entry, predictor), predictor.Schedule, start, default, _random, recorder);
            double[] times = [.. recorder.States.Select(state => state.Time)];
            panels.Add(new SamplerPaths(
                $"{entry.Title}, {evaluations}",
                [.. Enumerable.Range(0, PathCount).Select(i => new Trajectory([.. recorder.States.Select(state => StudyFigures.Points(state.X)[i])], times))]));
        }

        SamplerPathsFigure.Save(path, panels, _models.Mixture.At(1).Density,
            "After the name: network evaluations. The model on real times; with the learned variance, the model that has it, which takes every step.");
    }

    private static bool NeedsAllSteps(SamplerEntry entry) => entry.Name == "ddpm-learned";

    // The learned variance is one of every whole step, with the model that has learned it.
    private IDenoiser<float> DenoiserFor(SamplerEntry entry, Predictor predictor) => NeedsAllSteps(entry) ? _models.Learned.Denoiser : predictor.Denoiser;

    private IEnumerable<(ISampler<float> Sampler, int Evaluations)> RunsOf(SamplerEntry entry, Predictor predictor)
    {
        if (NeedsAllSteps(entry))
        {
            if (predictor.WholeTimes)
                yield return RunOf(entry, predictor, predictor.Schedule.T)!.Value;
            yield break;
        }

        int last = 0;
        foreach (int cost in Costs)
        {
            if (RunOf(entry, predictor, cost) is not { } run || run.Evaluations == last)
                continue;
            last = run.Evaluations;
            yield return run;
        }
    }

    // The most steps that cost no more; null if the first one does.
    private (ISampler<float> Sampler, int Evaluations)? RunOf(SamplerEntry entry, Predictor predictor, int cost)
    {
        var shared = SettingsFor(entry, predictor);
        int most = Math.Min(cost, (int)(shared.StartTime ?? predictor.Schedule.T));
        for (int steps = most; steps >= 1; steps--)
        {
            var sampler = Make(entry, predictor, shared with { Steps = steps });
            int evaluations = sampler.EvaluationsFor(predictor.Schedule);
            if (evaluations <= cost)
                return (sampler, evaluations);
        }

        return null;
    }

    // The optimal variance is the one that needs more than settings.
    private ISampler<float> Make(SamplerEntry entry, Predictor predictor, SamplerSettings shared)
    {
        if (entry.Name != "ddpm-optimal")
            return entry.Create<float>(shared);
        if (!_optimal.TryGetValue(predictor.Schedule, out var table))
            _optimal[predictor.Schedule] = table = OptimalVariance.For(_models.Mixture, predictor.Schedule);
        return new DdpmSampler<float>(shared) { Variance = ReverseVariance.Optimal, Optimal = table, NoiseAtLastStep = true };
    }

    private static SamplerSettings SettingsFor(SamplerEntry entry, Predictor predictor)
    {
        // With T = 1000 the noise of a network at t = T is magnified 20,000 times in x_0: none starts there, as solvers do not.
        double? calm = predictor.Name == "continuous" ? new DeisSampler<float>().TimesFor(predictor.Schedule)[0] : null;
        if (entry.Name == "ddpm-optimal")
            return new SamplerSettings { IntegerTimes = true, StartTime = calm };
        if (!predictor.WholeTimes)
            return new SamplerSettings { StartTime = calm };

        // Solvers that do not start at T, where the schedule is too steep for them, start at the last whole time before.
        double first = entry.Create<float>(null).TimesFor(predictor.Schedule)[0];
        return new SamplerSettings { IntegerTimes = true, StartTime = first < predictor.Schedule.T ? Math.Max(1, Math.Floor(first)) : null };
    }
}

/// <summary>Distances of samples that may have diverged.</summary>
internal static class Distances
{
    /// <summary>The distance; infinite where a point is no longer a number.</summary>
    public static double OrInfinity(SlicedWasserstein reference, Tensor<float> points)
    {
        foreach (float value in points.Span)
        {
            if (!float.IsFinite(value))
                return double.PositiveInfinity;
        }

        return reference.Distance(points);
    }
}
