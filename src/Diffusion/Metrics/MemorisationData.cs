using System.Numerics;
using Diffusion.Data;
using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Metrics;

/// <summary>What a denoiser is judged with: points that it was trained on, points that it never saw, and the denoisers that stand for the two extremes.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed record MemorisationData<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Points of the training data that are noised, [N, ...], at least two: all of them or some.</summary>
    public required Tensor<T> Training { get; init; }

    /// <summary>Points of the same distribution that the training never saw, [M, ...], at least two.</summary>
    public required Tensor<T> HeldOut { get; init; }

    /// <summary>What the denoisers are asked for with <see cref="Training"/>, such as labels; by default nothing.</summary>
    public Condition<T> TrainingCondition { get; init; }

    /// <summary>The same with <see cref="HeldOut"/>.</summary>
    public Condition<T> HeldOutCondition { get; init; }

    /// <summary>The ideal denoiser of all training data, to which <see cref="Training"/> belongs.</summary>
    public required IDenoiser<T> IdealOfTraining { get; init; }

    /// <summary>The ideal denoiser of the held-out data, to which <see cref="HeldOut"/> belongs.</summary>
    public required IDenoiser<T> IdealOfHeldOut { get; init; }

    /// <summary>The exact denoiser of the distribution; null where it is not known.</summary>
    public IDenoiser<T>? Exact { get; init; }

    /// <summary>Draws of the noise for each training point and time: more of them make up for few points.</summary>
    public int Draws { get; init => field = Accepted.Between(value, 1, 10_000); } = 1;

    /// <summary>Draws of the noise for each held-out point and time.</summary>
    public int HeldOutDraws { get; init => field = Accepted.Between(value, 1, 10_000); } = 1;

    /// <summary>The most samples that a denoiser sees at once.</summary>
    public int Batch { get; init => field = Accepted.AtLeast(value, 1); } = 1024;

    /// <summary>Both halves whole: what is noised is all that the ideal denoisers know.</summary>
    /// <param name="training">The training data, [N, ...].</param>
    /// <param name="heldOut">The held-out data, [M, ...].</param>
    /// <param name="schedule">The schedule of the denoisers.</param>
    public static MemorisationData<T> Of(Tensor<T> training, Tensor<T> heldOut, NoiseSchedule schedule) => new()
    {
        Training = training,
        HeldOut = heldOut,
        IdealOfTraining = new IdealDenoiser<T>(training, schedule),
        IdealOfHeldOut = new IdealDenoiser<T>(heldOut, schedule),
    };

    /// <exception cref="ArgumentException">Too few points, or of different sizes.</exception>
    internal int Check()
    {
        var (count, d) = Points.Measure(Training);
        int others = Points.Count(HeldOut, d);
        if (count < 2 || others < 2)
            throw new ArgumentException($"There are {count} points of the training data and {others} held-out ones; at least two of each are needed to know how far chance goes.");
        TrainingCondition.Check(count);
        HeldOutCondition.Check(others);
        return d;
    }
}
