namespace Diffusion.TwoPixel.Study;

/// <summary>Whether a schedule with so few steps can give the data at all: what the exact predictor gives is the best that a network can.</summary>
internal static class StepsWarning
{
    /// <summary>How far the weight of a mode may be off, and how many points may lie outside of all modes, before it is told.</summary>
    public const double MostWeightError = 0.05, MostOutliers = 0.1;

    // With more steps the kernel of a step is Gaussian for all purposes.
    private const int Points = 5000, FewSteps = 200;

    /// <summary>One sentence for each T of a run that cannot come near its mixture.</summary>
    public static IEnumerable<string> Of(RunConfiguration configuration)
    {
        if (configuration.UsedData.Mixture is not { } mixture)
            yield break;
        foreach (int timesteps in configuration.Timesteps.Where(t => t <= FewSteps).Order())
        {
            var found = Exactly(mixture, configuration.ScheduleFor(timesteps));
            double error = found.Modes.Zip(mixture.Components).Max(mode => Math.Abs(mode.First.Weight - mode.Second.Weight));
            if (error > MostWeightError || found.OutlierShare > MostOutliers)
                yield return $"With T = {timesteps} and the {configuration.Schedule.ToString().ToLowerInvariant()} schedule even the exact predictor leaves {Percent(found.OutlierShare, "0.#")} of the points outside of the modes, and weights of {Pair([.. found.Modes.Select(mode => mode.Weight)])} in place of {Pair([.. mixture.Components.Select(component => component.Weight)])}. No network can do better; more steps can.";
        }
    }

    /// <summary>Modes and outliers of the full reverse process with the exact predictor.</summary>
    public static MixtureStatistics Exactly(GaussianMixture mixture, NoiseSchedule schedule)
    {
        var random = new RandomSource(0);
        return MixtureStatistics.Of(mixture, new DdpmSampler<float>().Sample(
            new ExactDenoiser<float>(mixture, schedule), schedule, Start.Draw<float>(random, mixture.ShapeOf(Points)), default, random));
    }
}
