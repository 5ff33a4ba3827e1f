using Diffusion.Numerics;

namespace Diffusion.Schedules;

/// <summary>The clipped betas of a configuration; index 1..T, entry 0 is 0.</summary>
internal static class ScheduleBetas
{
    public static double[] Of(ScheduleConfiguration configuration)
    {
        int steps = configuration.Timesteps;
        return configuration.Kind switch
        {
            ScheduleKind.Cosine => FromCumprod(t => CosineCurve.ClosedForm(t, steps, configuration.CosineOffset), configuration),
            ScheduleKind.Sigmoid => Sigmoid(configuration),
            ScheduleKind.Linear => Linear(configuration),
            _ => throw new ArgumentOutOfRangeException(nameof(configuration), configuration.Kind, $"There is no schedule of kind {configuration.Kind}."),
        };
    }

    // beta_t = min(1 - A_t / A_{t-1}, maxBeta), arXiv:2102.09672 section 3.2
    private static double[] FromCumprod(Func<int, double> cumprod, ScheduleConfiguration configuration)
    {
        double[] betas = new double[configuration.Timesteps + 1];
        double before = cumprod(0);
        for (int t = 1; t < betas.Length; t++)
        {
            double now = cumprod(t);
            betas[t] = Math.Min(1 - (now / before), configuration.MaxBeta);
            before = now;
        }

        return betas;
    }

    private static double[] Sigmoid(ScheduleConfiguration configuration)
    {
        double start = configuration.SigmoidStart / configuration.SigmoidTau, end = configuration.SigmoidEnd / configuration.SigmoidTau;
        if (!(end > start) || start < -30 || end > 30)
            throw new ArgumentException($"The sigmoid schedule goes from {start} to {end} (divided by tau); the end must exceed the start, both within [-30, 30].", nameof(configuration));
        return FromCumprod(t => SigmoidCurve.ClosedForm(t, configuration.Timesteps, start, end), configuration);
    }

    // Files of version 1 scaled and clipped the betas: with few steps almost nothing of the data was left after the second one.
    private static double[] Linear(ScheduleConfiguration configuration)
    {
        int steps = configuration.Timesteps;
        if (configuration.Version == 1)
            return LinearBetas(configuration, steps);
        double[] published = LinearBetas(configuration, LogCubicCurve.PublishedSteps);
        if (steps == LogCubicCurve.PublishedSteps)
            return published;
        var curve = new LogCubicCurve(published, steps);
        double[] betas = new double[steps + 1];
        for (int t = 1; t <= steps; t++)
            betas[t] = -Precise.ExpM1(curve.LogAt(t) - curve.LogAt(t - 1));
        return betas;
    }

    /// <summary>Betas that rise linearly, scaled to a number of steps.</summary>
    public static double[] LinearBetas(ScheduleConfiguration configuration, int steps)
    {
        if (configuration.LinearEnd < configuration.LinearStart)
            throw new ArgumentException($"The linear schedule's betas must rise, not go from {configuration.LinearStart} to {configuration.LinearEnd}.", nameof(configuration));
        double scale = (double)LogCubicCurve.PublishedSteps / steps;
        double[] betas = new double[steps + 1];
        for (int t = 1; t <= steps; t++)
        {
            double fraction = steps == 1 ? 1 : (t - 1.0) / (steps - 1);
            double beta = scale * (configuration.LinearStart + (fraction * (configuration.LinearEnd - configuration.LinearStart)));
            betas[t] = Math.Min(beta, configuration.MaxBeta);
        }

        return betas;
    }
}
