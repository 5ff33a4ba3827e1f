using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion;

/// <summary>Tells labels from noisy data, and how to change the data to make a label likelier (arXiv:2105.05233, section 4).</summary>
/// <typeparam name="T">The number type.</typeparam>
public interface INoisyClassifier<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The number of classes; labels are 0 ... Classes - 1.</summary>
    int Classes { get; }

    /// <summary>The gradient of log p(label | x_t) with respect to x_t, for each sample by itself; 0 where the label is -1.</summary>
    /// <param name="xt">Noisy data, [N, ...].</param>
    /// <param name="t">Real diffusion times in [0, T]: one for the whole batch, or N.</param>
    /// <param name="condition">The labels, -1 for none: empty, one for the whole batch, or N.</param>
    /// <param name="gradient">Receives the gradient; the shape of <paramref name="xt"/>, in memory of its own.</param>
    /// <exception cref="ArgumentException">Shapes or lengths that do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A time or a label that the classifier does not know.</exception>
    void LogProbabilityGradient(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Tensor<T> gradient);
}
