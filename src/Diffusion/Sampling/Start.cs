using System.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Sampling;

/// <summary>The states that the reverse process starts from.</summary>
public static class Start
{
    /// <summary>Standard normal x_T from the stream <see cref="Purpose.Start"/> of a run, for schedules that preserve variance; sample i does not depend on the number of samples.</summary>
    /// <param name="random">The source of the run.</param>
    /// <param name="shape">[N, ...], such as [N, 2, 1].</param>
    public static Tensor<T> Draw<T>(RandomSource random, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => random.For(Purpose.Start).At(0).Normal<T>(shape);

    /// <summary>Pure noise of the standard deviation that x has on any schedule, for data of variance 1.</summary>
    /// <param name="random">The source of the run.</param>
    /// <param name="shape">[N, ...].</param>
    /// <param name="schedule">The schedule.</param>
    /// <param name="time">The time of the start, such as the first of <see cref="ISampler{T}.TimesFor"/>; null for T.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not in [0, T].</exception>
    public static Tensor<T> Draw<T>(RandomSource random, Shape shape, NoiseSchedule schedule, double? time = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x = Draw<T>(random, shape);
        double deviation = schedule.DeviationAt(schedule.At(time ?? schedule.T));
        if (deviation != 1)
            System.Numerics.Tensors.TensorPrimitives.Multiply(x.Span, T.CreateTruncating(deviation), x.Span);
        return x;
    }

    /// <summary>
    /// Data with the noise of a time, to start from them instead of from pure noise (SDEdit, arXiv:2108.01073): the sampler goes on from
    /// there, if its <see cref="SamplerSettings.StartTime"/> is the same time. Early times keep the data, late ones change them.
    /// </summary>
    /// <param name="random">The source of the run.</param>
    /// <param name="data">The data, [N, ...].</param>
    /// <param name="schedule">The schedule.</param>
    /// <param name="time">The time, in (0, T].</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is not in [0, T].</exception>
    public static Tensor<T> From<T>(RandomSource random, Tensor<T> data, NoiseSchedule schedule, double time)
        where T : unmanaged, IFloatingPointIeee754<T> => schedule.QSample(data, [time], Draw<T>(random, data.Shape));

    /// <summary>
    /// Spherical interpolation between noises, sample by sample: of two Gaussian noises the mixture is as long as they are, which the
    /// linear one is not. Parallel noises are interpolated linearly.
    /// </summary>
    /// <param name="first">The noises at a share of 0, [N, ...].</param>
    /// <param name="second">Those at a share of 1, of the same shape.</param>
    /// <param name="share">The share of the second ones, in [0, 1].</param>
    /// <returns>[N, ...].</returns>
    /// <exception cref="ArgumentException">Different shapes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A share outside of [0, 1].</exception>
    public static Tensor<T> Between<T>(Tensor<T> first, Tensor<T> second, double share)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (first.Rank == 0 || first.Shape != second.Shape)
            throw new ArgumentException($"The noises have the shapes {first.Shape} and {second.Shape}; accepted are two batches [N, ...] of one shape.", nameof(second));
        if (!(share is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(share), share, $"The share {share} is outside of [0, 1].");
        var between = Tensor<T>.Uninitialized(first.Shape);
        for (int n = 0; n < first.Shape[0]; n++)
        {
            Span<T> a = first.Rows(n, n + 1).Span, b = second.Rows(n, n + 1).Span, result = between.Rows(n, n + 1).Span;
            double aa = 0, bb = 0, ab = 0;
            for (int i = 0; i < a.Length; i++)
            {
                double x = double.CreateTruncating(a[i]), y = double.CreateTruncating(b[i]);
                (aa, bb, ab) = (aa + (x * x), bb + (y * y), ab + (x * y));
            }

            double length = Math.Sqrt(aa * bb), angle = length > 0 ? Math.Acos(Math.Clamp(ab / length, -1, 1)) : 0, sine = Math.Sin(angle);
            double ofA = sine < 1e-6 ? 1 - share : Math.Sin((1 - share) * angle) / sine, ofB = sine < 1e-6 ? share : Math.Sin(share * angle) / sine;
            for (int i = 0; i < a.Length; i++)
                result[i] = T.CreateTruncating((ofA * double.CreateTruncating(a[i])) + (ofB * double.CreateTruncating(b[i])));
        }

        return between;
    }
}
