namespace Diffusion.Nn;

/// <summary>The learning rate of each step.</summary>
public abstract record LearningRateSchedule
{
    /// <summary>The learning rate of a step, counted from 0.</summary>
    public abstract double At(long step);

    /// <summary>Always the same.</summary>
    public static LearningRateSchedule Constant(double rate) => new ConstantRate(rate);

    /// <summary>
    /// Rises linearly over <paramref name="warmup"/> steps to <paramref name="peak"/>, then falls along half a cosine to
    /// <paramref name="floor"/> at <paramref name="total"/> steps, and stays there.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">No steps, or a warm-up that is longer than the whole.</exception>
    public static LearningRateSchedule WarmupCosine(double peak, long warmup, long total, double floor = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(total);
        ArgumentOutOfRangeException.ThrowIfNegative(warmup);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(warmup, total);
        return new WarmupCosineRate(peak, warmup, total, floor);
    }

    private sealed record ConstantRate(double Rate) : LearningRateSchedule
    {
        public override double At(long step) => Rate;
    }

    private sealed record WarmupCosineRate(double Peak, long Warmup, long Total, double Floor) : LearningRateSchedule
    {
        public override double At(long step)
        {
            if (step < Warmup)
                return Peak * (step + 1) / Warmup;
            double progress = Total == Warmup ? 1 : Math.Min(1, (double)(step - Warmup) / (Total - Warmup));
            return Floor + ((Peak - Floor) * 0.5 * (1 + Math.Cos(Math.PI * progress)));
        }
    }
}
