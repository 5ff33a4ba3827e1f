using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Guidance;

/// <summary>
/// Walks between two conditions: sample i gets (1 - s_i) times the prediction with the one and s_i times that with the other, so a share of
/// 0 is the condition of the call and 1 the other one. Two passes of the denoiser.
/// </summary>
/// <remarks>Keeps scratch memory between calls, so one instance serves one thread at a time.</remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ConditionInterpolation<T> : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IDenoiser<T> _inner;
    private readonly Condition<T> _others;
    private readonly double[] _shares;
    private Prediction<T>? _other;

    /// <summary>Wraps a denoiser.</summary>
    /// <param name="inner">The denoiser.</param>
    /// <param name="others">The other condition, of all samples or of each.</param>
    /// <param name="shares">The share of the other condition for each sample, in [0, 1].</param>
    /// <exception cref="ArgumentException">The condition is not one for as many samples as there are shares.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A share outside of [0, 1].</exception>
    public ConditionInterpolation(IDenoiser<T> inner, Condition<T> others, ReadOnlySpan<double> shares)
    {
        others.Check(shares.Length);
        foreach (double share in shares)
        {
            if (!(share is >= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(shares), share, $"The share {share} is outside of [0, 1].");
        }

        (_inner, _others, _shares) = (inner, others.Clone(), shares.ToArray());
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Another number of samples than shares.</exception>
    public void Predict(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Prediction<T> prediction)
    {
        int samples = DenoiserArguments.Check(xt, t, condition, prediction);
        if (samples != _shares.Length)
            throw new ArgumentException($"{samples} samples were given, but {_shares.Length} shares.", nameof(xt));
        if (_other?.Shape != xt.Shape)
            _other = new Prediction<T>(xt.Shape);
        _inner.Predict(xt, t, condition, prediction);
        _inner.Predict(xt, t, _others, _other);
        for (int i = 0; i < samples; i++)
            prediction.Mix(1 - _shares[i], _shares[i], _other, i, i + 1);
    }
}
