using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion;

/// <summary>
/// Tells the data x_0 and the noise eps in x_t. Networks make denoisers, and so are the exact predictor of a Gaussian mixture and
/// guidance, which wraps another denoiser.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public interface IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Predicts x_0 and eps of x_t.</summary>
    /// <param name="xt">Noisy data of any shape whose dimension 0 is the batch, [N, ...].</param>
    /// <param name="t">Real diffusion times in [0, T]: one for the whole batch, or N.</param>
    /// <param name="condition">Labels or values that are asked for; the default for none.</param>
    /// <param name="prediction">Receives the prediction; of the shape of <paramref name="xt"/>.</param>
    /// <exception cref="ArgumentException">Shapes or lengths that do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A time or a label that the denoiser does not know.</exception>
    void Predict(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Prediction<T> prediction);
}

/// <summary>Shorter calls of a denoiser.</summary>
public static class DenoiserExtensions
{
    /// <summary>Predicts into new memory.</summary>
    /// <inheritdoc cref="IDenoiser{T}.Predict"/>
    public static Prediction<T> Predict<T>(this IDenoiser<T> denoiser, Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var prediction = new Prediction<T>(xt.Shape);
        denoiser.Predict(xt, t, condition, prediction);
        return prediction;
    }
}
