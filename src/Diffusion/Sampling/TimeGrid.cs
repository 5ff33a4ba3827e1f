using Diffusion.Schedules;

namespace Diffusion.Sampling;

/// <summary>The times that a sampler visits, both ends included.</summary>
public static class TimeGrid
{
    /// <summary>Spreads steps between two times.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="spacing">How the times are spread.</param>
    /// <param name="steps">The number of steps, 1 to T; there is one time more.</param>
    /// <param name="start">The first time, in (0, T]; null for T.</param>
    /// <param name="end">The last time, at least 0 and less than the first.</param>
    /// <returns>Strictly decreasing times.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number that is not accepted.</exception>
    public static double[] Of(NoiseSchedule schedule, StepSpacing spacing, int steps, double? start = null, double end = 0)
    {
        if (steps < 1 || steps > schedule.T)
            throw new ArgumentOutOfRangeException(nameof(steps), steps, $"The number of steps is {steps}; a schedule with T = {schedule.T} takes 1 to {schedule.T}.");
        double from = start ?? schedule.T;
        if (!(from > 0 && from <= schedule.T))
            throw new ArgumentOutOfRangeException(nameof(start), start, $"The start is the time {from}; a schedule with T = {schedule.T} takes more than 0 and at most {schedule.T}.");
        if (!(end >= 0 && end < from))
            throw new ArgumentOutOfRangeException(nameof(end), end, $"The end is the time {end}; accepted is at least 0 and less than the start {from}.");

        return spacing.Of(schedule, steps, from, end);
    }

    /// <summary>Moves times to whole numbers, each at least 1 from the next, for networks that were trained on integer steps.</summary>
    /// <param name="times">Strictly decreasing times of at most T steps between whole numbers.</param>
    /// <exception cref="ArgumentException">There are more steps than whole numbers between the ends.</exception>
    public static double[] ToIntegers(ReadOnlySpan<double> times)
    {
        double[] rounded = new double[times.Length];
        for (int i = 0; i < rounded.Length; i++)
            rounded[i] = Math.Round(times[i]);
        if (rounded[0] - rounded[^1] < times.Length - 1)
            throw new ArgumentException($"{times.Length - 1} steps between whole times do not fit between {rounded[0]} and {rounded[^1]}.", nameof(times));

        // First from the end, where fine spacings crowd; then from the start, which must stay where it is.
        for (int i = rounded.Length - 2; i >= 0; i--)
            rounded[i] = Math.Max(rounded[i], rounded[i + 1] + 1);
        rounded[0] = Math.Round(times[0]);
        for (int i = 1; i < rounded.Length; i++)
            rounded[i] = Math.Min(rounded[i], rounded[i - 1] - 1);
        return rounded;
    }
}
