namespace Diffusion.Figures;

/// <summary>The path of one image through the reverse process, from noise to data.</summary>
public sealed record Trajectory
{
    /// <summary>A path of states x_t with their diffusion times.</summary>
    /// <param name="points">The states, in the order in which they were visited.</param>
    /// <param name="times">The diffusion time of each state: it falls from T (noise) to 0 (data).</param>
    /// <exception cref="ArgumentException">The lists differ in length, or are empty.</exception>
    public Trajectory(IReadOnlyList<Pixels> points, IReadOnlyList<double> times)
    {
        if (points.Count != times.Count)
            throw new ArgumentException($"{points.Count} states need as many times, got {times.Count}.", nameof(times));
        if (points.Count == 0)
            throw new ArgumentException("A trajectory needs at least one state.", nameof(points));
        Points = points;
        Times = times;
    }

    /// <summary>The states, from noise to data.</summary>
    public IReadOnlyList<Pixels> Points { get; }

    /// <summary>The diffusion time of each state, falling.</summary>
    public IReadOnlyList<double> Times { get; }

    /// <summary>Number of leading states visited before or at time <paramref name="t"/>; at least 1.</summary>
    public int CountUntil(double t)
    {
        var count = 1;
        while (count < Times.Count && Times[count] >= t - 1e-9)
            count++;
        return count;
    }
}
