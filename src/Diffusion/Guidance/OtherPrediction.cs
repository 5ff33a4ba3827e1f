using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Guidance;

/// <summary>Memory for a second prediction of the same state, kept from call to call.</summary>
/// <typeparam name="T">The number type.</typeparam>
internal sealed class OtherPrediction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private Prediction<T>? _memory;

    /// <summary>What a denoiser says; the next call overwrites it.</summary>
    public Prediction<T> Of(IDenoiser<T> denoiser, Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition)
    {
        if (_memory?.Shape != xt.Shape)
            _memory = new Prediction<T>(xt.Shape);
        denoiser.Predict(xt, t, condition, _memory);
        return _memory;
    }

    /// <summary>The weight of a kind of guidance.</summary>
    /// <exception cref="ArgumentOutOfRangeException">w is not finite.</exception>
    public static double CheckWeight(double w) => double.IsFinite(w) ? w
        : throw new ArgumentOutOfRangeException(nameof(w), w, $"The guidance weight w is {w}; it must be finite.");
}
