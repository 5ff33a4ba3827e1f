using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion;

/// <summary>
/// Predicts the noise eps in x_t. Networks are denoisers, and so are the exact predictor of a Gaussian mixture and
/// guidance, which wraps another denoiser. What a denoiser can do besides (such as learned variances) is an interface
/// of its own that it may implement too.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public interface IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Predicts the noise eps of x_t.</summary>
    /// <param name="xt">Noisy data of any shape whose dimension 0 is the batch, [N, ...].</param>
    /// <param name="t">Real diffusion times in [0, T]: one for the whole batch, or N.</param>
    /// <param name="labels">Labels from 0, -1 meaning none: empty (none for all), one for the whole batch, or N.</param>
    /// <param name="noise">Receives the prediction; the shape of <paramref name="xt"/>, in memory of its own.</param>
    /// <exception cref="ArgumentException">Shapes or lengths that do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A time or a label that the denoiser does not know.</exception>
    void PredictNoise(Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels, Tensor<T> noise);
}
