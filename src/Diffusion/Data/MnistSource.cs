using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Data;

/// <summary>
/// Batches of a set, one epoch after another: each image once per epoch, in an order of the epoch's own. The batch of a step
/// depends on the seed, the step and the size of the batch alone, so a resumed run sees what it would have seen.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class MnistSource<T> : IDataSource<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly MnistSet _set;
    private readonly EpochOrder _order;
    private int[] _indices = [];

    /// <summary>Batches of a set.</summary>
    /// <exception cref="ArgumentException">The set is empty.</exception>
    public MnistSource(MnistSet set)
    {
        if (set.Count == 0)
            throw new ArgumentException("The set has no images; at least one is needed.", nameof(set));
        (_set, _order) = (set, new EpochOrder(set.Count));
        Description = $"{set.Count} images, sha256 {set.Sha256}";
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public int Classes => MnistSet.Classes;

    /// <inheritdoc/>
    public Shape BatchShape(int size) => [size, MnistSet.Side, MnistSet.Side, 1];

    /// <inheritdoc/>
    public void Fill(Tensor<T> x0, Span<int> labels, Tensor<T>? values, StepRandom random)
    {
        if (_indices.Length != labels.Length)
            _indices = new int[labels.Length];
        Indices(_indices, random);
        _set.Fill(_indices, x0, labels);
    }

    /// <summary>Which images make the batch of one step, as indices into the set.</summary>
    internal void Indices(Span<int> indices, StepRandom random) => _order.Indices(indices, random);
}
