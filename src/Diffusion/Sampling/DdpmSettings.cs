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

/// <summary>Choices of the variance of a reverse step from t to s, with alpha = A_t / A_s, beta = 1 - alpha.</summary>
public enum ReverseVariance
{
    /// <summary>The posterior's beta (1 - A_s) / (1 - A_t): best for data that are a single point (DDPM section 3.2).</summary>
    Posterior = 0,

    /// <summary>beta: best for standard normal data (DDPM section 3.2).</summary>
    Upper = 1,

    /// <summary>The posterior's, plus what is not known of x_0 given x_t (Analytic-DPM, arXiv:2201.06503, theorem 1).</summary>
    Optimal = 2,
}

/// <summary>A closed range of values.</summary>
public readonly record struct ValueRange
{
    /// <summary>The range [low, high].</summary>
    /// <exception cref="ArgumentException">Low is not less than high, or either is not finite.</exception>
    public ValueRange(double low, double high)
    {
        if (!(low < high) || !double.IsFinite(low) || !double.IsFinite(high))
            throw new ArgumentException($"The range [{low}, {high}] is empty or not finite.", nameof(low));
        Low = low;
        High = high;
    }

    /// <summary>The least value.</summary>
    public double Low { get; }

    /// <summary>The greatest value.</summary>
    public double High { get; }
}
