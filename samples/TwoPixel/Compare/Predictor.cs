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

    /// <summary>The learned variance is one of every whole step, with the model that has learned it.</summary>
    public static bool NeedsAllSteps(SamplerEntry entry) => entry.Name == "ddpm-learned";

    /// <summary>What a sampler asks.</summary>
    public IDenoiser<float> DenoiserFor(SamplerEntry entry) => NeedsAllSteps(entry) ? Run.Models.Learned.Denoiser : Denoiser;

    /// <summary>A sampler with the most steps that cost no more; null if the first one does.</summary>
    public (ISampler<float> Sampler, int Evaluations)? WithCost(SamplerEntry entry, int cost)
    {
        var shared = SettingsFor(entry);
        for (int steps = Math.Min(cost, (int)(shared.StartTime ?? Schedule.T)); steps >= 1; steps--)
        {
            var sampler = Make(entry, shared with { Steps = steps });
            int evaluations = sampler.EvaluationsFor(Schedule);
            if (evaluations <= cost)
                return (sampler, evaluations);
        }

        return null;
    }

    // The optimal variance is the one that needs more than settings.
    private ISampler<float> Make(SamplerEntry entry, SamplerSettings shared) => entry.Name != "ddpm-optimal" ? entry.Create<float>(shared)
        : new DdpmSampler<float>(shared) { Variance = ReverseVariance.Optimal, Optimal = Run.Optimal(Schedule), NoiseAtLastStep = true };

    private SamplerSettings SettingsFor(SamplerEntry entry)
    {
        // With T = 1000 the noise of a network at t = T is magnified 20,000 times in x_0: none starts there, as solvers do not.
        double? calm = Name == "continuous" ? new DeisSampler<float>().TimesFor(Schedule)[0] : null;
        if (entry.Name == "ddpm-optimal")
            return new SamplerSettings { IntegerTimes = true, StartTime = calm };
        if (!WholeTimes)
            return new SamplerSettings { StartTime = calm };

        // Solvers that do not start at T, where the schedule is too steep for them, start at the last whole time before.
        double first = entry.Create<float>(null).TimesFor(Schedule)[0];
        return new SamplerSettings { IntegerTimes = true, StartTime = first < Schedule.T ? Math.Max(1, Math.Floor(first)) : null };
    }
}
