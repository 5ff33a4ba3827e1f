namespace Diffusion.Sampling;

/// <summary>The choices that DDPM's Algorithm 2 leaves open.</summary>
public sealed record DdpmSettings
{
    /// <summary>The variance of the reverse steps.</summary>
    public ReverseVariance Variance
    {
        get;
        init => field = Enum.IsDefined(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(Variance), value, $"Variance is {value}; accepted are {string.Join(", ", Enum.GetNames<ReverseVariance>())}.");
    }

    /// <summary>The table that <see cref="ReverseVariance.Optimal"/> needs; otherwise unused.</summary>
    public OptimalVariance? Optimal { get; init; }

    /// <summary>Whether the step to t = 0 adds noise too; the assignment and DDPM's Algorithm 2 add none.</summary>
    public bool NoiseAtLastStep { get; init; }

    /// <summary>The range that predicted data are clamped to; null (the default, as assignment eq. 13 has none) for no clamping.</summary>
    public ValueRange? ClampX0 { get; init; }
}
