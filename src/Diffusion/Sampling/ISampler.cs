using System.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Sampling;

/// <summary>Turns pure noise into data: any denoiser, any schedule. An instance holds settings only and may be shared.</summary>
/// <typeparam name="T">The number type.</typeparam>
public interface ISampler<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The name in the registry, such as <c>ddpm</c>.</summary>
    string Name { get; }

    /// <summary>How often a run calls the denoiser (NFE; a guided denoiser counts once).</summary>
    /// <exception cref="ArgumentException">The settings do not suit the schedule, such as more steps than T.</exception>
    int EvaluationsFor(NoiseSchedule schedule);

    /// <summary>Runs the reverse process, from t = T to t = 0 unless the settings say otherwise.</summary>
    /// <param name="denoiser">Predicts the noise.</param>
    /// <param name="schedule">The schedule that the denoiser belongs to.</param>
    /// <param name="start">x_T, [N, ...]; see <see cref="Start"/>. It is read only.</param>
    /// <param name="labels">Empty (none), one for all, or N; -1 means none.</param>
    /// <param name="random">The source of the run; noise of the step from an integer t comes from <c>random.For(Purpose.ReverseStep).At(t)</c>, so runs with the same seed are coupled.</param>
    /// <param name="observer">Sees the start and every step.</param>
    /// <returns>x_0, in memory of its own.</returns>
    /// <exception cref="ArgumentException">Shapes or lengths that do not fit together.</exception>
    Tensor<T> Sample(
        IDenoiser<T> denoiser,
        NoiseSchedule schedule,
        Tensor<T> start,
        ReadOnlySpan<int> labels,
        RandomSource random,
        ISampleObserver<T>? observer = null);
}
