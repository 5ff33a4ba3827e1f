using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Data;

/// <summary>
/// Batches of a set of pixel pairs, one epoch after another: each point once per epoch, in an order of the epoch's own. The
/// batch of a step depends on the seed, the step and the size of the batch alone, so a resumed run sees what it would have seen.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="set">The points; label -1 is a point that is never labelled.</param>
public sealed class PointSource<T>(PointSet set) : IDataSource<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly EpochOrder _order = new(set.Count);
    private int[] _indices = [];

    /// <inheritdoc/>
    public string Description => set.Description;

    /// <inheritdoc/>
    public int Classes => set.Classes;

    /// <inheritdoc/>
    public Shape BatchShape(int size) => [size, 2, 1];

    /// <inheritdoc/>
    public void Fill(Tensor<T> x0, Span<int> labels, Tensor<T>? values, StepRandom random)
    {
        if (x0.Shape != [labels.Length, 2, 1])
            throw new ArgumentException($"{labels.Length} images of two pixels have the shape [{labels.Length}, 2, 1], not {x0.Shape}.", nameof(x0));
        if (_indices.Length != labels.Length)
            _indices = new int[labels.Length];
        _order.Indices(_indices, random);
        for (int i = 0; i < labels.Length; i++)
        {
            int point = _indices[i];
            x0.Span[2 * i] = T.CreateTruncating(set.Points.Span[2 * point]);
            x0.Span[(2 * i) + 1] = T.CreateTruncating(set.Points.Span[(2 * point) + 1]);
            labels[i] = set.Labels.Span[point];
        }
    }
}
