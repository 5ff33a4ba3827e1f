using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Schedules;

/// <content>
/// Between x_0, x_t, the noise eps and the velocity v = sqrt(A) eps - sqrt(1 - A) x_0 (arXiv:2202.00512). With g = sqrt(A)
/// and S = sqrt(1 - A), everything is a sum of two tensors with a pair of factors per sample. In each method the tensors
/// have one shape with dimension 0 the batch, and t holds one time for the whole batch or one for each sample.
/// </content>
public sealed partial class NoiseSchedule
{
    private delegate (double X, double Y) Factors(double g, double s);

    /// <summary>x_t = g x_0 + S eps (assignment eq. 3, DDPM eq. 4).</summary>
    /// <param name="x0">The data, of any shape with dimension 0 the batch.</param>
    /// <param name="t">One step for the whole batch or one for each sample, in 0..T.</param>
    /// <param name="noise">Standard normal noise of the same shape.</param>
    /// <exception cref="ArgumentException">The shapes differ, or there are neither 1 nor N steps.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A step is not in 0..T.</exception>
    public Tensor<TNumber> QSample<TNumber>(Tensor<TNumber> x0, ReadOnlySpan<int> t, Tensor<TNumber> noise)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber> => Combine(x0, ToReal(t), noise, null, static (g, s) => (g, s));

    /// <inheritdoc cref="QSample{TNumber}(Tensor{TNumber}, ReadOnlySpan{int}, Tensor{TNumber})"/>
    public Tensor<TNumber> QSample<TNumber>(Tensor<TNumber> x0, ReadOnlySpan<double> t, Tensor<TNumber> noise)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber> => Combine(x0, t, noise, null, static (g, s) => (g, s));

    /// <summary>x_t = g x_0 + S eps into memory of the caller, which may be that of x0 or of noise.</summary>
    /// <inheritdoc cref="QSample{TNumber}(Tensor{TNumber}, ReadOnlySpan{int}, Tensor{TNumber})"/>
    public void QSample<TNumber>(Tensor<TNumber> x0, ReadOnlySpan<double> t, Tensor<TNumber> noise, Tensor<TNumber> destination)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber> => Combine(x0, t, noise, destination, static (g, s) => (g, s));

    /// <summary>x_0 = (x_t - S eps) / g.</summary>
    /// <inheritdoc cref="QSample{TNumber}(Tensor{TNumber}, ReadOnlySpan{int}, Tensor{TNumber})"/>
    public Tensor<TNumber> PredictX0FromNoise<TNumber>(Tensor<TNumber> xt, ReadOnlySpan<int> t, Tensor<TNumber> noise)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber> => PredictX0FromNoise(xt, ToReal(t), noise);

    /// <inheritdoc cref="PredictX0FromNoise{TNumber}(Tensor{TNumber}, ReadOnlySpan{int}, Tensor{TNumber})"/>
    public Tensor<TNumber> PredictX0FromNoise<TNumber>(Tensor<TNumber> xt, ReadOnlySpan<double> t, Tensor<TNumber> noise)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber> => Combine(xt, t, noise, null, static (g, s) => (1 / g, -s / g));

    /// <summary>eps = (x_t - g x_0) / S; t must not be 0.</summary>
    /// <inheritdoc cref="QSample{TNumber}(Tensor{TNumber}, ReadOnlySpan{int}, Tensor{TNumber})"/>
    public Tensor<TNumber> PredictNoiseFromX0<TNumber>(Tensor<TNumber> xt, ReadOnlySpan<int> t, Tensor<TNumber> x0)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber> => PredictNoiseFromX0(xt, ToReal(t), x0);

    /// <inheritdoc cref="PredictNoiseFromX0{TNumber}(Tensor{TNumber}, ReadOnlySpan{int}, Tensor{TNumber})"/>
    public Tensor<TNumber> PredictNoiseFromX0<TNumber>(Tensor<TNumber> xt, ReadOnlySpan<double> t, Tensor<TNumber> x0)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber>
    {
        var noise = Tensor<TNumber>.Uninitialized(xt.Shape);
        PredictNoiseFromX0(xt, t, x0, noise);
        return noise;
    }

    /// <summary>eps = (x_t - g x_0) / S into memory of the caller, which may be that of x0; t must not be 0.</summary>
    /// <inheritdoc cref="QSample{TNumber}(Tensor{TNumber}, ReadOnlySpan{int}, Tensor{TNumber})"/>
    public void PredictNoiseFromX0<TNumber>(Tensor<TNumber> xt, ReadOnlySpan<double> t, Tensor<TNumber> x0, Tensor<TNumber> destination)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber>
    {
        if (t.Contains(0))
            throw new ArgumentOutOfRangeException(nameof(t), "x_0 at t = 0 holds no noise that could be told; t must be more than 0.");
        _ = Combine(xt, t, x0, destination, static (g, s) => (1 / s, -g / s));
    }

    /// <summary>v = g eps - S x_0.</summary>
    /// <inheritdoc cref="QSample{TNumber}(Tensor{TNumber}, ReadOnlySpan{int}, Tensor{TNumber})"/>
    public Tensor<TNumber> VelocityOf<TNumber>(Tensor<TNumber> x0, ReadOnlySpan<int> t, Tensor<TNumber> noise)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber> => VelocityOf(x0, ToReal(t), noise);

    /// <inheritdoc cref="VelocityOf{TNumber}(Tensor{TNumber}, ReadOnlySpan{int}, Tensor{TNumber})"/>
    public Tensor<TNumber> VelocityOf<TNumber>(Tensor<TNumber> x0, ReadOnlySpan<double> t, Tensor<TNumber> noise)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber> => Combine(x0, t, noise, null, static (g, s) => (-s, g));

    /// <summary>v = g eps - S x_0 into memory of the caller, which may be that of x0 or of noise.</summary>
    /// <inheritdoc cref="QSample{TNumber}(Tensor{TNumber}, ReadOnlySpan{int}, Tensor{TNumber})"/>
    public void VelocityOf<TNumber>(Tensor<TNumber> x0, ReadOnlySpan<double> t, Tensor<TNumber> noise, Tensor<TNumber> destination)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber> => Combine(x0, t, noise, destination, static (g, s) => (-s, g));

    /// <summary>x_0 = g x_t - S v.</summary>
    /// <inheritdoc cref="QSample{TNumber}(Tensor{TNumber}, ReadOnlySpan{int}, Tensor{TNumber})"/>
    public Tensor<TNumber> PredictX0FromVelocity<TNumber>(Tensor<TNumber> xt, ReadOnlySpan<int> t, Tensor<TNumber> velocity)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber> => PredictX0FromVelocity(xt, ToReal(t), velocity);

    /// <inheritdoc cref="PredictX0FromVelocity{TNumber}(Tensor{TNumber}, ReadOnlySpan{int}, Tensor{TNumber})"/>
    public Tensor<TNumber> PredictX0FromVelocity<TNumber>(Tensor<TNumber> xt, ReadOnlySpan<double> t, Tensor<TNumber> velocity)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber> => Combine(xt, t, velocity, null, static (g, s) => (g, -s));

    /// <summary>eps = S x_t + g v.</summary>
    /// <inheritdoc cref="QSample{TNumber}(Tensor{TNumber}, ReadOnlySpan{int}, Tensor{TNumber})"/>
    public Tensor<TNumber> PredictNoiseFromVelocity<TNumber>(Tensor<TNumber> xt, ReadOnlySpan<int> t, Tensor<TNumber> velocity)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber> => PredictNoiseFromVelocity(xt, ToReal(t), velocity);

    /// <inheritdoc cref="PredictNoiseFromVelocity{TNumber}(Tensor{TNumber}, ReadOnlySpan{int}, Tensor{TNumber})"/>
    public Tensor<TNumber> PredictNoiseFromVelocity<TNumber>(Tensor<TNumber> xt, ReadOnlySpan<double> t, Tensor<TNumber> velocity)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber> => Combine(xt, t, velocity, null, static (g, s) => (s, g));

    /// <summary>eps = S x_t + g v into memory of the caller, which may be that of velocity.</summary>
    /// <inheritdoc cref="QSample{TNumber}(Tensor{TNumber}, ReadOnlySpan{int}, Tensor{TNumber})"/>
    public void PredictNoiseFromVelocity<TNumber>(Tensor<TNumber> xt, ReadOnlySpan<double> t, Tensor<TNumber> velocity, Tensor<TNumber> destination)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber> => Combine(xt, t, velocity, destination, static (g, s) => (s, g));

    private static double[] ToReal(ReadOnlySpan<int> t)
    {
        double[] times = new double[t.Length];
        for (int i = 0; i < times.Length; i++)
            times[i] = t[i];
        return times;
    }

    private Tensor<TNumber> Combine<TNumber>(Tensor<TNumber> x, ReadOnlySpan<double> t, Tensor<TNumber> y, Tensor<TNumber>? destination, Factors factors)
        where TNumber : unmanaged, IFloatingPointIeee754<TNumber>
    {
        if (x.Rank == 0)
            throw new ArgumentException("A single number has no batch: dimension 0 of the tensors counts the samples.", nameof(x));
        if (x.Shape != y.Shape || (destination is not null && destination.Shape != x.Shape))
            throw new ArgumentException($"The tensors must have one shape, but have {x.Shape}, {y.Shape}{(destination is null ? "" : $" and {destination.Shape}")}.", nameof(y));
        int samples = x.Shape[0];
        if (t.Length != 1 && t.Length != samples)
            throw new ArgumentException($"{t.Length} times were given for {samples} samples; accepted are one for all or one for each.", nameof(t));

        destination ??= Tensor<TNumber>.Uninitialized(x.Shape);
        int perSample = samples == 0 ? 0 : x.Length / samples;
        int rows = t.Length == 1 ? samples : 1;
        for (int i = 0; i < t.Length; i++)
        {
            var (a, b) = At(t[i]);
            var (fx, fy) = factors(Math.Sqrt(a), Math.Sqrt(b));
            int from = i * perSample, length = rows * perSample;
            Fused.Combine(TNumber.CreateTruncating(fx), x.Span.Slice(from, length), TNumber.CreateTruncating(fy), y.Span.Slice(from, length), destination.Span.Slice(from, length));
        }

        return destination;
    }
}
