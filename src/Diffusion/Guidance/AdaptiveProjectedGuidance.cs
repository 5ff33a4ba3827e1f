using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Guidance;

/// <summary>
/// Adaptive projected guidance (arXiv:2410.02416, section 4) against glaring colours: x_0 = D_c + w (Δ_⊥ + eta Δ_∥), where D_c is the x_0 predicted
/// with the condition, D_u without, Δ_∥ the part of the guidance Δ along D_c, sample by sample, and Δ_⊥ the rest. Before that
/// Δ = D_c - D_u gains <see cref="Momentum"/> and is shortened to <see cref="Threshold"/>. w = 0 is the conditional prediction bit for bit; with eta = 1
/// and neither momentum nor threshold it is <see cref="ClassifierFreeGuidance{T}"/>. (The paper's weight is w + 1.)
/// </summary>
/// <remarks>
/// Keeps scratch memory between calls, so one instance serves one thread at a time; with momentum one run at a time, since then it remembers the
/// last call. A <see cref="BatchedDenoiser{T}"/> goes around the network then, and not around this.
/// </remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class AdaptiveProjectedGuidance<T> : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IDenoiser<T> _inner;
    private readonly OtherPrediction<T> _other = new();
    private Tensor<T>? _guidance, _before, _average;
    private double[] _lastTimes = [];

    /// <summary>Guides a denoiser that was trained with and without conditions.</summary>
    /// <param name="inner">The denoiser.</param>
    /// <param name="w">The guidance weight, finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">w is not finite.</exception>
    public AdaptiveProjectedGuidance(IDenoiser<T> inner, double w) => (_inner, Weight) = (inner, OtherPrediction<T>.CheckWeight(w));

    /// <summary>The guidance weight w.</summary>
    public double Weight { get; }

    /// <summary>eta, how much is kept of the guidance along the conditional x_0, which makes images glare: 0, the default, for nothing, 1 for all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not in [0, 1].</exception>
    public double Eta { get; init => field = Accepted.Between(value, 0, 1); }

    /// <summary>r, the greatest length of the guidance, over all numbers of a sample and in units of the data; longer ones are scaled down to it. Null, the default, for any length.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive and finite.</exception>
    public double? Threshold { get; init => field = value is { } r ? Accepted.Positive(r) : null; }

    /// <summary>
    /// beta of the running sum Δ + beta·Δ_before + beta²·..., in (-1, 1): 0, the default, for none. The paper takes negative ones, which push away
    /// from where the guidance of the steps before led.
    /// </summary>
    /// <remarks>
    /// The sum goes on while a sample's time falls from call to call, and begins anew where it rises, as it does at the start of another
    /// run, and at t = 0, where x_0 is known. A call at the time of the last one replaces that one, so a solver may come to a time twice.
    /// <see cref="Reset"/> forgets it all.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">Not in (-1, 1).</exception>
    public double Momentum
    {
        get;
        init => field = value is > -1 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Momentum), value, $"Momentum is {value}; accepted is more than -1 and less than 1.");
    }

    /// <summary>Forgets the guidance of calls before: for a run that begins at an earlier time than that at which another ended.</summary>
    public void Reset() => _lastTimes = [];

    /// <inheritdoc/>
    /// <remarks>
    /// Samples without a condition get the unconditional prediction. A learned variance is that of the conditional prediction. At t = 0, where x_0 is x
    /// whatever the guidance, the noise is guided as it is in the limit: by its own difference, without the part along x_0.
    /// </remarks>
    /// <exception cref="InvalidOperationException">What the network predicts does not tell x_0 at this level.</exception>
    public void Predict(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Prediction<T> prediction)
    {
        int samples = DenoiserArguments.Check(xt, t, condition, prediction);
        _inner.Predict(xt, t, condition, prediction);
        if (Weight == 0 || condition.IsNone)
            return;
        var other = _other.Of(_inner, xt, t, default);
        if (_guidance?.Shape != xt.Shape)
            (_guidance, _before, _average, _lastTimes) = (Tensor<T>.Uninitialized(xt.Shape), null, null, []);
        Tensor<T> x0 = prediction.X0;
        System.Numerics.Tensors.TensorPrimitives.Subtract<T>(x0.Span, other.X0.Span, _guidance.Span);
        if (Momentum != 0)
            AddMomentum(t, samples, prediction);
        int length = xt.Length / Math.Max(1, samples);
        for (int i = 0; i < samples; i++)
            Guide(x0.Span.Slice(i * length, length), _guidance.Span.Slice(i * length, length));
        if (!prediction.TellsNoise || !other.TellsNoise || !HasClean(prediction))
        {
            prediction.Set(Parameterisation.X0, xt, x0);
            return;
        }

        for (int i = 0; i < samples; i++)
            GuideNoise(prediction, other, xt, i, length);
        prediction.Set(Parameterisation.Epsilon, xt, prediction.Noise);
    }

    private static NoiseLevel LevelOf(Prediction<T> prediction, int sample) => prediction.Levels[prediction.Levels.Length == 1 ? 0 : sample];

    private static bool HasClean(Prediction<T> prediction)
    {
        foreach (var level in prediction.Levels)
        {
            if (level.S == 0)
                return true;
        }

        return false;
    }

    // The noise that belongs to the guided x_0; without noise in x, where x_0 does not tell it, the difference of the noises takes that of x_0's place.
    private void GuideNoise(Prediction<T> prediction, Prediction<T> other, Tensor<T> xt, int sample, int length)
    {
        var level = LevelOf(prediction, sample);
        var row = new Range(sample * length, (sample + 1) * length);
        Span<T> x0 = prediction.X0.Span[row], noise = prediction.Noise.Span[row], guidance = _guidance!.Span[row];
        if (level.S > 0)
        {
            Fused.Combine(T.CreateTruncating(1 / level.S), xt.Span[row], T.CreateTruncating(-level.G / level.S), x0, noise);
            return;
        }

        System.Numerics.Tensors.TensorPrimitives.Subtract<T>(noise, other.Noise.Span[row], guidance);
        double part = PartAlong(x0, guidance, out _);
        Fused.Combine(T.One, noise, T.CreateTruncating(Weight), guidance, noise);
        Fused.Combine(T.One, noise, T.CreateTruncating(-Weight * (1 - Eta) * part), x0, noise);
    }

    // x_0 + w s (Δ - (1 - eta) c x_0), where s shortens Δ and c x_0 is its part along x_0.
    private void Guide(Span<T> x0, ReadOnlySpan<T> guidance)
    {
        double part = PartAlong(x0, guidance, out double length);
        double scale = Weight * (Threshold is { } r && length > r ? r / length : 1);
        Fused.Combine(T.CreateTruncating(1 - (scale * (1 - Eta) * part)), x0, T.CreateTruncating(scale), guidance, x0);
    }

    // c of the part c x_0 of the guidance, and the length of all of it.
    private static double PartAlong(ReadOnlySpan<T> x0, ReadOnlySpan<T> guidance, out double length)
    {
        double along = 0, square = 0, squares = 0;
        for (int j = 0; j < x0.Length; j++)
        {
            double x = double.CreateTruncating(x0[j]), d = double.CreateTruncating(guidance[j]);
            (along, square, squares) = (along + (x * d), square + (x * x), squares + (d * d));
        }

        length = Math.Sqrt(squares);
        return square > 0 ? along / square : 0;
    }

    private void AddMomentum(ReadOnlySpan<double> t, int samples, Prediction<T> prediction)
    {
        _before ??= Tensor<T>.Uninitialized(_guidance!.Shape);
        _average ??= Tensor<T>.Uninitialized(_guidance!.Shape);
        if (_lastTimes.Length != samples)
        {
            _lastTimes = new double[samples];
            Array.Fill(_lastTimes, double.NegativeInfinity);
        }

        T beta = T.CreateTruncating(Momentum);
        int length = _before.Length / Math.Max(1, samples);
        for (int i = 0; i < samples; i++)
        {
            double time = DenoiserArguments.TimeOf(t, i);
            Span<T> before = _before.Span.Slice(i * length, length), average = _average.Span.Slice(i * length, length), guidance = _guidance!.Span.Slice(i * length, length);
            if (time > _lastTimes[i] || LevelOf(prediction, i).S == 0)
                before.Clear();
            else if (time < _lastTimes[i])
                average.CopyTo(before);
            _lastTimes[i] = time;
            Fused.Combine(T.One, guidance, beta, before, average);
            average.CopyTo(guidance);
        }
    }
}
