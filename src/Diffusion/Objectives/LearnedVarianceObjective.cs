using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Schedules;

namespace Diffusion.Objectives;

/// <summary>
/// The hybrid objective of Improved DDPM (arXiv:2102.09672, eq. 16): L_simple of the noise, and lambda times the variational bound,
/// which teaches the network's second output the variance of the reverse step.
/// </summary>
/// <remarks>
/// The paper's lambda of 0.001 belongs to a bound in bits per element, as the authors' code has it; ours is in nats, so the default is
/// 0.001 / ln 2.
/// </remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class LearnedVarianceObjective<T> : SimpleObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The default of <see cref="BoundWeight"/>: the paper's 0.001 for bits, 0.001 / ln 2 = 0.00144 for nats.</summary>
    public static double DefaultBoundWeight { get; } = 0.001 / Math.Log(2);

    /// <summary>An objective.</summary>
    /// <param name="boundWeight">lambda, the weight of the bound in nats summed over all t, at least 0; null for <see cref="DefaultBoundWeight"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A weight that is not accepted.</exception>
    public LearnedVarianceObjective(double? boundWeight = null) => BoundWeight = boundWeight switch
    {
        null => DefaultBoundWeight,
        >= 0 and < double.PositiveInfinity => boundWeight.Value,
        _ => throw new ArgumentOutOfRangeException(nameof(boundWeight), boundWeight, $"BoundWeight is {boundWeight}; it must be at least 0."),
    };

    /// <summary>lambda, for the bound in nats.</summary>
    public double BoundWeight { get; }

    /// <inheritdoc/>
    public override string Name => "learned-variance";

    /// <inheritdoc/>
    public override string Settings => new ObjectiveSettings { BoundWeight = BoundWeight, Loss = Loss }.ToJson();

    /// <inheritdoc/>
    public override void Check(DenoisingNetwork<T> network, NoiseSchedule schedule)
    {
        if (!network.LearnsVariance)
            throw new ArgumentException($"The network {network.Architecture} has no output for the variance; one that was made to learn it has.", nameof(network));
        if (Times != TimeSampling.Discrete || schedule.T < 2)
            throw new ArgumentException($"A network learns the variance of whole steps, T at least 2; not with {Times} times and T = {schedule.T}.", nameof(schedule));
        if (schedule.At(schedule.T).G == 0)
            throw new ArgumentException($"At t = {schedule.T} x is pure noise, of which a prediction of the noise tells no mean: a variance is learned on schedules that end before.", nameof(schedule));
    }

    /// <inheritdoc/>
    protected override Variable<T> LossOf(TrainingBatch<T> batch)
    {
        // t is uniform here, and the bound is a sum over all t.
        var (predicted, variance) = batch.PredictWithVariance(Parameterisation);
        return LossOf(predicted, batch.Noise)
            + (T.CreateTruncating(BoundWeight * batch.Schedule.T) * VariationalBound.Of(batch.Schedule, batch.Times, batch.Noise, predicted.Value, variance));
    }
}
