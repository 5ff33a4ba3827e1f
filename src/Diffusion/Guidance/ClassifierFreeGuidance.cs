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

    /// <summary>A label to be steered away from, whose prediction takes the place of eps_u; -1, the default, for the unconditional one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than -1.</exception>
    public int NegativeLabel
    {
        get;
        init => field = value >= DenoiserArguments.NoLabel ? value
            : throw new ArgumentOutOfRangeException(nameof(NegativeLabel), value, $"The negative label is {value}; accepted are labels from 0, and -1 for none.");
    } = DenoiserArguments.NoLabel;

    /// <summary>
    /// How much of the guided prediction is scaled back to the standard deviation of eps_c, sample by sample over its numbers, against
    /// the glare of large weights (arXiv:2305.08891, eqs. 15 and 16): 0, the default, for none, to 1 for all. It is made for images: two
    /// pixels have hardly a standard deviation.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not in [0, 1].</exception>
    public double Rescale
    {
        get;
        init => field = value is >= 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Rescale), value, $"Rescale is {value}; accepted is 0 to 1.");
    }

    /// <inheritdoc/>
    /// <remarks>Samples without a label get the unconditional prediction up to rounding, whatever w is, unless there is a negative label.</remarks>
    public void PredictNoise(Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels, Tensor<T> noise)
    {
        int samples = DenoiserArguments.Check(xt, t, labels, noise);
        ReadOnlySpan<int> other = NegativeLabel == DenoiserArguments.NoLabel ? [] : [NegativeLabel];
        if (Weight == -1 || (other.IsEmpty && !labels.ContainsAnyExcept(DenoiserArguments.NoLabel)))
        {
            _inner.PredictNoise(xt, t, other, noise);
            return;
        }

        _inner.PredictNoise(xt, t, labels, noise);
        if (Weight == 0)
            return;

        if (_unconditional?.Shape != xt.Shape)
            _unconditional = Tensor<T>.Uninitialized(xt.Shape);
        _inner.PredictNoise(xt, t, other, _unconditional);
        if (Rescale == 0)
        {
            Combine(noise.Span, _unconditional.Span);
            return;
        }

        int perSample = samples == 0 ? 0 : noise.Length / samples;
        for (int i = 0; i < samples; i++)
        {
            var row = noise.Span.Slice(i * perSample, perSample);
            double conditional = StandardDeviation(row);
            Combine(row, _unconditional.Span.Slice(i * perSample, perSample));
            double guided = StandardDeviation(row);
            if (guided > 0)
                System.Numerics.Tensors.TensorPrimitives.Multiply(row, T.CreateTruncating((Rescale * conditional / guided) + 1 - Rescale), row);
        }
    }

    private static double StandardDeviation(ReadOnlySpan<T> values)
    {
        double mean = 0, squares = 0;
        foreach (var value in values)
            mean += double.CreateTruncating(value) / values.Length;
        foreach (var value in values)
            squares += (double.CreateTruncating(value) - mean) * (double.CreateTruncating(value) - mean);
        return Math.Sqrt(squares / values.Length);
    }

    // eps = (w + 1) eps - w other
    private void Combine(Span<T> noise, ReadOnlySpan<T> other) =>
        Fused.Combine(T.CreateTruncating(Weight + 1), noise, T.CreateTruncating(-Weight), other, noise);
}
