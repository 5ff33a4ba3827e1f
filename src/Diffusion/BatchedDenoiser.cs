using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion;

/// <summary>Hands the samples to another denoiser in batches of a bounded size, so that its memory is bounded too.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class BatchedDenoiser<T> : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IDenoiser<T> _inner;
    private readonly int _batch;

    /// <summary>Wraps a denoiser.</summary>
    /// <param name="inner">The denoiser that does the work.</param>
    /// <param name="batch">The most samples that it sees at once, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The batch is less than 1.</exception>
    public BatchedDenoiser(IDenoiser<T> inner, int batch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        _inner = inner;
        _batch = batch;
    }

    /// <inheritdoc/>
    public void PredictNoise(Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels, Tensor<T> noise)
    {
        int samples = DenoiserArguments.Check(xt, t, labels, noise);
        for (int from = 0; from < samples; from += _batch)
        {
            int to = Math.Min(samples, from + _batch);
            _inner.PredictNoise(xt.Rows(from, to), DenoiserArguments.Times(t, from, to), DenoiserArguments.Labels(labels, from, to), noise.Rows(from, to));
        }
    }
}
