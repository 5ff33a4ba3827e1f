using Diffusion.Data;
using Diffusion.Guidance;
using Diffusion.Metrics;
using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.TwoPixel.Study;

/// <summary>The states of one unconditional run: all points at some times, and the first few at every time.</summary>
internal sealed class UnconditionalRun : ISampleObserver<float>
{
    /// <summary>How many points are followed through every step.</summary>
    public const int Followed = 5000;

    private readonly HashSet<int> _wholeAt;

    public UnconditionalRun(IEnumerable<int> wholeAt) => _wholeAt = [.. wholeAt];

    public Dictionary<int, Tensor<float>> Whole { get; } = [];

    public List<(double Time, Tensor<float> Points)> Steps { get; } = [];

    public void OnStep(in SampleStep<float> step)
    {
        Steps.Add((step.To, step.Xt.Rows(0, Math.Min(Followed, step.Xt.Shape[0])).Clone()));
        if (_wholeAt.Contains((int)step.To))
            Whole[(int)step.To] = step.Xt.Clone();
    }
}

/// <summary>What the evaluation of a model gives: its metrics, and the samples that the figures show.</summary>
internal sealed record EvaluatedModel(
    TrainedModel Trained,
    ModelMetrics Metrics,
    Tensor<float> Samples,
    UnconditionalRun Run,
    IReadOnlyDictionary<(double W, int Label), Tensor<float>> Guided);

/// <summary>Measures a model against the exact mixture, or against points where the data are that. Everything compared is coupled: same start, same noise, same reference points.</summary>
/// <remarks>Several threads may measure models at once.</remarks>
internal sealed class Evaluation
{
    /// <summary>The points of every distance.</summary>
    public const int Points = 50_000;

    /// <summary>The points of a guided run.</summary>
    public const int GuidedPoints = 5000;

    /// <summary>The strengths that the figures show; the means are compared at 0, 1 and 4.</summary>
    public static readonly double[] Strengths = [0, 0.5, 1, 2, 4];

    private static readonly double[] ComparedStrengths = [0, 1, 4];

    private readonly RandomSource _random;
    private readonly DdpmSampler<float> _sampler = new();
    private readonly StudyData _data;
    private readonly Lazy<(SlicedWasserstein Distances, int Points, double Floor)> _reference;

    public Evaluation(ulong seed, StudyData data)
    {
        _random = new RandomSource(seed).Derive(1);
        _data = data;
        _reference = new(Reference);
    }

    /// <summary>Measures a model.</summary>
    /// <param name="trained">The model.</param>
    /// <param name="wholeAt">The times at which the figures want all points.</param>
    /// <param name="allStrengths">Whether the figures want guided samples at every strength.</param>
    public EvaluatedModel Evaluate(TrainedModel trained, IEnumerable<int> wholeAt, bool allStrengths) =>
        _data.Mixture is { } mixture ? Evaluate(trained, mixture, wholeAt, allStrengths) : EvaluatePoints(trained, wholeAt, allStrengths);

    /// <summary>The classes whose samples are drawn and measured: all, but no more than a figure can tell apart.</summary>
    public static int MeasuredClasses(StudyData data) => Math.Min(data.LabelCount, MostClasses);

    /// <summary>The most classes that are drawn and measured one by one.</summary>
    public const int MostClasses = 8;

    private EvaluatedModel Evaluate(TrainedModel trained, GaussianMixture mixture, IEnumerable<int> wholeAt, bool allStrengths)
    {
        var (network, schedule) = (trained.Model.Denoiser, trained.Model.Schedule);
        var exact = new ExactDenoiser<float>(mixture, schedule);
        var optimal = OptimalVariance.For(mixture, schedule);
        var (reference, referencePoints, floor) = _reference.Value;

        var start = Start.Draw<float>(_random, [Points, 2, 1]);
        var run = new UnconditionalRun(wholeAt);
        var samples = _sampler.Sample(network, schedule, start, default, _random, run);
        Tensor<float> Exactly(DdpmSampler<float> sampler) => sampler.Sample(exact, schedule, start, default, _random);
        var exactPosterior = Exactly(new());
        var exactUpper = Exactly(new() { Variance = ReverseVariance.Upper });
        var exactOptimal = Exactly(new() { Variance = ReverseVariance.Optimal, Optimal = optimal });
        var exactOptimalLast = Exactly(new() { Variance = ReverseVariance.Optimal, Optimal = optimal, NoiseAtLastStep = true });

        var modes = MixtureStatistics.Of(mixture, samples);
        var exactModes = MixtureStatistics.Of(mixture, exactPosterior);
        var optimalModes = MixtureStatistics.Of(mixture, exactOptimalLast);
        var errors = NoiseError.Measure(network, mixture, schedule, _random);
        var ratios = LossRatio.Measure(network, mixture, schedule, _random);
        var (guided, accuracy, meanError) = Guide(trained, mixture, exact, allStrengths);

        var metrics = new MixtureMetrics
        {
            T = schedule.T,
            Iterations = trained.Model.Training.Iterations,
            FinalLoss = FinalLoss(trained),
            Swd = reference.Distance(samples),
            SwdFloor = floor,
            SwdExactDenoiser = reference.Distance(exactPosterior),
            SwdOptimalVariance = reference.Distance(exactOptimal),
            SwdOptimalVarianceNoiseAtLastStep = reference.Distance(exactOptimalLast),
            SwdUpperVariance = reference.Distance(exactUpper),
            ModeWeights = [.. modes.Modes.Select(mode => mode.Weight)],
            ModeMeans = [.. modes.Modes.Select(mode => new[] { mode.Left, mode.Right })],
            ModeStandardDeviations = [.. modes.Modes.Select(mode => mode.StandardDeviation)],
            ModeStandardDeviationsExactDenoiser = [.. exactModes.Modes.Select(mode => mode.StandardDeviation)],
            ModeStandardDeviationsOptimalVarianceNoiseAtLastStep = [.. optimalModes.Modes.Select(mode => mode.StandardDeviation)],
            OutlierShare = modes.OutlierShare,
            OutlierShareExactDenoiser = exactModes.OutlierShare,
            NoiseRmse = ByClass(errors.Select(error => (error.Label, new NoiseRmse(error.Overall, [.. error.PerStep.Skip(1)])))),
            LossRatio = ByClass(ratios.Select(ratio => (ratio.Label, ratio.Ratio))),
            ClassAccuracy = ByClass(accuracy),
            GuidedMeanError = ByClass(meanError),
        };
        return new EvaluatedModel(trained, metrics, samples, run, guided);
    }

    private EvaluatedModel EvaluatePoints(TrainedModel trained, IEnumerable<int> wholeAt, bool allStrengths)
    {
        var (network, schedule) = (trained.Model.Denoiser, trained.Model.Schedule);
        var (reference, referencePoints, floor) = _reference.Value;
        var run = new UnconditionalRun(wholeAt);
        var samples = _sampler.Sample(network, schedule, Start.Draw<float>(_random, [Points, 2, 1]), default, _random, run);

        var start = Start.Draw<float>(_random, [GuidedPoints, 2, 1]);
        var guided = new Dictionary<(double, int), Tensor<float>>();
        var distances = new List<(int, double)>();
        for (int label = 0; label < MeasuredClasses(_data); label++)
        {
            foreach (double w in allStrengths ? Strengths : [0])
                guided[(w, label)] = _sampler.Sample(new ClassifierFreeGuidance<float>(network, w), schedule, start, label, _random);
            var points = _data.Set!.OfClass(label);
            var conditional = guided[(0, label)];
            distances.Add((label, SlicedWasserstein.To(points).Distance(conditional.Rows(0, Math.Min(conditional.Shape[0], points.Shape[0])))));
        }

        return new EvaluatedModel(trained, new PointsMetrics
        {
            T = schedule.T,
            Iterations = trained.Model.Training.Iterations,
            FinalLoss = FinalLoss(trained),
            Swd = reference.Distance(samples.Rows(0, referencePoints)),
            SwdFloor = floor,
            ConditionalSwd = ByClass(distances),
        }, samples, run, guided);
    }

    private static double FinalLoss(TrainedModel trained)
    {
        var history = trained.History.Losses;
        return history.Count == 0 ? 0 : history.Skip(Math.Max(0, history.Count - 200)).Average(loss => (double)loss);
    }

    /// <summary>Fresh points of a mixture, others than any reference; or points of the data.</summary>
    public (Tensor<float> Points, int[] Labels) Truth(int count) => _data.Sample(count, _random.For(Purpose.Data).At(2));

    private (Dictionary<(double, int), Tensor<float>>, List<(int, double)>, List<(int, SortedDictionary<string, double>)>) Guide(
        TrainedModel trained, GaussianMixture mixture, ExactDenoiser<float> exact, bool allStrengths)
    {
        var (network, schedule) = (trained.Model.Denoiser, trained.Model.Schedule);
        var start = Start.Draw<float>(_random, [GuidedPoints, 2, 1]);
        var samples = new Dictionary<(double, int), Tensor<float>>();
        var accuracy = new List<(int, double)>();
        var meanErrors = new List<(int, SortedDictionary<string, double>)>();
        for (int label = 0; label < MeasuredClasses(_data); label++)
        {
            var byStrength = new SortedDictionary<string, double>(StringComparer.Ordinal);
            foreach (double w in allStrengths ? Strengths : ComparedStrengths)
            {
                var guided = _sampler.Sample(new ClassifierFreeGuidance<float>(network, w), schedule, start, label, _random);
                samples[(w, label)] = guided;
                if (w == 1)
                    accuracy.Add((label, MixtureStatistics.Of(mixture, guided).Modes[label].Weight));
                if (!ComparedStrengths.Contains(w))
                    continue;
                var truth = _sampler.Sample(new ClassifierFreeGuidance<float>(exact, w), schedule, start, label, _random);
                var (a, b) = (Mean(guided), Mean(truth));
                byStrength[w.ToString(System.Globalization.CultureInfo.InvariantCulture)] = double.Hypot(a.Left - b.Left, a.Right - b.Right);
            }

            meanErrors.Add((label, byStrength));
        }

        return (samples, accuracy, meanErrors);
    }

    // Fresh draws of a mixture. Points are cut in two halves: samples are compared to the one as the other half is to it.
    private (SlicedWasserstein, int, double) Reference()
    {
        var (reference, second) = _data.Mixture is { } mixture
            ? (mixture.Sample<float>(Points, _random.For(Purpose.Metrics).At(0)).X0, mixture.Sample<float>(Points, _random.For(Purpose.Metrics).At(1)).X0)
            : _data.Halves(Points, _random.For(Purpose.Metrics).At(0));
        var distances = SlicedWasserstein.To(reference);
        return (distances, reference.Shape[0], distances.Distance(second));
    }

    private static (double Left, double Right) Mean(Tensor<float> points)
    {
        double left = 0, right = 0;
        for (int i = 0; i < points.Length; i += 2)
        {
            left += points.Span[i];
            right += points.Span[i + 1];
        }

        return (left / points.Shape[0], right / points.Shape[0]);
    }

    private static SortedDictionary<string, TValue> ByClass<TValue>(IEnumerable<(int Label, TValue Value)> values)
    {
        var result = new SortedDictionary<string, TValue>(StringComparer.Ordinal);
        foreach (var (label, value) in values)
            result[label == DenoiserArguments.NoLabel ? "none" : label.ToString(System.Globalization.CultureInfo.InvariantCulture)] = value;
        return result;
    }
}
