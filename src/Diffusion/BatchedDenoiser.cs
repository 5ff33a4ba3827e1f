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
    public void Predict(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Prediction<T> prediction)
    {
        int samples = DenoiserArguments.Check(xt, t, condition, prediction);
        if (samples <= _batch)
        {
            _inner.Predict(xt, t, condition, prediction);
            return;
        }

        prediction.Clear();
        Prediction<T>? part = null;
        for (int from = 0; from < samples; from += _batch)
        {
            int to = Math.Min(samples, from + _batch);
            var x = xt.Rows(from, to);
            if (part?.Shape != x.Shape)
                part = new Prediction<T>(x.Shape);
            _inner.Predict(x, DenoiserArguments.Times(t, from, to), condition.Rows(from, to), part);
            prediction.CopyRows(from, part, 0, to - from);
        }
    }
}
