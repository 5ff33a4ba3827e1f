using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Objectives;

/// <summary>
/// The variational bound of one reverse step in a learned variance (Improved DDPM, arXiv:2102.09672, eq. 4 to 6 and 15):
/// for t > 1 the divergence KL(q(x_{t-1} | x_t, x_0) || N(mu, v)), for t = 1 the negative log-likelihood -ln N(x_0; mu, v), in
/// nats per element. The mean comes from the predicted noise and is held fixed: the bound teaches the variance alone.
/// </summary>
public static class VariationalBound
{
    /// <summary>The mean over all elements of the bound of each sample's step.</summary>
    /// <param name="schedule">The schedule, T at least 2.</param>
    /// <param name="t">The steps, N integers from 1.</param>
    /// <param name="noise">The true noise, [N, ...].</param>
    /// <param name="predicted">The predicted noise; a value, so that no gradient can reach it.</param>
    /// <param name="variance">The network's second output o, f = (o + 1)/2.</param>
    /// <exception cref="ArgumentException">T is 1, or times that are no steps.</exception>
    public static Variable<T> Of<T>(NoiseSchedule schedule, ReadOnlySpan<double> t, Tensor<T> noise, Tensor<T> predicted, Variable<T> variance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var tape = variance.Tape ?? throw new ArgumentException("The variance is on no tape.", nameof(variance));
        int samples = t.Length, perSample = noise.Length / samples;
        Tensor<T> squares = tape.Rent(noise.Shape), middle = tape.Rent(noise.Shape), half = tape.Rent(noise.Shape);
        double constant = 0;
        for (int i = 0; i < samples; i++)
        {
            if (!(t[i] >= 1) || t[i] != Math.Floor(t[i]))
                throw new ArgumentException($"Time {i} is {t[i]}; the bound is one of whole steps from 1.", nameof(t));
            var step = schedule.PosteriorOf(t[i], t[i] - 1);
            var (low, high) = schedule.LogVarianceRange(t[i], t[i] - 1);

            // mu~ - mu = MeanCoefX0 (x_0 - x^_0) = MeanCoefX0 S/g (eps^ - eps)
            var level = schedule.At(t[i]);
            double toMean = step.MeanCoefX0 * Math.Sqrt(level.B / level.A), posterior = t[i] > 1 ? step.Variance : 0;
            var (from, length) = (i * perSample, perSample);
            Span<T> s = squares.Span.Slice(from, length), e = noise.Span.Slice(from, length), p = predicted.Span.Slice(from, length);
            for (int j = 0; j < length; j++)
            {
                double d = toMean * double.CreateTruncating(p[j] - e[j]);
                s[j] = T.CreateTruncating((d * d) + posterior);
            }

            // ln v = f high + (1 - f) low = (high + low)/2 + o (high - low)/2
            middle.Span.Slice(from, length).Fill(T.CreateTruncating((high + low) / 2));
            half.Span.Slice(from, length).Fill(T.CreateTruncating((high - low) / 2));
            constant += (t[i] > 1 ? -(Math.Log(posterior) + 1) / 2 : Math.Log(2 * Math.PI) / 2) / samples;
        }

        var logVariance = (variance * tape.Variable(half)) + tape.Variable(middle);
        return Loss.GaussianVariance(logVariance, squares) + tape.Variable(Tensor<T>.Full([], T.CreateTruncating(constant)));
    }
}
