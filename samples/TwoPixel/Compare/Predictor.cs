namespace Diffusion.TwoPixel.Compare;

/// <summary>A predictor that samplers run with.</summary>
/// <param name="Run">The comparison that it is of.</param>
/// <param name="Name">Its name in compare.json.</param>
/// <param name="Title">Its title in the figure.</param>
/// <param name="Denoiser">The predictor.</param>
/// <param name="Schedule">Its schedule.</param>
/// <param name="WholeTimes">Whether it knows whole times only.</param>
internal sealed record Predictor(CompareRun Run, string Name, string Title, IDenoiser<float> Denoiser, NoiseSchedule Schedule, bool WholeTimes = false)
{
    /// <summary>Those on the way that preserves variance: exact, continuous, discrete.</summary>
    public static Predictor[] Usual(CompareRun run)
    {
        var (models, schedule, discrete) = (run.Models, run.Models.Continuous.Schedule, run.Models.Discrete);
        return
        [
            new(run, "exact", $"exact predictor, T = {schedule.T}", new ExactDenoiser<float>(models.Mixture, schedule), schedule),
            new(run, "continuous", $"trained on real times, T = {schedule.T}", models.Continuous.Denoiser, schedule),
            new(run, "discrete", $"trained on whole times, T = {discrete.Schedule.T}", discrete.Denoiser, discrete.Schedule, WholeTimes: true),
        ];
    }

    /// <summary>Those on the straight line of flow matching and the variance exploding way of EDM: exact and trained of each.</summary>
    public static Predictor[] OfOtherPaths(CompareRun run)
    {
        return [.. OfPath("flow", "straight line", run.Models.Flow), .. OfPath("edm", "variance exploding", run.Models.Edm)];

        IEnumerable<Predictor> OfPath(string name, string path, Model<float> model) =>
        [
            new(run, $"exact {name}", $"{path}, exact predictor", new ExactDenoiser<float>(run.Models.Mixture, model.Schedule), model.Schedule),
            new(run, name, $"{path}, trained ({model.Objective.Name})", model.Denoiser, model.Schedule),
        ];
    }

    /// <summary>
    /// Where all samplers start, so that they differ in nothing else: where log √SNR is -5.1, as solvers do by themselves, or at the last whole time before. At
    /// t = T = 1000 the noise of a network would be magnified 20,000 times in x_0.
    /// </summary>
    public double StartTime { get; } = WholeTimes ? Math.Max(1, Math.Floor(Calm(Schedule))) : Calm(Schedule);

    /// <summary>The learned variance is one of every whole step, with the model that has learned it.</summary>
    public static bool NeedsAllSteps(SamplerEntry entry) => entry.Name == "ddpm-learned";

    /// <summary>What a sampler asks.</summary>
    public IDenoiser<float> DenoiserFor(SamplerEntry entry) => NeedsAllSteps(entry) ? Run.Models.Learned.Denoiser : Denoiser;

    /// <summary>A sampler with the most steps that cost no more; null if the first one does.</summary>
    public (ISampler<float> Sampler, int Evaluations)? WithCost(SamplerEntry entry, int cost)
    {
        // The learned variance belongs to the steps that its network has seen, from T on.
        var shared = NeedsAllSteps(entry) ? new SamplerSettings() : SettingsFor(entry);
        for (int steps = Math.Min(cost, (int)(shared.StartTime ?? Schedule.T)); steps >= 1; steps--)
        {
            var sampler = Make(entry, shared with { Steps = steps });
            int evaluations = sampler.EvaluationsFor(Schedule);
            if (evaluations <= cost)
                return (sampler, evaluations);
        }

        return null;
    }

    private static double Calm(NoiseSchedule schedule) => new DeisSampler<float>().TimesFor(schedule)[0];

    // The optimal variance is the one that needs more than settings.
    private ISampler<float> Make(SamplerEntry entry, SamplerSettings shared) => entry.Name != "ddpm-optimal" ? entry.Create<float>(shared)
        : new DdpmSampler<float>(shared) { Variance = ReverseVariance.Optimal, Optimal = Run.Optimal(Schedule), NoiseAtLastStep = true };

    private SamplerSettings SettingsFor(SamplerEntry entry) =>
        new() { IntegerTimes = WholeTimes || entry.Name == "ddpm-optimal", StartTime = StartTime };
}
