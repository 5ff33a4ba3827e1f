using System.Numerics;

namespace Diffusion.Data;

/// <content>eps* of many samples, with short loops for one and two isotropic components over pixel pairs.</content>
public sealed partial class NoisedMixture
{
    private readonly bool _pairs;

    /// <summary>eps* = E[eps | x_t = x] = -S score of samples, the best noise predictor; 0 where S is.</summary>
    /// <param name="x">Samples of d numbers, one after another.</param>
    /// <param name="noise">Receives eps* of each, in the same order. May be <paramref name="x"/>.</param>
    /// <exception cref="ArgumentException">Not whole samples, or another length of the destination.</exception>
    public void Noise<T>(ReadOnlySpan<T> x, Span<T> noise)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Length % Dimensions != 0)
            throw new ArgumentException($"{x.Length} numbers are no whole number of samples of {Dimensions}.", nameof(x));
        CheckRoom(noise, x.Length, "numbers of noise");
        if (_pairs && Count == 1)
            NoiseOfOne(x, noise);
        else if (_pairs && Count == 2)
            NoiseOfTwo(x, noise);
        else
            NoiseOfMany(x, noise);
    }

    private void NoiseOfMany<T>(ReadOnlySpan<T> x, Span<T> noise)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] point = new double[Dimensions], pull = new double[Dimensions];
        for (int from = 0; from < x.Length; from += point.Length)
        {
            for (int i = 0; i < point.Length; i++)
                point[i] = double.CreateTruncating(x[from + i]);
            Pull(point, pull);
            for (int i = 0; i < point.Length; i++)
                noise[from + i] = T.CreateTruncating(NoiseScale * pull[i]);
        }
    }

    private void NoiseOfOne<T>(ReadOnlySpan<T> x, Span<T> noise)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double factor = NoiseScale * _components[0].InverseVariance, meanLeft = _components[0].Mean[0], meanRight = _components[0].Mean[1];
        for (int i = 0; i + 1 < x.Length; i += 2)
        {
            noise[i] = T.CreateTruncating(factor * (double.CreateTruncating(x[i]) - meanLeft));
            noise[i + 1] = T.CreateTruncating(factor * (double.CreateTruncating(x[i + 1]) - meanRight));
        }
    }

    // Two components need one exponential: r_1 / r_0 = exp(l_1 - l_0).
    private void NoiseOfTwo<T>(ReadOnlySpan<T> x, Span<T> noise)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        NoisedComponent first = _components[0], second = _components[1];
        double left0 = first.Mean[0], right0 = first.Mean[1], left1 = second.Mean[0], right1 = second.Mean[1];
        double inverse0 = first.InverseVariance, inverse1 = second.InverseVariance, logOdds = second.LogWeight - first.LogWeight, s = NoiseScale;
        for (int i = 0; i + 1 < x.Length; i += 2)
        {
            double left = double.CreateTruncating(x[i]), right = double.CreateTruncating(x[i + 1]);
            double a0 = left - left0, b0 = right - right0, a1 = left - left1, b1 = right - right1;
            double difference = logOdds + ((((a0 * a0) + (b0 * b0)) * inverse0) - (((a1 * a1) + (b1 * b1)) * inverse1)) / 2;
            double e = Math.Exp(-Math.Abs(difference));
            double small = e / (1 + e);
            double r1 = difference >= 0 ? 1 - small : small, r0 = difference >= 0 ? small : 1 - small;
            r0 *= inverse0;
            r1 *= inverse1;
            noise[i] = T.CreateTruncating(s * ((r0 * a0) + (r1 * a1)));
            noise[i + 1] = T.CreateTruncating(s * ((r0 * b0) + (r1 * b1)));
        }
    }
}
