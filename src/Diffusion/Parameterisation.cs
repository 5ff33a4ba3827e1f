using System.Numerics;
using System.Text.Json.Serialization;
using Diffusion.Models;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion;

/// <summary>What a network predicts. Each follows from each other one and x_t; they differ in how errors at each t weigh.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Parameterisation>))]
public enum Parameterisation
{
    /// <summary>The noise eps (arXiv:2006.11239): errors are magnified by 1 / sqrt(A) in x_0, so most at t = T.</summary>
    Epsilon = 0,

    /// <summary>The data x_0.</summary>
    X0,

    /// <summary>The velocity v = sqrt(A) eps - sqrt(1 - A) x_0 (arXiv:2202.00512), which is sound at both ends.</summary>
    V,
}

/// <summary>A network as a denoiser: turns what it was trained to predict into the noise.</summary>
/// <remarks>Keeps no memory of its own.</remarks>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="network">The network.</param>
/// <param name="parameterisation">What it predicts.</param>
/// <param name="schedule">The schedule that it was trained with.</param>
public sealed class ParameterisedDenoiser<T>(DenoisingNetwork<T> network, Parameterisation parameterisation, NoiseSchedule schedule) : IDenoiser<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">t is 0 and the network predicts x_0: there is no noise to be told.</exception>
    public void PredictNoise(Tensor<T> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels, Tensor<T> noise)
    {
        network.Predict(xt, t, labels, noise);
        switch (parameterisation)
        {
            case Parameterisation.X0:
                schedule.PredictNoiseFromX0(xt, t, noise, noise);
                break;
            case Parameterisation.V:
                schedule.PredictNoiseFromVelocity(xt, t, noise, noise);
                break;
            default:
                break;
        }
    }
}
