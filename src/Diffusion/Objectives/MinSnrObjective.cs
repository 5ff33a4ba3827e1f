using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Schedules;

namespace Diffusion.Objectives;

/// <summary>
/// Min-SNR weighting (arXiv:2303.09556): the squared error of x_0 weighs min(SNR, gamma), whatever the network is asked, with
/// SNR = g²/S². Errors of q = a·x_0 + b·eps are those of x_0 times D/S, D = g·b - S·a, so their weight is min(SNR, gamma)·S²/D².
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class MinSnrObjective<T> : SimpleObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>An objective.</summary>
    /// <param name="gamma">The largest weight of x_0, more than 0; the paper takes 5.</param>
    /// <param name="parameterisation">What the network is asked; null for the noise.</param>
    /// <exception cref="ArgumentOutOfRangeException">gamma is not positive.</exception>
    public MinSnrObjective(double gamma = 5, Parameterisation? parameterisation = null)
        : base(parameterisation) => Gamma = gamma > 0 && double.IsFinite(gamma) ? gamma
            : throw new ArgumentOutOfRangeException(nameof(gamma), gamma, $"Gamma is {gamma}; it must be positive.");

    /// <summary>The largest weight of x_0.</summary>
    public double Gamma { get; }

    /// <inheritdoc/>
    public override string Name => "min-snr";

    /// <inheritdoc/>
    public override string Settings => new ObjectiveSettings { Parameterisation = Parameterisation, Times = Times, Gamma = Gamma }.ToJson();

    /// <summary>The weight of squared errors of what the network is asked, at a level.</summary>
    public double WeightAt(NoiseLevel level)
    {
        var (a, b) = Parameterisation.At(level);
        double d = (level.G * b) - (level.S * a), snr = level.A / level.B;

        // Of pure noise, asked for the noise itself, both A and D are 0: there the weight is 1 whatever the level.
        return snr > Gamma ? Gamma * level.B / (d * d) : (a, b) == (0, 1) ? 1 : level.A / (d * d);
    }

    /// <inheritdoc/>
    public override void Check(DenoisingNetwork<T> network, NoiseSchedule schedule)
    {
        if (Loss != LossKind.L2)
            throw new ArgumentException($"Min-SNR weighs squared errors, so the loss must be L2, not {Loss}.", nameof(network));
    }

    /// <inheritdoc/>
    protected override Variable<T> LossOf(TrainingBatch<T> batch)
    {
        var root = batch.OfLevels(level => Math.Sqrt(WeightAt(level)));
        return Autograd.Loss.MeanSquared(batch.Predict(Parameterisation) * root, batch.Tape.Variable(batch.Target(Parameterisation)) * root);
    }
}
