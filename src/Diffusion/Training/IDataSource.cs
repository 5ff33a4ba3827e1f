using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Training;

/// <summary>Where training data come from: drawn afresh, or picked from a set.</summary>
/// <typeparam name="T">The number type.</typeparam>
public interface IDataSource<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>What the data are, in the words of the files that belong to them: a resumed run must find the same.</summary>
    string Description { get; }

    /// <summary>The number of classes.</summary>
    int Classes { get; }

    /// <summary>The shape of a batch of <paramref name="size"/> samples, [N, ...].</summary>
    Shape BatchShape(int size);

    /// <summary>The batch of one step: data [N, ...] and N labels. The same step gives the same batch.</summary>
    void Fill(Tensor<T> x0, Span<int> labels, StepRandom random);
}

/// <summary>Fresh draws from a Gaussian mixture.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="mixture">The mixture; the label is the component.</param>
public sealed class MixtureSource<T>(Data.GaussianMixture mixture) : IDataSource<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public string Description => mixture.ToJson();

    /// <inheritdoc/>
    public int Classes => mixture.LabelCount;

    /// <inheritdoc/>
    public Shape BatchShape(int size) => [size, 2, 1];

    /// <inheritdoc/>
    public void Fill(Tensor<T> x0, Span<int> labels, StepRandom random) => mixture.Sample(random.For(Purpose.Data), x0, labels);
}
