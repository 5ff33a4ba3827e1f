using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Networks;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Objectives;

/// <summary>
/// How a network is taught to denoise: which times are drawn, what the network is asked there, and how its errors are weighed. The
/// one <c>Trainer</c> trains any of them.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public interface IObjective<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The name in files, under which <see cref="ObjectiveKinds{T}"/> knows it.</summary>
    string Name { get; }

    /// <summary>The settings as one line of JSON, from which <see cref="ObjectiveKinds{T}"/> makes the objective again; an empty object where there are none.</summary>
    string Settings => "{}";

    /// <summary>What the network is shown and asked, by which its predictions are read when it samples.</summary>
    Parameterisation Parameterisation { get; }

    /// <summary>Whether every time that it draws is a whole step, so that the network has seen none in between. False unless it is overridden.</summary>
    bool DrawsWholeTimes => false;

    /// <summary>Checks, before training, that network and schedule suit the objective.</summary>
    /// <exception cref="ArgumentException">They do not.</exception>
    void Check(DenoisingNetwork<T> network, NoiseSchedule schedule)
    {
    }

    /// <summary>Draws the time of each sample, in (0, T].</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="stream">Where they are drawn from; number i belongs to sample i.</param>
    /// <param name="times">Receives N times.</param>
    void DrawTimes(NoiseSchedule schedule, RandomStream stream, Span<double> times);

    /// <summary>The loss of a batch, a scalar on its tape.</summary>
    Variable<T> Loss(TrainingBatch<T> batch);
}
