using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Guidance;

/// <summary>
/// Classifier-free guidance: eps = (w + 1) eps_c - w eps_u (assignment eq. 18; arXiv:2207.12598), where eps_c
/// is the prediction with the label and eps_u without. w = 0 is the conditional prediction and w = -1 the unconditional
/// one, both bit for bit and in one pass; other weights need two passes. (Libraries that take a scale mean w + 1.)
/// </summary>
/// <remarks>Keeps scratch memory between calls, so one instance serves one thread at a time.</remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ClassifierFreeGuidance<T> : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IDenoiser<T> _inner;
    private Tensor<T>? _unconditional;

    /// <summary>Guides a denoiser that was trained with and without labels.</summary>
    /// <param name="inner">The denoiser.</param>
    /// <param name="w">The guidance weight, finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">w is not finite.</exception>
    public ClassifierFreeGuidance(IDenoiser<T> inner, double w)
    {
        if (!double.IsFinite(w))
            throw new ArgumentOutOfRangeException(nameof(w), w, $"The guidance weight w is {w}; it must be finite.");
        _inner = inner;
        Weight = w;
    }

    /// <summary>The guidance weight w.</summary>
    public double Weight { get; }

    /// <inheritdoc/>
    /// <remarks>Samples without a label get the unconditional prediction up to rounding, whatever w is.</remarks>
    public void PredictNoise(Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels, Tensor<T> noise)
    {
        _ = DenoiserArguments.Check(xt, t, labels, noise);
        if (Weight == -1 || !labels.ContainsAnyExcept(DenoiserArguments.NoLabel))
        {
            _inner.PredictNoise(xt, t, [], noise);
            return;
        }

        _inner.PredictNoise(xt, t, labels, noise);
        if (Weight == 0)
            return;

        if (_unconditional?.Shape != xt.Shape)
            _unconditional = Tensor<T>.Uninitialized(xt.Shape);
        _inner.PredictNoise(xt, t, [], _unconditional);
        Fused.Combine(T.CreateTruncating(Weight + 1), noise.Span, T.CreateTruncating(-Weight), _unconditional.Span, noise.Span);
    }
}
