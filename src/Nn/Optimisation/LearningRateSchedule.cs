namespace Diffusion.Nn;

/// <summary>The learning rate of each step: <c>optimizer.LearningRate = schedule.At(step)</c> before <c>optimizer.Step()</c>.</summary>
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

    /// <summary>Multiplied by a factor after every so many steps: first·factor^⌊step / every⌋.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No steps between.</exception>
    public static LearningRateSchedule Step(double first, long every, double factor = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(every);
        return new StepRate(first, every, factor);
    }

    /// <summary>Multiplied by a factor after each step: first·factor^step.</summary>
    public static LearningRateSchedule Exponential(double first, double factor) => new StepRate(first, 1, factor);

    /// <summary>Changes evenly from <paramref name="first"/> to <paramref name="last"/> over some steps, and stays there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No steps.</exception>
    public static LearningRateSchedule Linear(double first, double last, long steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(steps);
        return new LinearRate(first, last, steps);
    }

    private sealed record StepRate(double First, long Every, double Factor) : LearningRateSchedule
    {
        public override double At(long step) => First * Math.Pow(Factor, step / Every);
    }

    private sealed record LinearRate(double First, double Last, long Steps) : LearningRateSchedule
    {
        public override double At(long step) => step >= Steps ? Last : First + ((Last - First) * step / Steps);
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
