using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Guidance;

/// <summary>
/// Guidance between two noise levels only (arXiv:2404.07724): one denoiser, the guided one, for times in an interval, and another
/// for all others. Guidance at the noisiest levels costs diversity, and at the least noisy ones does nothing.
/// </summary>
/// <remarks>Keeps scratch memory between calls, so one instance serves one thread at a time.</remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class GuidanceInterval<T> : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly IDenoiser<T> _guided, _plain;
    private readonly OtherPrediction<T> _other = new();

    /// <summary>Guides in an interval of times.</summary>
    /// <param name="guided">The denoiser for times in the interval.</param>
    /// <param name="plain">The denoiser for other times.</param>
    /// <param name="low">The least time that is guided, at least 0; <c>schedule.TimeOfLambda</c> gives the time of a noise level.</param>
    /// <param name="high">The greatest time that is guided.</param>
    /// <exception cref="ArgumentException">The interval is empty.</exception>
    public GuidanceInterval(IDenoiser<T> guided, IDenoiser<T> plain, double low, double high)
    {
        if (!(low >= 0 && low <= high))
            throw new ArgumentException($"The interval of guided times is [{low}, {high}]; it must begin at 0 or more and not end before it begins.", nameof(low));
        (_guided, _plain, Low, High) = (guided, plain, low, high);
    }

    /// <summary>The least time that is guided.</summary>
    public double Low { get; }

    /// <summary>The greatest time that is guided.</summary>
    public double High { get; }

    /// <inheritdoc/>
    public void Predict(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Prediction<T> prediction)
    {
        int samples = DenoiserArguments.Check(xt, t, condition, prediction);
        int inside = 0;
        foreach (double time in t)
            inside += IsGuided(time) ? 1 : 0;
        (inside > 0 ? _guided : _plain).Predict(xt, t, condition, prediction);
        if (inside == 0 || inside == t.Length)
            return;

        // Times on both sides: both denoisers, and to each sample its own.
        var other = _other.Of(_plain, xt, t, condition);
        for (int i = 0; i < samples; i++)
        {
            if (!IsGuided(t[i]))
                prediction.CopyRows(i, other, i, 1);
        }
    }

    private bool IsGuided(double time) => time >= Low && time <= High;
}
