using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Schedules;

/// <summary>
/// How much of the data and how much noise x_t holds at each real time: x_t = g(t) x_0 + S(t) eps, from the data at t = 0 to
/// the noisiest at t = T. Whole times 1 ... T are the steps of training on steps, and of samplers that are told no other number.
/// </summary>
/// <remarks>
/// g and S are any functions for which g/S falls: variance preserving (g² + S² = 1), variance exploding (g = 1), the straight line
/// of flow matching (g + S = 1). One of your own is a class of <see cref="LevelAt"/> and <see cref="TimeAt"/>, or
/// <see cref="FromFunctions"/>. Immutable; safe to share between threads.
/// </remarks>
public abstract partial class NoiseSchedule
{
    /// <summary>The largest number of steps.</summary>
    public const int MaxTimesteps = 1_000_000;

    private readonly Lazy<double> _last;

    /// <summary>A schedule of times from 0 to T.</summary>
    /// <param name="timesteps">T, 1 to <see cref="MaxTimesteps"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of steps that is not accepted.</exception>
    protected NoiseSchedule(int timesteps)
    {
        T = timesteps is >= 1 and <= MaxTimesteps ? timesteps
            : throw new ArgumentOutOfRangeException(nameof(timesteps), timesteps, $"Timesteps is {timesteps}; a schedule has 1 to {MaxTimesteps} steps.");
        _last = new(() => LevelAt(T).Lambda);
    }

    /// <summary>The last time, and the number of whole steps.</summary>
    public int T { get; }

    /// <summary>The name of the kind in files, under which <see cref="ScheduleKinds.Register"/> knows it, such as <c>Cosine</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>The schedule as one line of JSON, an object whose member <c>Kind</c> is <see cref="Kind"/>: what a model's file holds.</summary>
    /// <exception cref="NotSupportedException">The schedule cannot be written down, since it is made of functions.</exception>
    public abstract string ToJson();

    /// <summary>The level of a time.</summary>
    /// <exception cref="ArgumentOutOfRangeException">t is not in [0, T].</exception>
    public NoiseLevel At(double t) => t >= 0 && t <= T ? LevelAt(t)
        : throw new ArgumentOutOfRangeException(nameof(t), t, $"The time is {t}; this schedule has times from 0 to {T}.");

    /// <summary>The levels of some times.</summary>
    /// <param name="t">Times in [0, T].</param>
    /// <param name="levels">Receives as many levels.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time is not in [0, T].</exception>
    public void At(ReadOnlySpan<double> t, Span<NoiseLevel> levels)
    {
        for (int i = 0; i < t.Length; i++)
            levels[i] = At(t[i]);
    }

    /// <summary>lambda = log(g / S), half of log SNR, at a real time t in [0, T]; infinite at 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">t is not in [0, T].</exception>
    public virtual double LambdaAt(double t) => At(t).Lambda;

    /// <summary>The time t in [0, T] at which log(g / S) is <paramref name="lambda"/>; the inverse of <see cref="LambdaAt"/>.</summary>
    /// <param name="lambda">At least that of T; positive infinity gives 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">No time of the schedule has this lambda.</exception>
    public double TimeOfLambda(double lambda)
    {
        double last = _last.Value;

        // The last digits of lambda_T are those of a logarithm: whoever asks for it exactly gets T.
        if (!(lambda >= last - (1e-12 * Math.Abs(last))))
            throw new ArgumentOutOfRangeException(nameof(lambda), lambda, $"lambda is {lambda}; this schedule with T = {T} goes down to {last}.");
        return lambda <= last ? T : double.IsPositiveInfinity(lambda) ? 0 : TimeAt(lambda);
    }

    /// <summary>The level of a rho = S / g, at least 0 and at most that of T.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No time of the schedule has this rho.</exception>
    public NoiseLevel AtRho(double rho) => At(TimeOfLambda(-Math.Log(rho)));

    /// <summary>The reverse step from time t to an earlier time s, consecutive or not, of real times.</summary>
    /// <param name="t">In (0, T].</param>
    /// <param name="s">In [0, t).</param>
    /// <exception cref="ArgumentOutOfRangeException">The times are not as stated.</exception>
    public Posterior PosteriorOf(double t, double s)
    {
        NoiseLevel from = At(t), to = At(s);
        if (!(s < t))
            throw new ArgumentOutOfRangeException(nameof(s), s, $"A reverse step goes to an earlier time, not from {t} to {s}.");
        double alpha = from.A / to.A, beta = AddedVariance(from, to);
        return new Posterior(alpha, beta, to.G * beta / from.B, Math.Sqrt(alpha) * to.B / from.B, beta * to.B / from.B);
    }

    /// <summary>
    /// The bounds between which a network learns the variance of a reverse step (arXiv:2102.09672, eq. 15): ln beta~ and ln beta. In a step to
    /// t = 0, where beta~ is 0, that of the step from twice as far stands in, as that of t = 2 does for t = 1 there.
    /// </summary>
    /// <param name="t">In (0, T].</param>
    /// <param name="s">In [0, t).</param>
    /// <exception cref="ArgumentException">The step leads from T to 0: there is no other one.</exception>
    public (double Low, double High) LogVarianceRange(double t, double s)
    {
        var step = PosteriorOf(t, s);
        if (s == 0 && t == T)
            throw new ArgumentException($"In the only step, from {t} to 0, the variance has no range to be learned in; at least two steps are needed.", nameof(s));
        double low = s > 0 ? step.Variance : PosteriorOf(Math.Min(2 * t, T), t).Variance;
        return (Math.Log(low), Math.Log(step.Beta));
    }

    /// <summary>The standard deviation of x_t for data of variance 1: what a start at that level has.</summary>
    public virtual double DeviationAt(NoiseLevel level) => Math.Sqrt(level.A + level.B);

    /// <summary>x_t = g x_0 + S eps (assignment eq. 3, DDPM eq. 4).</summary>
    /// <param name="x0">The data, of any shape with dimension 0 the batch.</param>
    /// <param name="t">One time for the whole batch or one for each sample, in [0, T].</param>
    /// <param name="noise">Standard normal noise of the same shape.</param>
    /// <exception cref="ArgumentException">The shapes differ, or there are neither 1 nor N times.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A time is not in [0, T].</exception>
    public Tensor<TNumber> QSample<TNumber>(Tensor<TNumber> x0, ReadOnlySpan<double> t, Tensor<TNumber> noise)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber>
    {
        var xt = Tensor<TNumber>.Uninitialized(x0.Shape);
        QSample(x0, t, noise, xt);
        return xt;
    }

    /// <inheritdoc cref="QSample{TNumber}(Tensor{TNumber}, ReadOnlySpan{double}, Tensor{TNumber})"/>
    public Tensor<TNumber> QSample<TNumber>(Tensor<TNumber> x0, ReadOnlySpan<int> t, Tensor<TNumber> noise)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber>
    {
        double[] times = new double[t.Length];
        for (int i = 0; i < times.Length; i++)
            times[i] = t[i];
        return QSample(x0, times, noise);
    }

    /// <summary>x_t = g x_0 + S eps into memory of the caller, which may be that of x0 or of noise.</summary>
    /// <inheritdoc cref="QSample{TNumber}(Tensor{TNumber}, ReadOnlySpan{double}, Tensor{TNumber})"/>
    public void QSample<TNumber>(Tensor<TNumber> x0, ReadOnlySpan<double> t, Tensor<TNumber> noise, Tensor<TNumber> destination)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber>
    {
        var levels = LevelsFor(x0, t);
        if (noise.Shape != x0.Shape || destination.Shape != x0.Shape)
            throw new ArgumentException($"The tensors must have one shape, but have {x0.Shape}, {noise.Shape} and {destination.Shape}.", nameof(noise));
        LevelRows.Combine(levels, x0, noise, destination, static level => (level.G, level.S));
    }

    /// <summary>The levels of the samples of a batch, after a check that they fit.</summary>
    /// <exception cref="ArgumentException">There are neither 1 nor N times.</exception>
    internal NoiseLevel[] LevelsFor<TNumber>(Tensor<TNumber> x, ReadOnlySpan<double> t)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber>
    {
        _ = Batches.Check(x, t);
        var levels = new NoiseLevel[t.Length];
        At(t, levels);
        return levels;
    }

    /// <summary>The level of a time in [0, T]; at 0 that of the data, g = 1 and S = 0.</summary>
    protected abstract NoiseLevel LevelAt(double t);

    /// <summary>The time in (0, T) at which log(g / S) is lambda, a number between those of the ends.</summary>
    protected abstract double TimeAt(double lambda);

    /// <summary>The variance that the forward process adds between two levels: S_t² - (g_t/g_s)² S_s².</summary>
    private protected virtual double AddedVariance(NoiseLevel t, NoiseLevel s) => t.B - (t.A / s.A * s.B);
}
