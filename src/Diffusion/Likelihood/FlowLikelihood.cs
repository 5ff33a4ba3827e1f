using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Likelihood;

/// <summary>
/// The log-density that the probability-flow ODE gives to data (score SDE, arXiv:2011.13456, section 4.3): with y = x/g and
/// rho = S/g, dy/d rho = eps, and log p(x) at the start is log N(x; 0, s² I) at the end + d (log g_end - log g_start), s = 1 where variance is preserved,
/// + ∫ div_y eps d rho, where div_y = g div_x. Solved by the classical Runge-Kutta method on steps that are equal in lambda.
/// </summary>
/// <remarks>It is the density at the start, not at t = 0, where the data were never seen with noise.</remarks>
public sealed record FlowLikelihood
{
    /// <summary>The number of Runge-Kutta steps, of four evaluations each.</summary>
    public int Steps { get; init => field = Accepted.Between(value, 1, 1_000_000); } = 200;

    /// <summary>The time of the data, more than 0; null for a thousandth of T.</summary>
    public double? StartTime
    {
        get;
        init => field = value is null or > 0 && value is not double.PositiveInfinity ? value
            : throw new ArgumentOutOfRangeException(nameof(StartTime), value, $"StartTime is {value}; it must be more than 0 and less than the end.");
    }

    /// <summary>The lambda = log(g / S) at which x counts as normal, of <see cref="NoiseSchedule.DeviationAt"/>; T where the schedule does not go so far.</summary>
    public double EndLambda
    {
        get;
        init => field = value < 0 && double.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(EndLambda), value, $"EndLambda is {value}; it must be negative.");
    } = -8;

    /// <summary>
    /// Whether a network that was trained on whole steps only is accepted. Runge-Kutta's method asks at real times, from a thousandth
    /// of T on, where such a network was never taught: the density is then that of the network's guesses between its steps.
    /// </summary>
    public bool AcceptsWholeTimes { get; init; }

    /// <summary>Where the integral starts and ends.</summary>
    /// <exception cref="ArgumentException">The start is not before the end.</exception>
    public (double Start, double End) TimesFor(NoiseSchedule schedule)
    {
        double start = StartTime ?? (schedule.T * 1e-3), end = schedule.TimeOfLambda(Math.Max(EndLambda, schedule.LambdaAt(schedule.T)));
        return start < end ? (start, end)
            : throw new ArgumentException($"The likelihood starts at the time {start}, which is not before its end {end} on this schedule ({schedule}).", nameof(schedule));
    }

    /// <summary>log p of each sample, in nats.</summary>
    /// <param name="field">The noise predictor with its divergence.</param>
    /// <param name="schedule">Its schedule.</param>
    /// <param name="x">Samples at the start time, [N, ...]; read only.</param>
    /// <param name="condition">What is asked for.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit together, times that do not suit the schedule, or a network that knows whole steps only.</exception>
    public double[] LogDensity<T>(INoiseDivergence<T> field, NoiseSchedule schedule, Tensor<T> x, Condition<T> condition)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Rank == 0)
            throw new ArgumentException("A single number has no batch: dimension 0 counts the samples.", nameof(x));
        var (start, end) = TimesFor(schedule);
        if (field.KnowsWholeTimesOnly && !AcceptsWholeTimes)
            throw new ArgumentException($"The network was trained on whole steps, but the likelihood asks it at real times from {start} on; train it with TimeSampling.Continuous, or set {nameof(AcceptsWholeTimes)} to have the density of what it says between its steps.", nameof(field));
        int samples = x.Shape[0];
        double[] integral = new double[samples];
        if (samples == 0)
            return integral;

        double first = schedule.LambdaAt(start), last = schedule.LambdaAt(end);
        var state = new FlowState<T>(field, schedule, x, integral);
        var from = schedule.At(start);
        for (int i = 1; i <= Steps; i++)
        {
            var to = schedule.At(i == Steps ? end : schedule.TimeOfLambda(first + ((last - first) * i / Steps)));
            state.Step(from, to, condition);
            from = to;
        }

        int d = x.Length / samples;
        double deviation = schedule.DeviationAt(from), scale = d * (Math.Log(from.G) - Math.Log(schedule.At(start).G));
        for (int i = 0; i < samples; i++)
            integral[i] += LogNormal(state.X.Span.Slice(i * d, d), deviation) + scale;
        return integral;
    }

    /// <summary>
    /// Bits per dimension of a log-density in nats: -log p / (d ln 2). For images of whole levels that were scaled to [-1, 1],
    /// add log2 of half the number of levels (7 for 256) to have bits per level; for real numbers it may well be negative.
    /// </summary>
    /// <param name="logDensity">log p, of one sample or a mean.</param>
    /// <param name="dimensions">d, the numbers of a sample.</param>
    public static double BitsPerDimension(double logDensity, int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        return -logDensity / (dimensions * Math.Log(2));
    }

    private static double LogNormal<T>(ReadOnlySpan<T> x, double deviation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double squares = 0;
        foreach (var value in x)
            squares += double.CreateTruncating(value) * double.CreateTruncating(value);
        double variance = deviation * deviation;
        return -((squares / variance) + (x.Length * Math.Log(2 * Math.PI * variance))) / 2;
    }
}

/// <summary>The state of the flow and the integral of its divergence, which move together.</summary>
internal sealed class FlowState<T>(INoiseDivergence<T> field, NoiseSchedule schedule, Tensor<T> x, double[] integral)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Tensor<T> _stage = Tensor<T>.Uninitialized(x.Shape);
    private readonly Tensor<T>[] _noise = [.. Enumerable.Range(0, 4).Select(_ => Tensor<T>.Uninitialized(x.Shape))];
    private readonly double[] _divergence = new double[integral.Length];

    public Tensor<T> X { get; } = x.Clone();

    // The classical Runge-Kutta method on (y, log p), whose second part depends on the first alone.
    public void Step(NoiseLevel from, NoiseLevel to, Condition<T> condition)
    {
        double h = to.Rho - from.Rho, ofX = to.G / from.G;
        var middle = schedule.AtRho(from.Rho + (h / 2));
        Evaluate(X, from, 0, h / 6, condition);
        Stage(middle, from, h / 2, _noise[0]);
        Evaluate(_stage, middle, 1, h / 3, condition);
        Stage(middle, from, h / 2, _noise[1]);
        Evaluate(_stage, middle, 2, h / 3, condition);
        Stage(to, from, h, _noise[2]);
        Evaluate(_stage, to, 3, h / 6, condition);

        T sixth = T.CreateTruncating(to.G * h / 6), third = T.CreateTruncating(to.G * h / 3);
        Fused.Combine(T.CreateTruncating(ofX), X.Span, sixth, _noise[0].Span, third, _noise[1].Span, X.Span);
        Fused.Combine(T.One, X.Span, third, _noise[2].Span, sixth, _noise[3].Span, X.Span);
    }

    private void Stage(NoiseLevel to, NoiseLevel from, double h, Tensor<T> noise) =>
        Fused.Combine(T.CreateTruncating(to.G / from.G), X.Span, T.CreateTruncating(to.G * h), noise.Span, _stage.Span);

    private void Evaluate(Tensor<T> at, NoiseLevel level, int stage, double weight, Condition<T> condition)
    {
        field.Predict(at, level.Time, condition, _noise[stage], _divergence);
        for (int i = 0; i < integral.Length; i++)
            integral[i] += weight * level.G * _divergence[i];
    }
}
