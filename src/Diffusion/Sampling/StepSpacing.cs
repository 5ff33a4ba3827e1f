using System.Collections.Immutable;
using Diffusion.Schedules;

namespace Diffusion.Sampling;

/// <summary>How the times of a run are spread between its start and its end. One of your own is an instance with a function.</summary>
/// <param name="name">The name.</param>
/// <param name="times">Spreads a number of steps between two times: from the start down to the end, strictly falling, both included.</param>
public sealed class StepSpacing(string name, Func<NoiseSchedule, int, double, double, double[]> times)
{
    // Of 0.3 to 1 the one with which Heun's and Runge-Kutta's methods left the least of the exact flow of the two-pixel mixture, with 3 to 18 steps.
    private const double LogisticPower = 0.6;

    /// <summary>Equal steps in t: with as many steps as the schedule has, the integers.</summary>
    public static StepSpacing Uniform { get; } = new("Uniform", static (_, steps, from, end) => Equal(steps, from, end, t => t, t => t));

    /// <summary>Equal steps in the square root of t: finer near the data (DEIS, arXiv:2204.13902, and DDIM's "quad").</summary>
    public static StepSpacing Quadratic { get; } = new("Quadratic", static (_, steps, from, end) => Equal(steps, from, end, Math.Sqrt, root => root * root));

    /// <summary>
    /// Equal steps in lambda = log(g / S), half of log SNR (DPM-Solver, arXiv:2206.00927). It is infinite at
    /// t = 0, so the last step but one ends at t = 1 (or at start/steps, where that is earlier) and the last one leads to 0.
    /// </summary>
    public static StepSpacing LogSnr { get; } = new("LogSnr", static (schedule, steps, from, end) =>
        ToZero("LogSnr", schedule, steps, from, end, schedule.LambdaAt, schedule.TimeOfLambda));

    /// <summary>
    /// Equal steps in the logistic function of 0.6 log sigma, sigma = S/g: nearly those of <see cref="LogSnr"/> around sigma = 1, where data of variance
    /// near 1 take shape, and wider ones at both ends. There is no step of infinite ratio at either end, so neither needs a step of its own.
    /// With few steps a solver of high order, which lives on small ratios, leaves a tenth of the error that it leaves with the others (docs/samplers.md).
    /// </summary>
    public static StepSpacing Logistic { get; } = new("Logistic", static (schedule, steps, from, end) => Equal(
        steps, from, end, t => 1 / (1 + Math.Pow(schedule.At(t).Rho, -LogisticPower)), share => schedule.TimeOfLambda(-Math.Log(share / (1 - share)) / LogisticPower)));

    /// <summary>Equal steps in log sigma, sigma = S/g: on every schedule the same as <see cref="LogSnr"/>, under the name that libraries of EDM's samplers give it.</summary>
    public static StepSpacing Exponential { get; } = new("Exponential", static (schedule, steps, from, end) =>
        ToZero("Exponential", schedule, steps, from, end, schedule.LambdaAt, schedule.TimeOfLambda));

    /// <summary>Equal steps in sigma^(1/7), sigma = S/g (EDM, arXiv:2206.00364, eq. 5): from the start's sigma to that of t = 1 (or of start/steps, where that is earlier), and then to 0.</summary>
    public static StepSpacing Karras { get; } = new("Karras", static (schedule, steps, from, end) =>
        ToZero("Karras", schedule, steps, from, end, t => Math.Pow(schedule.At(t).Rho, 1 / 7.0), root => schedule.TimeOfLambda(-7 * Math.Log(root))));

    /// <summary>Equal steps in t, rounded to whole times, of which the first is the start itself ("trailing", arXiv:2305.08891, table 2).</summary>
    public static StepSpacing Trailing { get; } = new("Trailing", static (_, steps, from, end) =>
        TimeGrid.ToIntegers(Equal(steps, Math.Round(from), Math.Round(end), t => t, t => t)));

    /// <summary>All that are here.</summary>
    public static ImmutableArray<StepSpacing> All { get; } = [Uniform, Quadratic, LogSnr, Logistic, Exponential, Karras, Trailing];

    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <summary>Spreads steps.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="steps">Their number, at least 1; there is one time more.</param>
    /// <param name="start">The first time.</param>
    /// <param name="end">The last time, less than the first.</param>
    /// <exception cref="ArgumentException">The spacing does not suit the schedule.</exception>
    public double[] Of(NoiseSchedule schedule, int steps, double start, double end) => times(schedule, steps, start, end);

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    // Spaced to the end, or where that is 0 and the measure infinite, to t = 1 and then in one step.
    private static double[] ToZero(string name, NoiseSchedule schedule, int steps, double from, double end, Func<double, double> measure, Func<double, double> inverse)
    {
        if (schedule.At(from).G == 0)
            throw new ArgumentException($"At the start, t = {from}, x is pure noise, of which {name} spacing knows no measure; start a little later, by StartTime.", nameof(from));
        return end > 0 ? Equal(steps, from, end, measure, inverse) : [.. Equal(steps - 1, from, Math.Min(1, from / steps), measure, inverse), 0];
    }

    // Equally spaced in some measure of time, with the ends exact.
    private static double[] Equal(int steps, double from, double end, Func<double, double> measure, Func<double, double> inverse)
    {
        double[] times = new double[steps + 1];
        if (steps > 0)
        {
            double first = measure(from), last = measure(end);
            for (int i = 1; i < steps; i++)
                times[i] = inverse(((first * (steps - i)) + (last * i)) / steps);
            times[steps] = end;
        }

        times[0] = from;
        return times;
    }
}
