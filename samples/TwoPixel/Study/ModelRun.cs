using System.Collections.Concurrent;
using Diffusion.Guidance;

namespace Diffusion.TwoPixel.Study;

/// <summary>A model, what was measured of it, and the samples that experiments share: each is drawn once, when it is first asked for.</summary>
internal sealed record ModelRun(StudyRun Study, TrainedModel Trained)
{
    private readonly ConcurrentDictionary<object, Tensor<float>> _samples = new();
    private readonly Lazy<UnconditionalRun> _unconditional = new(() => new UnconditionalRun(Study, Trained));
    private readonly Lazy<OptimalVariance> _optimal = new(() => OptimalVariance.For(Study.Data.Mixture!, Trained.Model.Schedule));

    public int T => Trained.T;

    public NoiseSchedule Schedule => Trained.Model.Schedule;

    public IDenoiser<float> Denoiser => Trained.Model.Denoiser;

    /// <summary>What was measured of it.</summary>
    public Measurements Numbers { get; set; } = new();

    /// <summary>The exact predictor; of a mixture only.</summary>
    public ExactDenoiser<float> Exact => new(Study.Data.Mixture!, Schedule);

    /// <summary>The run without a label.</summary>
    public UnconditionalRun Unconditional => _unconditional.Value;

    /// <summary>The exact predictor's samples from the same start with the same noise; of a mixture only.</summary>
    public Tensor<float> SamplesOfExact(ReverseVariance variance, bool noiseAtLastStep = false) => _samples.GetOrAdd((variance, noiseAtLastStep), _ =>
        new DdpmSampler<float> { Variance = variance, Optimal = _optimal.Value, NoiseAtLastStep = noiseAtLastStep }
            .Sample(Exact, Schedule, Start.Draw<float>(Study.Random, [StudyRun.Points, 2, 1]), default, Study.Random));

    /// <summary>Samples of a class under guidance, all strengths and classes from the same start with the same noise.</summary>
    public Tensor<float> Guided(double w, int label) => _samples.GetOrAdd((w, label), _ => Guide(Denoiser, w, label));

    /// <summary>The same with another predictor.</summary>
    public Tensor<float> Guide(IDenoiser<float> denoiser, double w, int label) => new DdpmSampler<float>().Sample(
        new ClassifierFreeGuidance<float>(denoiser, w), Schedule, Start.Draw<float>(Study.Random, [StudyRun.GuidedPoints, 2, 1]), label, Study.Random);
}

/// <summary>The states of one unconditional run: all points at the stages, and the first few at every time.</summary>
internal sealed class UnconditionalRun : ISampleObserver<float>
{
    private const int Followed = 5000;

    private readonly int[] _stages;

    public UnconditionalRun(StudyRun study, TrainedModel trained)
    {
        _stages = StagesOf(trained.T);
        Samples = new DdpmSampler<float>().Sample(
            trained.Model.Denoiser, trained.Model.Schedule, Start.Draw<float>(study.Random, [StudyRun.Points, 2, 1]), default, study.Random, this);
    }

    /// <summary>Where the points end.</summary>
    public Tensor<float> Samples { get; }

    /// <summary>All points at each stage.</summary>
    public Dictionary<int, Tensor<float>> Whole { get; } = [];

    /// <summary>Some points at every time.</summary>
    public List<(double Time, Tensor<float> Points)> Steps { get; } = [];

    /// <summary>The six times of a figure that goes from noise to data: T, 4T/5, ... 0.</summary>
    public static int[] StagesOf(int timesteps) => [.. Enumerable.Range(0, 6).Select(i => (int)Math.Round(timesteps * (5 - i) / 5.0)).Distinct()];

    public void OnStep(in SampleStep<float> step)
    {
        Steps.Add((step.To, step.Xt.Rows(0, Math.Min(Followed, step.Xt.Shape[0])).Clone()));
        if (_stages.Contains((int)step.To))
            Whole[(int)step.To] = step.Xt.Clone();
    }
}
