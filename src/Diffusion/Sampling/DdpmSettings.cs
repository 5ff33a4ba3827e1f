namespace Diffusion.Sampling;

/// <summary>The choices that DDPM's Algorithm 2 leaves open.</summary>
public sealed record DdpmSettings : SamplerSettings
{
    /// <summary>Algorithm 2 as the assignment has it.</summary>
    public DdpmSettings()
    {
    }

    /// <summary>The shared settings, with the posterior variance.</summary>
    public DdpmSettings(SamplerSettings settings)
        : base(settings)
    {
    }

    /// <summary>The variance of the reverse steps.</summary>
    public ReverseVariance Variance
    {
        get;
        init => field = Enum.IsDefined(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(Variance), value, $"Variance is {value}; accepted are {string.Join(", ", Enum.GetNames<ReverseVariance>())}.");
    }
}
