using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Nn;
using Diffusion.Tensors;

namespace Diffusion.Networks;

/// <summary>A step to features: Gaussian Fourier features of t/T (assignment eq. 10), a linear layer, SiLU.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class StepEmbedding<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly GaussianFourierFeatures<T> _fourier;
    private readonly Linear<T> _linear;
    private readonly int _features, _timesteps;
    private Tuple<T[], Tensor<T>> _wholeTimes = new([], Tensor<T>.Zeros([0]));

    // Training of discrete steps asks for the same features again and again; a table of more times than this would be large.
    private const int LargestTable = 1024;

    /// <summary>Makes an embedding with PyTorch's first values.</summary>
    /// <param name="features">E, the number of features: even, half of it Fourier frequencies.</param>
    /// <param name="timesteps">T, by which times are divided; at least 1.</param>
    /// <param name="weights">Where the first values come from.</param>
    /// <exception cref="ArgumentException">A size that is not accepted.</exception>
    public StepEmbedding(int features, int timesteps, WeightInitializer weights)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(timesteps);
        (_features, _timesteps) = (features, timesteps);
        _fourier = Register("fourier", new GaussianFourierFeatures<T>(features, weights));
        _linear = Register("linear", new Linear<T>(features, features, weights));
    }

    /// <summary>Times to rows [R, E], one for each distinct time.</summary>
    /// <param name="tape">The tape of the pass.</param>
    /// <param name="t">Times in [0, T]: one for the whole batch, or one for each sample.</param>
    /// <param name="samples">N.</param>
    /// <exception cref="ArgumentException">Another number of times.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A time that is none of the network's.</exception>
    public TableRows<T> Forward(Tape<T> tape, ReadOnlySpan<double> t, int samples)
    {
        if (t.Length != 1 && t.Length != samples)
            throw new ArgumentException($"{t.Length} times were given for {samples} samples; accepted are one for all, or one for each.", nameof(t));
        var times = DistinctTimes.Of(t, tape.RentIndices(samples));
        return new(Forward(tape, times.Values), times.Index);
    }

    /// <summary>[R] times to [R, E].</summary>
    internal Variable<T> Forward(Tape<T> tape, double[] times)
    {
        var features = tape.IsTrace ? Traced(tape, times) : tape.Variable(Features(tape, times));
        return _linear.Forward(features).Silu();
    }

    // What a trace can see: not the features themselves, but what they are made of.
    private Variable<T> Traced(Tape<T> tape, double[] times) =>
        _fourier.Forward(tape.Variable(Tensor<T>.From([times.Length], Array.ConvertAll(times, t => T.CreateTruncating(t / _timesteps)))));

    /// <summary>The Fourier features of [R] times, [R, E].</summary>
    /// <exception cref="ArgumentOutOfRangeException">A time that is none of the network's.</exception>
    internal Tensor<T> Features(Tape<T> tape, double[] times)
    {
        foreach (double t in times)
        {
            if (!(t >= 0 && t <= _timesteps))
                throw new ArgumentOutOfRangeException(nameof(times), t, $"The time {t} is outside of [0, {_timesteps}], the steps of this network.");
        }

        var features = tape.Rent([times.Length, _features]);
        if (_timesteps <= LargestTable && Array.TrueForAll(times, double.IsInteger))
        {
            var table = WholeTimes();
            for (int i = 0; i < times.Length; i++)
                table.Span.Slice((int)times[i] * _features, _features).CopyTo(features.Span[(i * _features)..]);
        }
        else
        {
            _fourier.Features(Array.ConvertAll(times, t => t / _timesteps), features);
        }

        return features;
    }

    // The features of 0 ... T, made when first asked for and again when other frequencies have been loaded.
    private Tensor<T> WholeTimes()
    {
        var (frequencies, features) = _wholeTimes;
        if (!_fourier.Frequencies.Span.SequenceEqual(frequencies))
        {
            features = Tensor<T>.Zeros([_timesteps + 1, _features]);
            _fourier.Features([.. Enumerable.Range(0, _timesteps + 1).Select(t => (double)t / _timesteps)], features);
            _wholeTimes = new(_fourier.Frequencies.Span.ToArray(), features);
        }

        return features;
    }
}

/// <summary>A class to features: one-hot of the classes and a null class, linear, SiLU, linear. All classes at once.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ClassEmbedding<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Linear<T> _linear1, _linear2;
    private readonly Tensor<T> _oneHot;

    /// <summary>Makes an embedding with PyTorch's first values.</summary>
    /// <param name="classes">The number of classes, without the null class; at least 1.</param>
    /// <param name="features">E, the number of features.</param>
    /// <param name="weights">Where the first values come from.</param>
    /// <exception cref="ArgumentOutOfRangeException">No classes or no features.</exception>
    public ClassEmbedding(int classes, int features, WeightInitializer weights)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        _linear1 = Register("linear1", new Linear<T>(classes + 1, features, weights));
        _linear2 = Register("linear2", new Linear<T>(features, features, weights));
        _oneHot = Tensor<T>.Zeros([classes + 1, classes + 1]);
        for (int y = 0; y <= classes; y++)
            _oneHot[y, y] = T.One;
    }

    /// <summary>Labels to rows: of all classes and the null class, [classes + 1, E], or [1, E] where one label stands for all.</summary>
    /// <param name="tape">The tape of the pass.</param>
    /// <param name="condition">Whose labels; -1 is the null class.</param>
    /// <param name="samples">N.</param>
    /// <exception cref="ArgumentOutOfRangeException">A label that is none of the classes.</exception>
    public TableRows<T> Forward(Tape<T> tape, Condition<T> condition, int samples)
    {
        int nullClass = _oneHot.Shape[0] - 1;
        int[] index = tape.RentIndices(samples);
        if (condition.Labels.Length <= 1)
        {
            // One class for all: only its row.
            int label = condition.LabelOf(0), row = label == DenoiserArguments.NoLabel ? nullClass : label;
            Check(label, nullClass);
            index.AsSpan().Clear();
            return new(Embed(tape, _oneHot.Rows(row, row + 1)), index);
        }

        for (int i = 0; i < samples; i++)
        {
            int each = condition.LabelOf(i);
            Check(each, nullClass);
            index[i] = each == DenoiserArguments.NoLabel ? nullClass : each;
        }

        return new(Embed(tape, _oneHot), index);
    }

    private Variable<T> Embed(Tape<T> tape, Tensor<T> oneHot) => _linear2.Forward(_linear1.Forward(tape.Variable(oneHot)).Silu());

    private static void Check(int label, int classes)
    {
        if (label < DenoiserArguments.NoLabel || label >= classes)
            throw new ArgumentOutOfRangeException(nameof(label), label, $"The label {label} is not one of the {classes} classes of this network; -1 means none.");
    }
}

/// <summary>A vector to features: a linear layer; and a learned row for samples without one.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class VectorEmbedding<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Linear<T> _linear;
    private readonly Parameter<T> _missing;
    private readonly int _size;

    /// <summary>Makes an embedding with PyTorch's first values, and zeros for samples without a vector.</summary>
    /// <param name="size">F, the numbers of a vector.</param>
    /// <param name="features">E, the number of features.</param>
    /// <param name="weights">Where the first values come from.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size below 1.</exception>
    public VectorEmbedding(int size, int features, WeightInitializer weights)
    {
        _size = size;
        _linear = Register("linear", new Linear<T>(size, features, weights));
        _missing = Register("missing", new Parameter<T>(Tensor<T>.Zeros([1, features])));
    }

    /// <summary>The vectors of N samples to rows [N, E], or [1, E] where all have the same or none.</summary>
    /// <param name="tape">The tape of the pass.</param>
    /// <param name="condition">Whose values, [N, F] or [1, F].</param>
    /// <param name="samples">N.</param>
    /// <exception cref="ArgumentException">Vectors of another size.</exception>
    public TableRows<T> Forward(Tape<T> tape, Condition<T> condition, int samples)
    {
        int[] index = tape.RentIndices(samples);
        index.AsSpan().Clear();
        if (condition.Values is not { } values)
            return new(tape.Variable(Tensor<T>.Zeros([1, 1])) + _missing, index);
        int rows = values.Shape[0], count = Math.Min(1, samples);
        if (values.Length != (long)rows * _size)
            throw new ArgumentException($"The network takes vectors of {_size} numbers, but the condition's values have the shape {values.Shape}.", nameof(condition));
        for (int i = 1; i < samples && count == 1; i++)
            count = rows == 1 && condition.HasValues(i) == condition.HasValues(0) ? 1 : samples;
        Tensor<T> given = tape.Rent([count, 1]), lacking = tape.Rent([count, 1]);
        for (int i = 0; i < count; i++)
            (given.Span[i], lacking.Span[i]) = condition.HasValues(i) ? (T.One, T.Zero) : (T.Zero, T.One);
        for (int i = 0; i < samples && count > 1; i++)
            index[i] = i;

        // What was dropped is not read: it may be no number.
        var seen = values;
        if (count > 1 && rows > 1 && given.Span[..count].Contains(T.Zero))
        {
            seen = tape.Rent(values.Shape);
            seen.CopyFrom(values);
            for (int i = 0; i < rows; i++)
            {
                if (!condition.HasValues(i))
                    seen.Rows(i, i + 1).Span.Clear();
            }
        }

        var embedded = _linear.Forward(tape.Variable(seen).Reshape([rows, _size]));
        return new((embedded * tape.Variable(given)) + (_missing * tape.Variable(lacking)), index);
    }
}
