using System.Collections.Immutable;

namespace Diffusion.Sampling;

/// <summary>The settings that samplers share. Each sampler reads those that concern it.</summary>
public record SamplerSettings
{
    /// <summary>The number of steps, at most the T of the schedule; null for T.</summary>
    public int? Steps
    {
        get;
        init => field = value is null or >= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Steps), value, $"Steps is {value}; it must be at least 1.");
    }

    /// <summary>How the times are spread; null for what suits the sampler.</summary>
    public StepSpacing? Spacing
    {
        get;
        init => field = value is null || Enum.IsDefined(value.Value) ? value
            : throw new ArgumentOutOfRangeException(nameof(Spacing), value, $"Spacing is {value}; accepted are {string.Join(", ", Enum.GetNames<StepSpacing>())}.");
    }

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

    /// <summary>The times themselves, strictly decreasing from the start to the end; they replace steps, spacing, start and end.</summary>
    public ImmutableArray<double>? Times
    {
        get;
        init => field = value is { } times ? CheckTimes(times) : null;
    }

    /// <summary>The range that predicted data are clamped to; null (the default, as assignment eq. 13 has none) for no clamping.</summary>
    public ValueRange? ClampX0 { get; init; }

    /// <summary>DDIM: the share of the posterior's standard deviation that is added as noise: 0 (none) to 1 (DDPM's).</summary>
    public double Eta
    {
        get;
        init => field = value is >= 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Eta), value, $"Eta is {value}; accepted is 0 to 1.");
    }

    /// <summary>DDPM: the table that <see cref="ReverseVariance.Optimal"/> needs; otherwise unused.</summary>
    public OptimalVariance? Optimal { get; init; }

    /// <summary>DDPM: whether the step to t = 0 adds noise too; the assignment and DDPM's Algorithm 2 add none.</summary>
    public bool NoiseAtLastStep { get; init; }

    /// <summary>Langevin and predictor-corrector: the Langevin moves at each noise level.</summary>
    public int LangevinSteps
    {
        get;
        init => field = value is >= 1 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(LangevinSteps), value, $"LangevinSteps is {value}; accepted is 1 to 1000.");
    } = 1;

    /// <summary>Langevin and predictor-corrector: the variance of a Langevin move, in units of the noise variance 1 - A of its level.</summary>
    public double LangevinStepSize
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(LangevinStepSize), value, $"LangevinStepSize is {value}; accepted is more than 0, and at most 1.");
    } = 0.1;

    private static ImmutableArray<double> CheckTimes(ImmutableArray<double> times)
    {
        if (times.IsDefault || times.Length < 2)
            throw new ArgumentException("Times holds less than two times; it needs the start and the end of at least one step.", nameof(times));
        for (int i = 0; i < times.Length; i++)
        {
            if (!(times[i] >= 0) || (i > 0 && !(times[i] < times[i - 1])))
                throw new ArgumentException($"Times[{i}] is {times[i]}; times must decrease strictly and end at 0 or more.", nameof(times));
        }

        return times;
    }
}
