using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Sampling;

/// <summary>
/// One run of a sampler, which is taken step by step: <c>while (run.Step()) ...</c>. Between steps the state may be read and written,
/// and the run set back, which is all that editing and inpainting need.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class SamplingRun<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Streams of runs that were set back; those of the draws of one time are below.
    private const uint FirstRound = 0x8000_0000;

    private readonly GridSampler<T> _sampler;
    private readonly IDenoiser<T> _denoiser;
    private readonly RandomSource _random;
    private readonly ValueRange? _clamp;
    private readonly Prediction<T>?[] _predictions;
    private readonly NoiseLevel[] _predicted;
    private readonly List<Prediction<T>> _stages = [];
    private Tensor<T>? _state, _z;
    private uint _round;

    internal SamplingRun(
        GridSampler<T> sampler, IDenoiser<T> denoiser, NoiseSchedule schedule, NoiseLevel[] levels, Tensor<T> start, Condition<T> condition, RandomSource random, ValueRange? clamp, int history)
    {
        (_sampler, _denoiser, _random, _clamp) = (sampler, denoiser, random, clamp);
        (Schedule, Levels, X, Condition) = (schedule, levels, start.Clone(), condition.Clone());
        (_predictions, _predicted) = (new Prediction<T>[history], new NoiseLevel[history]);
        PerSample = X.Rank == 0 || X.Shape[0] == 0 ? 1 : Math.Max(1, X.Length / X.Shape[0]);
    }

    /// <summary>The schedule.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>The levels from the start to the end: step i leads from level i to level i + 1.</summary>
    public IReadOnlyList<NoiseLevel> Levels { get; }

    /// <summary>The number of steps of the whole run.</summary>
    public int Count => Levels.Count - 1;

    /// <summary>The place of the state in <see cref="Levels"/>: 0 at the start, <see cref="Count"/> at the end.</summary>
    public int Index { get; private set; }

    /// <summary>The level of the state.</summary>
    public NoiseLevel Level => Levels[Index];

    /// <summary>The state, [N, ...], which steps move, and which may be written to between them.</summary>
    public Tensor<T> X { get; }

    /// <summary>The condition that is asked for.</summary>
    public Condition<T> Condition { get; }

    /// <summary>The number of numbers in one sample.</summary>
    public int PerSample { get; }

    /// <summary>How often the denoiser has been called.</summary>
    public int Evaluations { get; private set; }

    /// <summary>How many predictions of steps are at hand, that of the current step included: at most the history that the sampler keeps.</summary>
    public int Known { get; private set; }

    /// <summary>A state to put an intermediate one into; every call gives the same memory.</summary>
    public Tensor<T> Stage => _state ??= Tensor<T>.Uninitialized(X.Shape);

    /// <summary>Takes a step.</summary>
    /// <returns>False if the state is at the end already, where there is none to take.</returns>
    /// <exception cref="InvalidOperationException">The state is no longer finite; the message says where.</exception>
    public bool Step()
    {
        if (Index == Count)
            return false;
        Predict();
        _sampler.StepOf(this, Index);

        // The largest magnitude is not a number where one is not.
        if (X.Length > 0 && !T.IsFinite(System.Numerics.Tensors.TensorPrimitives.MaxMagnitude<T>(X.Span)))
            throw new InvalidOperationException($"After step {Index + 1} of {Count} of {_sampler.Name}, from t = {Level.Time} to t = {Levels[Index + 1].Time}, the state is no longer finite. Less guidance, more steps, or predicted data clamped to their range (ClampX0) may help.");
        Index++;
        return true;
    }

    /// <summary>
    /// Says that the state, which the caller has written, is that of another place: set back to a noisier one, or on. Predictions
    /// of steps before are forgotten, and noise that is drawn from now on is new, for times that were visited before too.
    /// </summary>
    /// <param name="index">The place in <see cref="Levels"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public void MoveTo(int index)
    {
        Index = index >= 0 && index <= Count ? index
            : throw new ArgumentOutOfRangeException(nameof(index), index, $"The place is {index}; this run has places 0 to {Count}.");
        Known = 0;
        _round++;
    }

    /// <summary>The prediction of the current or the last step, or of one that many steps before.</summary>
    /// <exception cref="InvalidOperationException">It is not at hand.</exception>
    public Prediction<T> Past(int steps = 0) => steps >= 0 && steps < Known ? _predictions[steps]!
        : throw new InvalidOperationException($"The prediction of {steps} steps ago is not at hand; there are {Known}.");

    /// <summary>The level of <see cref="Past"/>.</summary>
    public NoiseLevel PastLevel(int steps = 0) => steps >= 0 && steps < Known ? _predicted[steps]
        : throw new InvalidOperationException($"The prediction of {steps} steps ago is not at hand; there are {Known}.");

    /// <summary>Evaluates the denoiser inside of a step.</summary>
    /// <param name="x">The state.</param>
    /// <param name="level">Its level.</param>
    /// <param name="stage">Numbers the evaluations of a step; each has its own memory, which later steps use again.</param>
    public Prediction<T> Evaluate(Tensor<T> x, NoiseLevel level, int stage = 0) => Evaluate(x, level, Condition, stage);

    /// <summary>The same with another condition than that of the run, such as none.</summary>
    /// <param name="x">The state.</param>
    /// <param name="level">Its level.</param>
    /// <param name="condition">What is asked for.</param>
    /// <param name="stage">Numbers the evaluations of a step.</param>
    public Prediction<T> Evaluate(Tensor<T> x, NoiseLevel level, Condition<T> condition, int stage = 0)
    {
        while (_stages.Count <= stage)
            _stages.Add(new Prediction<T>(X.Shape));
        Predict(x, level, condition, _stages[stage]);
        return _stages[stage];
    }

    /// <summary>Standard normal noise that belongs to a time: the same in every run of the same seed. The next call overwrites it.</summary>
    /// <param name="time">The time that a step starts from.</param>
    /// <param name="draw">Numbers the draws of one time.</param>
    public Tensor<T> Normal(double time, int draw = 0)
    {
        _z ??= Tensor<T>.Uninitialized(X.Shape);
        var random = _round == 0 ? _random : _random.Derive(FirstRound + _round);
        var stream = (draw == 0 ? random : random.Derive((uint)draw)).For(Purpose.ReverseStep).At(StreamOf(time));
        var z = _z;
        int perSample = PerSample;

        // Drawing takes longer than all else here, so it is done in parallel; each sample's numbers are its own.
        Chunks.For(z.Length / perSample, Math.Max(1, 8192 / perSample), (from, to) =>
            stream.Normal(z.Span[(from * perSample)..(to * perSample)], perSample, firstSample: from));
        return z;
    }

    /// <summary>x = a·x, with the factor in double.</summary>
    public void Scale(double a) => System.Numerics.Tensors.TensorPrimitives.Multiply(X.Span, T.CreateTruncating(a), X.Span);

    /// <summary>x = a·y + b·z, with factors in double.</summary>
    public void Set(double a, Tensor<T> y, double b, Tensor<T> z) =>
        Fused.Combine(T.CreateTruncating(a), y.Span, T.CreateTruncating(b), z.Span, X.Span);

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
    private void Predict()
    {
        var oldest = _predictions[^1] ?? new Prediction<T>(X.Shape);
        Array.Copy(_predictions, 0, _predictions, 1, _predictions.Length - 1);
        Array.Copy(_predicted, 0, _predicted, 1, _predicted.Length - 1);
        (_predictions[0], _predicted[0]) = (oldest, Level);
        Known = Math.Min(Known + 1, _predictions.Length);
        Predict(X, Level, Condition, oldest);
    }

    private void Predict(Tensor<T> x, NoiseLevel level, Condition<T> condition, Prediction<T> prediction)
    {
        Evaluations++;
        _denoiser.Predict(x, [level.Time], condition, prediction);
        if (_clamp is not { } range || level.S == 0)
            return;
        var x0 = prediction.X0;
        System.Numerics.Tensors.TensorPrimitives.Clamp(x0.Span, T.CreateTruncating(range.Low), T.CreateTruncating(range.High), x0.Span);
        prediction.Set(Parameterisation.X0, x, x0);
    }

    // Integers name their own streams; other times get streams beyond all integers, one for each 2^-24 of a step.
    private static long StreamOf(double time) => time == Math.Floor(time) ? (long)time : (1L << 55) + (long)Math.Round(time * (1 << 24));
}
