using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Sampling;

/// <summary>The state of one run of a sampler: where it stands, what has been predicted, and memory to work in.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class SamplingRun<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IDenoiser<T> _denoiser;
    private readonly RandomSource _random;
    private readonly ValueRange? _clamp;
    private readonly int[] _labels;
    private readonly Prediction<T>[] _predictions;
    private readonly List<Prediction<T>> _stages = [];
    private readonly bool _wantsX0;
    private readonly ILearnedVariance<T>? _variances;
    private Tensor<T>? _state, _z;

    internal SamplingRun(
        IDenoiser<T> denoiser, NoiseSchedule schedule, NoiseLevel[] levels, Tensor<T> start, ReadOnlySpan<int> labels, RandomSource random, ValueRange? clamp, bool wantsX0, int history, bool wantsVariance)
    {
        (_denoiser, _random, _clamp, _wantsX0) = (denoiser, random, clamp, wantsX0 || clamp is not null);
        (Schedule, Levels, X) = (schedule, levels, start.Clone());
        if (wantsVariance)
        {
            _variances = denoiser as ILearnedVariance<T>
                ?? throw new ArgumentException($"The denoiser {denoiser.GetType().Name.Split('`')[0]} gives no variance; the learned variance needs a network that was trained to, without guidance around it.", nameof(denoiser));
        }

        _labels = labels.ToArray();
        _predictions = new Prediction<T>[history];
        PerSample = X.Rank == 0 || X.Shape[0] == 0 ? 1 : Math.Max(1, X.Length / X.Shape[0]);
    }

    /// <summary>The schedule.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>The levels from the start to the end: step i leads from level i to level i + 1.</summary>
    public IReadOnlyList<NoiseLevel> Levels { get; }

    /// <summary>The state, [N, ...], which steps move.</summary>
    public Tensor<T> X { get; }

    /// <summary>The labels: none, one for all, or one for each sample.</summary>
    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>The number of numbers in one sample.</summary>
    public int PerSample { get; }

    /// <summary>How often the denoiser has been called.</summary>
    public int Evaluations { get; private set; }

    /// <summary>How many predictions of steps are at hand, that of the current step included: at most the history that the sampler keeps.</summary>
    public int Known { get; private set; }

    /// <summary>A state to put an intermediate one into; every call gives the same memory.</summary>
    public Tensor<T> Stage => _state ??= Tensor<T>.Uninitialized(X.Shape);

    /// <summary>The prediction of the current step, or of one that many steps ago.</summary>
    public Prediction<T> Past(int steps = 0) => _predictions[steps];

    /// <summary>Evaluates the denoiser inside of a step.</summary>
    /// <param name="x">The state.</param>
    /// <param name="level">Its level.</param>
    /// <param name="stage">Numbers the evaluations of a step; each has its own memory, which later steps use again.</param>
    public Prediction<T> Evaluate(Tensor<T> x, NoiseLevel level, int stage = 0)
    {
        while (_stages.Count <= stage)
            _stages.Add(new Prediction<T>(X.Shape));
        Predict(x, level, _stages[stage]);
        return _stages[stage];
    }

    /// <summary>Standard normal noise that belongs to a time: the same in every run of the same seed. The next call overwrites it.</summary>
    /// <param name="time">The time that a step starts from.</param>
    /// <param name="draw">Numbers the draws of one time.</param>
    public Tensor<T> Normal(double time, int draw = 0)
    {
        _z ??= Tensor<T>.Uninitialized(X.Shape);
        var stream = (draw == 0 ? _random : _random.Derive((uint)draw)).For(Purpose.ReverseStep).At(StreamOf(time));
        var z = _z;
        int perSample = PerSample;

        // Drawing takes longer than all else here, so it is done in parallel; each sample's numbers are its own.
        Chunks.For(z.Length / perSample, Math.Max(1, 8192 / perSample), (from, to) =>
            stream.Normal(z.Span[(from * perSample)..(to * perSample)], perSample, firstSample: from));
        return z;
    }

    /// <summary>x = a·x, with the factor in double.</summary>
    public void Scale(double a) => System.Numerics.Tensors.TensorPrimitives.Multiply(X.Span, T.CreateTruncating(a), X.Span);

    /// <summary>x = a·x + b·y, with factors in double.</summary>
    public void Move(double a, double b, Tensor<T> y) =>
        Fused.Combine(T.CreateTruncating(a), X.Span, T.CreateTruncating(b), y.Span, X.Span);

    /// <summary>x = a·x + b·y + c·z, with factors in double.</summary>
    public void Move(double a, double b, Tensor<T> y, double c, Tensor<T> z) =>
        Fused.Combine(T.CreateTruncating(a), X.Span, T.CreateTruncating(b), y.Span, T.CreateTruncating(c), z.Span, X.Span);

    /// <summary>The stage = a·x + b·y, with factors in double; x stays.</summary>
    public void MoveStage(double a, double b, Tensor<T> y) =>
        Fused.Combine(T.CreateTruncating(a), X.Span, T.CreateTruncating(b), y.Span, Stage.Span);

    // Evaluates at the state of a step; the oldest prediction makes room.
    internal void Predict(int step)
    {
        var oldest = _predictions[^1] ?? new Prediction<T>(X.Shape);
        Array.Copy(_predictions, 0, _predictions, 1, _predictions.Length - 1);
        _predictions[0] = oldest;
        Known = Math.Min(Known + 1, _predictions.Length);
        Predict(X, Levels[step], oldest);
    }

    private void Predict(Tensor<T> x, NoiseLevel level, Prediction<T> prediction)
    {
        Evaluations++;
        prediction.Level = level;
        if (_variances is null)
            _denoiser.PredictNoise(x, [level.Time], _labels, prediction.Noise);
        else
            _variances.PredictNoiseAndVariance(x, [level.Time], _labels, prediction.Noise, prediction.Fraction);
        if (!_wantsX0)
            return;
        Fused.Combine(T.CreateTruncating(1 / level.G), x.Span, T.CreateTruncating(-level.S / level.G), prediction.Noise.Span, prediction.X0.Span);
        if (_clamp is not { } range || level.S == 0)
            return;
        System.Numerics.Tensors.TensorPrimitives.Clamp(prediction.X0.Span, T.CreateTruncating(range.Low), T.CreateTruncating(range.High), prediction.X0.Span);
        Fused.Combine(T.CreateTruncating(1 / level.S), x.Span, T.CreateTruncating(-level.G / level.S), prediction.X0.Span, prediction.Noise.Span);
    }

    // Integers name their own streams; other times get streams beyond all integers, one for each 2^-24 of a step.
    private static long StreamOf(double time) => time == Math.Floor(time) ? (long)time : (1L << 55) + (long)Math.Round(time * (1 << 24));
}
