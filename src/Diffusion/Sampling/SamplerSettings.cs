using System.Collections.Immutable;

namespace Diffusion.Sampling;

/// <summary>The settings that all samplers share: the times that a run visits, and a range of the data. What concerns one sampler is a property of that sampler.</summary>
public sealed record SamplerSettings
{
    /// <summary>The number of steps, at most the T of the schedule; null for T, or with <see cref="IntegerTimes"/> for as many as there are whole times between start and end.</summary>
    public int? Steps
    {
        get;
        init => field = value is null or >= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Steps), value, $"Steps is {value}; it must be at least 1.");
    }

    /// <summary>How the times are spread; null for what suits the sampler.</summary>
    public StepSpacing? Spacing { get; init; }

    /// <summary>
    /// The time of x at the start, in (0, T]. Null for T, or for high-order solvers the time at which lambda is -5.1, if T
    /// is noisier: beyond it x is pure noise for all purposes, and where the last beta is clipped the schedule is too steep.
    /// </summary>
    public double? StartTime
    {
        get;
        init => field = value is null or > 0 && value is not double.PositiveInfinity ? value
            : throw new ArgumentOutOfRangeException(nameof(StartTime), value, $"StartTime is {value}; it must be more than 0 and at most T.");
    }

    /// <summary>The time to stop at, 0 for the data.</summary>
    public double EndTime
    {
        get;
        init => field = value >= 0 && double.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(EndTime), value, $"EndTime is {value}; it must be at least 0 and before the start.");
    }

    /// <summary>Whether times are moved to whole numbers, all that a network has seen that was trained on integer steps.</summary>
    public bool IntegerTimes { get; init; }

    /// <summary>
    /// Whether the run goes the other way, from the end's time up to the start's: from data to the noise that would lead to them (DDIM,
    /// arXiv:2010.02502, section 5.4). Samplers that add noise cannot.
    /// </summary>
    public bool Inverted { get; init; }

    /// <summary>The times themselves, strictly falling or strictly rising from the start to the end; they replace steps, spacing, start and end.</summary>
    public ImmutableArray<double>? Times
    {
        get;
        init => field = value is { } times ? CheckTimes(times) : null;
    }

    /// <summary>The range that predicted data x_0 are clamped to; the noise follows from them. Null (the default, as assignment eq. 13 has none) for no clamping.</summary>
    public ValueRange? ClampX0 { get; init; }

    private static ImmutableArray<double> CheckTimes(ImmutableArray<double> times)
    {
        if (times.IsDefault || times.Length < 2)
            throw new ArgumentException("Times holds less than two times; it needs the start and the end of at least one step.", nameof(times));
        bool falls = times[0] > times[1];
        for (int i = 0; i < times.Length; i++)
        {
            if (!(times[i] >= 0 && double.IsFinite(times[i])) || (i > 0 && !(falls ? times[i] < times[i - 1] : times[i] > times[i - 1])))
                throw new ArgumentException($"Times[{i}] is {times[i]}; times must be at least 0, and decrease strictly, or increase strictly.", nameof(times));
        }

        return times;
    }
}
