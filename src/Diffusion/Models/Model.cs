using System.Collections.Immutable;
using System.Numerics;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Training;

namespace Diffusion.Models;

/// <summary>A trained network with what it belongs to: its schedule (and so T), what it was asked, and the settings and the data of its training.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="Network">The network, with the averaged weights.</param>
/// <param name="Schedule">Its schedule.</param>
/// <param name="Objective">What it was taught.</param>
/// <param name="Training">The settings of its training.</param>
/// <param name="Data">What the data were: <see cref="Diffusion.Data.IDataSource{T}.Description"/>.</param>
public sealed record Model<T>(DenoisingNetwork<T> Network, NoiseSchedule Schedule, IObjective<T> Objective, TrainingConfiguration Training, string Data)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>What else belongs to the model and is kept in its file, such as the names of its classes: names and texts of the user's own.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The network as a denoiser, whatever it was taught to predict.</summary>
    public NetworkDenoiser<T> Denoiser => new(Network, Objective.Parameterisation, Schedule) { KnowsWholeTimesOnly = Objective.DrawsWholeTimes };

    /// <summary>The model of a trainer, with the averaged weights in a network of its own, which is set to evaluation.</summary>
    /// <param name="trainer">The trainer.</param>
    /// <param name="network">A network of the same sizes, which receives the averages.</param>
    /// <exception cref="ArgumentException">The network has other parameters.</exception>
    public static Model<T> Of(Trainer<T> trainer, DenoisingNetwork<T> network)
    {
        trainer.Average.CopyTo(network);
        network.Train(false);
        return new(network, trainer.Schedule, trainer.Objective, trainer.Configuration, trainer.Data.Description);
    }
}
