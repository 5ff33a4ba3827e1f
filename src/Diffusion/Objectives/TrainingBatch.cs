using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Objectives;

/// <summary>The noisy batch of one training step, and what objectives do with it. It lives as long as its tape.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class TrainingBatch<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ReadOnlyMemory<double> _times;
    private readonly NoiseLevel[] _levels;

    /// <summary>A batch.</summary>
    /// <param name="tape">The tape of the step.</param>
    /// <param name="network">The network that learns.</param>
    /// <param name="schedule">The schedule.</param>
    /// <param name="x0">The data, [N, ...].</param>
    /// <param name="times">N times in (0, T].</param>
    /// <param name="noise">Standard normal noise, of the shape of the data.</param>
    /// <param name="condition">The condition, with what was dropped of it.</param>
    /// <exception cref="ArgumentException">Shapes or lengths that do not fit together.</exception>
    public TrainingBatch(Tape<T> tape, DenoisingNetwork<T> network, NoiseSchedule schedule, Tensor<T> x0, ReadOnlyMemory<double> times, Tensor<T> noise, Condition<T> condition)
        : this(tape, network, schedule, x0, times, noise, condition, new NoiseLevel[times.Length])
    {
    }

    internal TrainingBatch(
        Tape<T> tape, DenoisingNetwork<T> network, NoiseSchedule schedule, Tensor<T> x0, ReadOnlyMemory<double> times, Tensor<T> noise, Condition<T> condition, NoiseLevel[] levels)
    {
        (Tape, Network, Schedule, X0, _times, Noise, Condition, _levels) = (tape, network, schedule, x0, times, noise, condition, levels);
        if (noise.Shape != x0.Shape || x0.Rank == 0 || times.Length != x0.Shape[0])
            throw new ArgumentException($"The data have the shape {x0.Shape}, the noise {noise.Shape}, and there are {times.Length} times; noise is of the shape of the data, and there is a time for each sample.", nameof(noise));
        schedule.At(times.Span, levels);
        Xt = tape.Rent(x0.Shape);
        LevelRows.Combine(levels, x0, noise, Xt, static level => (level.G, level.S));   // assignment eq. 3
    }

    /// <summary>The tape of the step.</summary>
    public Tape<T> Tape { get; }

    /// <summary>The network that learns.</summary>
    public DenoisingNetwork<T> Network { get; }

    /// <summary>The schedule.</summary>
    public NoiseSchedule Schedule { get; }

    /// <summary>The data x_0, [N, ...].</summary>
    public Tensor<T> X0 { get; }

    /// <summary>The noise eps.</summary>
    public Tensor<T> Noise { get; }

    /// <summary>The noisy data x_t = g·x_0 + S·eps.</summary>
    public Tensor<T> Xt { get; }

    /// <summary>The times, N of them.</summary>
    public ReadOnlySpan<double> Times => _times.Span;

    /// <summary>The levels of the times.</summary>
    public ReadOnlySpan<NoiseLevel> Levels => _levels;

    /// <summary>The condition, with what was dropped of it.</summary>
    public Condition<T> Condition { get; }

    /// <summary>What the network predicts of x_t, as it is shown it.</summary>
    /// <param name="asked">What it is asked, for the scale of its input.</param>
    public Variable<T> Predict(Parameterisation asked) => Network.Forward(Tape, Seen(asked), Times, Condition);

    /// <summary>The same with the second output of a network that learns the variance.</summary>
    public (Variable<T> Prediction, Variable<T> Variance) PredictWithVariance(Parameterisation asked) => Network.ForwardWithVariance(Tape, Seen(asked), Times, Condition);

    /// <summary>The quantity that is asked, a·x_0 + b·eps.</summary>
    public Tensor<T> Target(Parameterisation asked)
    {
        if (asked.Equals(Parameterisation.X0))
            return X0;
        if (asked.Equals(Parameterisation.Epsilon))
            return Noise;
        var target = Tape.Rent(X0.Shape);
        LevelRows.Combine(_levels, X0, Noise, target, asked.At);
        return target;
    }

    /// <summary>A number of each sample, repeated over the numbers of its data: such as the root of a weight, by which prediction and target are multiplied.</summary>
    /// <param name="value">The number of a level.</param>
    public Variable<T> OfLevels(Func<NoiseLevel, double> value)
    {
        var all = Tape.Rent(X0.Shape);
        int perSample = LevelRows.PerLevel<T>(_levels, all);
        for (int i = 0; i < _levels.Length; i++)
            all.Span.Slice(i * perSample, perSample).Fill(T.CreateTruncating(value(_levels[i])));
        return Tape.Variable(all);
    }

    private Tensor<T> Seen(Parameterisation asked)
    {
        if (asked.KeepsInput)
            return Xt;
        var seen = Tape.Rent(Xt.Shape);
        asked.ScaleInput(_levels, Xt, seen);
        return seen;
    }
}
