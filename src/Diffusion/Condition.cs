using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion;

/// <summary>
/// What is asked of a denoiser besides the noisy data: labels, or values such as a vector or an image, or both; the default asks
/// nothing. A sample's part of it can be missing, which is how networks learn to do without (classifier-free guidance).
/// </summary>
/// <remarks>Numbers, arrays of labels and tensors of values convert to it. Arrays and tensors are kept, not copied.</remarks>
/// <typeparam name="T">The number type.</typeparam>
public readonly struct Condition<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ReadOnlyMemory<int> _labels;
    private readonly ReadOnlyMemory<bool> _dropped;

    /// <summary>Labels and values.</summary>
    /// <param name="labels">Labels from 0, -1 meaning none: empty (none for all), one for the whole batch, or N.</param>
    /// <param name="values">Vectors or images, [N, ...], or [1, ...] for the whole batch; null for none.</param>
    /// <param name="dropped">Which samples are asked without their values: empty (no sample), or N.</param>
    public Condition(ReadOnlyMemory<int> labels, Tensor<T>? values = null, ReadOnlyMemory<bool> dropped = default)
    {
        if (values is { Rank: 0 })
            throw new ArgumentException("A single number has no batch: dimension 0 of the values counts the samples.", nameof(values));
        (_labels, Values, _dropped) = (labels, values, dropped);
    }

    /// <summary>The labels: empty (none for all), one for the whole batch, or N.</summary>
    public ReadOnlySpan<int> Labels => _labels.Span;

    /// <summary>The values, [N, ...] or [1, ...]; null where there are none.</summary>
    public Tensor<T>? Values { get; }

    /// <summary>Whether nothing is asked of any sample.</summary>
    public bool IsNone => !HasLabels && (Values is null || (!_dropped.IsEmpty && !_dropped.Span.Contains(false)));

    /// <summary>Whether some sample has a label.</summary>
    public bool HasLabels => Labels.ContainsAnyExcept(DenoiserArguments.NoLabel);

    /// <summary>Whether all samples are asked the same.</summary>
    public bool IsShared => _labels.Length <= 1 && (Values is null || Values.Shape[0] == 1) && _dropped.Length <= 1;

    /// <summary>One label for the whole batch, -1 for none.</summary>
    public static implicit operator Condition<T>(int label) => new(new[] { label });

    /// <summary>Labels, -1 for none: none, one for all, or N.</summary>
    public static implicit operator Condition<T>(int[] labels) => new(labels);

    /// <summary>Labels, which are copied.</summary>
    public static implicit operator Condition<T>(ReadOnlySpan<int> labels) => labels.IsEmpty ? default : new(labels.ToArray());

    /// <summary>Vectors or images, [N, ...] or [1, ...].</summary>
    public static implicit operator Condition<T>(Tensor<T> values) => new(default, values);

    /// <summary>The label of a sample, -1 for none.</summary>
    public int LabelOf(int sample) => DenoiserArguments.LabelOf(Labels, sample);

    /// <summary>Whether a sample has values that are not dropped.</summary>
    public bool HasValues(int sample) => Values is not null && (_dropped.IsEmpty || !_dropped.Span[_dropped.Length == 1 ? 0 : sample]);

    /// <summary>The condition of the samples [from, to).</summary>
    public Condition<T> Rows(int from, int to) => new(
        _labels.Length <= 1 ? _labels : _labels[from..to],
        Values is null || Values.Shape[0] == 1 ? Values : Values.Rows(from, to),
        _dropped.Length <= 1 ? _dropped : _dropped[from..to]);

    /// <summary>The condition of the same samples several times over, one after the other.</summary>
    /// <param name="samples">N.</param>
    /// <param name="times">How often.</param>
    public Condition<T> Repeat(int samples, int times)
    {
        if (IsShared || times == 1)
            return this;
        int[] labels = Labels.Length <= 1 ? Labels.ToArray() : new int[samples * times];
        bool[] dropped = _dropped.Length <= 1 ? _dropped.ToArray() : new bool[samples * times];
        var values = Values is null || Values.Shape[0] == 1 ? Values : Tensor<T>.Uninitialized(Values.Shape.With(0, samples * times));
        for (int i = 0; i < times; i++)
        {
            int from = i * samples;
            if (Labels.Length > 1)
                Labels.CopyTo(labels.AsSpan(from));
            if (_dropped.Length > 1)
                _dropped.Span.CopyTo(dropped.AsSpan(from));
            if (!ReferenceEquals(values, Values))
                values!.Rows(from, from + samples).CopyFrom(Values!);
        }

        return new(labels, values, dropped);
    }

    /// <summary>The same condition in memory of its own.</summary>
    public Condition<T> Clone() => new(_labels.ToArray(), Values?.Clone(), _dropped.ToArray());

    /// <summary>Checks that the condition fits a batch.</summary>
    /// <exception cref="ArgumentException">Another number of labels, values or marks.</exception>
    public void Check(int samples)
    {
        if (Labels.Length > 1 && Labels.Length != samples)
            throw new ArgumentException($"{Labels.Length} labels were given for {samples} samples; accepted are none, one for all, or one for each.");
        if (Values is not null && Values.Shape[0] != 1 && Values.Shape[0] != samples)
            throw new ArgumentException($"The values of the condition have the shape {Values.Shape}, of {samples} samples; accepted is one row for all or one for each.");
        if (_dropped.Length > 1 && _dropped.Length != samples)
            throw new ArgumentException($"{_dropped.Length} marks of dropped values were given for {samples} samples; accepted are none, or one for each.");
    }
}
