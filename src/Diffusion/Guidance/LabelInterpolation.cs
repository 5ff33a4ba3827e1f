using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Guidance;

/// <summary>
/// Walks between two labels: sample i gets (1 - s_i) eps(label) + s_i eps(other label), so a share of 0 is the label of the
/// call and 1 the other one. Two passes of the denoiser.
/// </summary>
/// <remarks>Keeps scratch memory between calls, so one instance serves one thread at a time.</remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class LabelInterpolation<T> : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IDenoiser<T> _inner;
    private readonly int[] _others;
    private readonly double[] _shares;
    private Tensor<T>? _other;

    /// <summary>Wraps a denoiser.</summary>
    /// <param name="inner">The denoiser.</param>
    /// <param name="others">The other label of each sample; -1 for none.</param>
    /// <param name="shares">The share of the other label for each sample, in [0, 1].</param>
    /// <exception cref="ArgumentException">Not as many labels as shares.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A share outside of [0, 1].</exception>
    public LabelInterpolation(IDenoiser<T> inner, ReadOnlySpan<int> others, ReadOnlySpan<double> shares)
    {
        if (others.Length != shares.Length)
            throw new ArgumentException($"{others.Length} labels and {shares.Length} shares were given; every sample has one of each.", nameof(shares));
        foreach (double share in shares)
        {
            if (!(share is >= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(shares), share, $"The share {share} is outside of [0, 1].");
        }

        (_inner, _others, _shares) = (inner, others.ToArray(), shares.ToArray());
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Another number of samples than shares.</exception>
    public void PredictNoise(Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels, Tensor<T> noise)
    {
        int samples = DenoiserArguments.Check(xt, t, labels, noise);
        if (samples != _shares.Length)
            throw new ArgumentException($"{samples} samples were given, but {_shares.Length} shares.", nameof(xt));
        if (_other?.Shape != xt.Shape)
            _other = Tensor<T>.Uninitialized(xt.Shape);
        _inner.PredictNoise(xt, t, labels, noise);
        _inner.PredictNoise(xt, t, _others, _other);
        int perSample = samples == 0 ? 0 : xt.Length / samples;
        for (int i = 0; i < samples; i++)
        {
            var destination = noise.Span.Slice(i * perSample, perSample);
            Numerics.Fused.Combine(T.CreateTruncating(1 - _shares[i]), destination, T.CreateTruncating(_shares[i]), _other.Span.Slice(i * perSample, perSample), destination);
        }
    }
}
