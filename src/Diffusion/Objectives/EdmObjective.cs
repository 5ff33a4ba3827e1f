using System.Numerics;
using Diffusion.Networks;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Objectives;

/// <summary>
/// EDM's preconditioned objective (arXiv:2206.00364, table 1 and section 5): ln sigma is normal, sigma = S/g, and the network is asked for
/// an output of variance 1 from an input of variance 1. The paper's weight 1/c_out² makes errors of that output weigh alike.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class EdmObjective<T> : SimpleObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>An objective.</summary>
    /// <param name="sigmaData">The standard deviation of the data.</param>
    /// <param name="logMean">The mean of ln sigma.</param>
    /// <param name="logDeviation">The standard deviation of ln sigma, more than 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number that is not accepted.</exception>
    public EdmObjective(double sigmaData = 0.5, double logMean = -1.2, double logDeviation = 1.2)
        : base(Parameterisation.Edm(sigmaData))
    {
        if (!double.IsFinite(logMean))
            throw new ArgumentOutOfRangeException(nameof(logMean), logMean, $"The mean of ln sigma is {logMean}; it must be finite.");
        if (!(logDeviation > 0 && double.IsFinite(logDeviation)))
            throw new ArgumentOutOfRangeException(nameof(logDeviation), logDeviation, $"The standard deviation of ln sigma is {logDeviation}; it must be positive.");
        (SigmaData, LogMean, LogDeviation) = (sigmaData, logMean, logDeviation);
        Times = TimeSampling.Continuous;
    }

    /// <summary>The standard deviation of the data.</summary>
    public double SigmaData { get; }

    /// <summary>The mean of ln sigma.</summary>
    public double LogMean { get; }

    /// <summary>The standard deviation of ln sigma.</summary>
    public double LogDeviation { get; }

    /// <inheritdoc/>
    public override string Name => "edm";

    /// <inheritdoc/>
    public override string Settings => new ObjectiveSettings { SigmaData = SigmaData, LogMean = LogMean, LogDeviation = LogDeviation, Loss = Loss }.ToJson();

    /// <inheritdoc/>
    public override void Check(DenoisingNetwork<T> network, NoiseSchedule schedule)
    {
        if (Times != TimeSampling.Continuous)
            throw new ArgumentException($"EDM draws times of its own, whose log sigma is normal; Times cannot be {Times}.", nameof(schedule));
    }

    /// <inheritdoc/>
    /// <remarks>What lies beyond the noisiest level of the schedule is taken there.</remarks>
    public override void DrawTimes(NoiseSchedule schedule, RandomStream stream, Span<double> times)
    {
        stream.Normal(times);
        double least = schedule.LambdaAt(schedule.T);
        foreach (ref double t in times)
            t = schedule.TimeOfLambda(Math.Max(least, -(LogMean + (LogDeviation * t))));
    }
}
