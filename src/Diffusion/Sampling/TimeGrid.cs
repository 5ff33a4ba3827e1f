using Diffusion.Schedules;

namespace Diffusion.Sampling;

/// <summary>The times that a sampler visits, from the start down to the end, both included.</summary>
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

        double[] times = new double[steps + 1];
        switch (spacing)
        {
            case StepSpacing.Uniform:
                Fill(times, from, end, t => t, t => t);
                break;
            case StepSpacing.Quadratic:
                Fill(times, from, end, Math.Sqrt, root => root * root);
                break;
            case StepSpacing.LogSnr when end > 0:
                Fill(times, from, end, schedule.LambdaAt, schedule.TimeOfLambda);
                break;
            case StepSpacing.LogSnr:
                Fill(times.AsSpan(..^1), from, Math.Min(1, from / steps), schedule.LambdaAt, schedule.TimeOfLambda);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(spacing), spacing, $"The spacing is {spacing}; accepted are {string.Join(", ", Enum.GetNames<StepSpacing>())}.");
        }

        return times;
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

    // Equally spaced in some measure of time, with the ends exact.
    private static void Fill(Span<double> times, double from, double end, Func<double, double> measure, Func<double, double> inverse)
    {
        int steps = times.Length - 1;
        if (steps > 0)
        {
            double first = measure(from), last = measure(end);
            for (int i = 1; i < steps; i++)
                times[i] = inverse(((first * (steps - i)) + (last * i)) / steps);
            times[steps] = end;
        }

        times[0] = from;
    }
}
