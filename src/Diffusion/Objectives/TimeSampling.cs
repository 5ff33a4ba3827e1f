using System.Text.Json.Serialization;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Objectives;

/// <summary>Whether training draws whole steps or real times.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TimeSampling>))]
public enum TimeSampling
{
    /// <summary>t uniform over 1 ... T, as the assignment says.</summary>
    Discrete = 0,

    /// <summary>t uniform over (0, T]: for solvers and likelihoods that ask between the steps.</summary>
    Continuous,
}

/// <summary>Draws of times.</summary>
public static class TimeSamplingExtensions
{
    /// <summary>Draws a time for each sample.</summary>
    /// <param name="sampling">Which times.</param>
    /// <param name="schedule">The schedule.</param>
    /// <param name="stream">Where they are drawn from; number i belongs to sample i.</param>
    /// <param name="times">Receives them, in (0, T].</param>
    public static void Draw(this TimeSampling sampling, NoiseSchedule schedule, RandomStream stream, Span<double> times)
    {
        if (sampling == TimeSampling.Continuous)
        {
            stream.Uniform(times);
            foreach (ref double t in times)
                t = schedule.T * (1 - t);
            return;
        }

        int[] steps = System.Buffers.ArrayPool<int>.Shared.Rent(times.Length);
        stream.Integers(1, schedule.T + 1, steps.AsSpan(0, times.Length));
        for (int i = 0; i < times.Length; i++)
            times[i] = steps[i];
        System.Buffers.ArrayPool<int>.Shared.Return(steps);
    }
}
