using System.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Networks;

/// <summary>A network as a denoiser: shows it the noisy data as it was trained to see them, and tells x_0 and the noise from what it predicts.</summary>
/// <remarks>Keeps no memory of its own.</remarks>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="network">The network.</param>
/// <param name="parameterisation">What it predicts.</param>
/// <param name="schedule">The schedule that it was trained with.</param>
public sealed class NetworkDenoiser<T>(DenoisingNetwork<T> network, Parameterisation parameterisation, NoiseSchedule schedule) : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The network.</summary>
    public DenoisingNetwork<T> Network => network;

    /// <summary>What it predicts.</summary>
    public Parameterisation Parameterisation => parameterisation;

    /// <summary>The schedule that it was trained with.</summary>
    public NoiseSchedule Schedule => schedule;

    /// <summary>Whether the network was trained on whole steps only, so that what it says between them is a guess; <c>model.Denoiser</c> knows it from the objective.</summary>
    public bool KnowsWholeTimesOnly { get; init; }

    /// <inheritdoc/>
    public void Predict(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Prediction<T> prediction)
    {
        _ = DenoiserArguments.Check(xt, t, condition, prediction);
        var levels = schedule.LevelsFor(xt, t);
        var seen = xt;
        if (!parameterisation.KeepsInput)
            parameterisation.ScaleInput(levels, xt, seen = Tensor<T>.Uninitialized(xt.Shape));
        network.Evaluate(seen, t, condition, prediction.Memory, network.LearnsVariance ? prediction.VarianceMemory : null);
        prediction.Fill(parameterisation, levels, xt, prediction.Memory);
        if (network.LearnsVariance)
            prediction.FillVariance(prediction.VarianceMemory);
    }
}
