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
}
