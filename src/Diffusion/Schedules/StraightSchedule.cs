using System.Globalization;

namespace Diffusion.Schedules;

/// <summary>The straight line from the data to the noise, of flow matching (arXiv:2210.02747) and rectified flow (arXiv:2209.03003): g = 1 - t/T, S = t/T. At t = T nothing of the data is left.</summary>
/// <param name="timesteps">T.</param>
public sealed class StraightSchedule(int timesteps) : NoiseSchedule(timesteps)
{
    internal const string KindName = "Straight";

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override string ToJson() => string.Create(CultureInfo.InvariantCulture, $$"""{"Kind":"{{KindName}}","Timesteps":{{T}}}""");

    /// <inheritdoc/>
    protected override NoiseLevel LevelAt(double t) => new(t, (T - t) / T, t / T);

    // S/g = u/(1 - u) = exp(-lambda)
    /// <inheritdoc/>
    protected override double TimeAt(double lambda) => T * Numerics.Precise.Sigmoid(-lambda);
}
