using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion;

/// <summary>A denoiser that has also learned the variance of the reverse step (Improved DDPM, arXiv:2102.09672).</summary>
/// <typeparam name="T">The number type.</typeparam>
public interface ILearnedVariance<T> : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Predicts the noise and where the variance is between its bounds, in one pass.</summary>
    /// <param name="xt">Noisy data, [N, ...].</param>
    /// <param name="t">Times in [0, T]: one for the whole batch, or N.</param>
    /// <param name="labels">Labels, -1 meaning none: empty, one, or N.</param>
    /// <param name="noise">Receives the noise.</param>
    /// <param name="fraction">Receives f in ln v = f ln beta + (1 - f) ln beta~ for each element (eq. 15 there).</param>
    /// <exception cref="ArgumentException">Shapes or lengths that do not fit together.</exception>
    void PredictNoiseAndVariance(Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels, Tensor<T> noise, Tensor<T> fraction);
}
