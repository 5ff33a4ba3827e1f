using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Schedules;

namespace Diffusion.Objectives;

/// <summary>The hybrid objective of Improved DDPM (arXiv:2102.09672, eq. 16): L_simple of the noise, and lambda times the variational bound, which teaches the network's second output the variance of the reverse step.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class LearnedVarianceObjective<T> : SimpleObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>An objective.</summary>
    /// <param name="boundWeight">lambda, the weight of the bound summed over all t; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A weight that is not accepted.</exception>
    public LearnedVarianceObjective(double boundWeight = 0.001) => BoundWeight = boundWeight >= 0 && double.IsFinite(boundWeight) ? boundWeight
        : throw new ArgumentOutOfRangeException(nameof(boundWeight), boundWeight, $"BoundWeight is {boundWeight}; it must be at least 0.");

    /// <summary>lambda.</summary>
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
