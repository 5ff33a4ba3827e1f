using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Data;

/// <summary>
/// Batches of a tensor of data, one epoch after another: each sample once per epoch, in an order of the epoch's own. The batch of a
/// step depends on the seed, the step and the size of the batch alone, so a resumed run sees what it would have seen.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class TensorSource<T> : IDataSource<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Tensor<T> _data;
    private readonly Tensor<T>? _values;
    private readonly ReadOnlyMemory<int> _labels;
    private readonly EpochOrder _order;
    private int[] _indices = [];

    /// <summary>Batches of data, which are kept, not copied.</summary>
    /// <param name="data">The data, [N, ...].</param>
    /// <param name="labels">N labels from 0, -1 for none; empty for data without labels.</param>
    /// <param name="values">The vectors or images that condition the data, [N, ...]; null for none.</param>
    /// <exception cref="ArgumentException">No data, or another number of labels or values.</exception>
    public TensorSource(Tensor<T> data, ReadOnlyMemory<int> labels = default, Tensor<T>? values = null)
    {
        if (data.Rank == 0 || data.Length == 0)
            throw new ArgumentException($"The data have the shape {data.Shape}; at least one sample is needed.", nameof(data));
        int count = data.Shape[0];
        if (labels.Length != 0 && labels.Length != count)
            throw new ArgumentException($"{labels.Length} labels were given for {count} samples; accepted are none, or one for each.", nameof(labels));
        if (values is not null && (values.Rank == 0 || values.Shape[0] != count))
            throw new ArgumentException($"The values have the shape {values.Shape}, but there are {count} samples; there is one row for each.", nameof(values));
        foreach (int label in labels.Span)
        {
            if (label < DenoiserArguments.NoLabel)
                throw new ArgumentException($"A label is {label}; accepted are labels from 0, and -1 for none.", nameof(labels));
            Classes = Math.Max(Classes, label + 1);
        }

        (_data, _labels, _values, _order) = (data, labels, values, new EpochOrder(count));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(MemoryMarshal.AsBytes(data.Span));
        hash.AppendData(MemoryMarshal.AsBytes(labels.Span));
        if (values is not null)
            hash.AppendData(MemoryMarshal.AsBytes(values.Span));
        Description = $"{count} samples of {data.Shape}, sha256 {Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public int Classes { get; }

    /// <inheritdoc/>
    public Shape BatchShape(int size) => _data.Shape.With(0, size);

    /// <inheritdoc/>
    public Shape? ValuesShape(int size) => _values?.Shape.With(0, size);

    /// <inheritdoc/>
    public void Fill(Tensor<T> x0, Span<int> labels, Tensor<T>? values, StepRandom random)
    {
        if (_indices.Length != labels.Length)
            _indices = new int[labels.Length];
        _order.Indices(_indices, random);
        for (int i = 0; i < labels.Length; i++)
        {
            int from = _indices[i];
            x0.Rows(i, i + 1).CopyFrom(_data.Rows(from, from + 1));
            labels[i] = _labels.IsEmpty ? DenoiserArguments.NoLabel : _labels.Span[from];
            if (_values is not null)
                values!.Rows(i, i + 1).CopyFrom(_values.Rows(from, from + 1));
        }
    }
}
