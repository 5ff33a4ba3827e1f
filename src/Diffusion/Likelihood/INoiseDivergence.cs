using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Likelihood;

/// <summary>A noise predictor that also tells its divergence, the sum of d eps_i / d x_i over the numbers of a sample.</summary>
/// <typeparam name="T">The number type.</typeparam>
public interface INoiseDivergence<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Whether it knows whole steps only and guesses between them. False unless it is overridden.</summary>
    bool KnowsWholeTimesOnly => false;

    /// <summary>The predicted noise, and its divergence for each sample.</summary>
    /// <param name="xt">Noisy data, [N, ...].</param>
    /// <param name="t">The diffusion time of all samples, in [0, T].</param>
    /// <param name="condition">Labels or values that are asked for.</param>
    /// <param name="noise">Receives the noise; the shape of <paramref name="xt"/>, in memory of its own.</param>
    /// <param name="divergence">Receives the N divergences.</param>
    /// <exception cref="ArgumentException">Shapes or lengths that do not fit together.</exception>
    void Predict(Tensor<T> xt, double t, Condition<T> condition, Tensor<T> noise, Span<double> divergence);
}
