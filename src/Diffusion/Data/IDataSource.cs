using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Data;

/// <summary>Where training data come from: drawn afresh, or picked from a set.</summary>
/// <typeparam name="T">The number type.</typeparam>
public interface IDataSource<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>What the data are, in the words of the files that belong to them: a resumed run must find the same.</summary>
    string Description { get; }

    /// <summary>The number of classes; 0 for data without labels.</summary>
    int Classes { get; }

    /// <summary>The shape of a batch of <paramref name="size"/> samples, [N, ...].</summary>
    Shape BatchShape(int size);

    /// <summary>The shape of the vectors or images that condition <paramref name="size"/> samples, [N, ...]; null, the default, where there are none.</summary>
    Shape? ValuesShape(int size) => null;

    /// <summary>The batch of one step. The same step gives the same batch.</summary>
    /// <param name="x0">Receives the data, [N, ...].</param>
    /// <param name="labels">Receives N labels, -1 for none, as which they come.</param>
    /// <param name="values">Receives the vectors or images, of <see cref="ValuesShape"/>; null where there are none.</param>
    /// <param name="random">The streams of the step.</param>
    void Fill(Tensor<T> x0, Span<int> labels, Tensor<T>? values, StepRandom random);
}

/// <summary>Fresh draws from a Gaussian mixture.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="mixture">The mixture; the label is the component.</param>
public sealed class MixtureSource<T>(GaussianMixture mixture) : IDataSource<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public string Description => mixture.ToJson();

    /// <inheritdoc/>
    public int Classes => mixture.LabelCount;

    /// <inheritdoc/>
    public Shape BatchShape(int size) => mixture.ShapeOf(size);

    /// <inheritdoc/>
    public void Fill(Tensor<T> x0, Span<int> labels, Tensor<T>? values, StepRandom random) => mixture.Sample(random.For(Purpose.Data), x0, labels);
}
