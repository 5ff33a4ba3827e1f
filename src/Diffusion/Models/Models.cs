using System.Numerics;
using Diffusion.Data;
using Diffusion.Schedules;
using Diffusion.Training;

namespace Diffusion.Models;

/// <summary>A network with what it belongs to: its schedule (and so T), the data and the settings that it was trained with.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="Network">The network, with the averaged weights.</param>
/// <param name="Schedule">Its schedule.</param>
/// <param name="Mixture">The data that it was trained on; null where they are no mixture, but points that <see cref="Data"/> names.</param>
/// <param name="Training">The settings of its training.</param>
public sealed record TwoPixelModel<T>(TwoPixelUNet<T> Network, NoiseSchedule Schedule, GaussianMixture? Mixture, TrainingConfiguration Training)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>What the data were: <see cref="IDataSource{T}.Description"/>. Without a mixture it must be given.</summary>
    public string Data { get; init; } = Mixture?.ToJson() ?? "";

    /// <summary>The network as a predictor of noise, whatever it was trained to predict.</summary>
    public IDenoiser<T> Denoiser { get; } = new ParameterisedDenoiser<T>(Network, Training.Parameterisation, Schedule);
}

/// <summary>A network for images of digits with what it belongs to.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="Network">The network, with the averaged weights.</param>
/// <param name="Schedule">Its schedule.</param>
/// <param name="Training">The settings of its training.</param>
/// <param name="Data">What the data were: <see cref="IDataSource{T}.Description"/>.</param>
public sealed record MnistModel<T>(MnistUNet<T> Network, NoiseSchedule Schedule, TrainingConfiguration Training, string Data)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The network as a predictor of noise, whatever it was trained to predict.</summary>
    public IDenoiser<T> Denoiser { get; } = new ParameterisedDenoiser<T>(Network, Training.Parameterisation, Schedule);
}
