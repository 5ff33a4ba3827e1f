using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Diffusion.Numerics;

namespace Diffusion.Schedules;

/// <summary>
/// Everything that determines a <see cref="VariancePreservingSchedule"/> of a closed form. A model belongs to its schedule, so this
/// travels in the model's file. Parameters of the other kinds are ignored.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ScheduleConfiguration
{
    /// <summary>The largest number of steps.</summary>
    public const int MaxTimesteps = NoiseSchedule.MaxTimesteps;

    /// <summary>The family; cosine unless said otherwise.</summary>
    public ScheduleKind Kind
    {
        get;
        init => field = Enum.IsDefined(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(Kind), value, $"The schedule kind is {value}; accepted are {string.Join(", ", Enum.GetNames<ScheduleKind>())}.");
    }

    /// <summary>
    /// How the kinds are to be understood: 2, the default, or 1 for files of earlier versions, where the linear schedule scaled the betas of a
    /// thousand steps to T and clipped them. Since then its alphas-cumprod are those of a thousand steps at the time 1000·t/T.
    /// </summary>
    public int Version { get; init => field = Accepted.Between(value, 1, 2); } = 2;

    /// <summary>The number of diffusion steps T, 1 to <see cref="MaxTimesteps"/>.</summary>
    public required int Timesteps
    {
        get;
        init => field = value is >= 1 and <= MaxTimesteps ? value
            : throw new ArgumentOutOfRangeException(nameof(Timesteps), value, $"Timesteps is {value}; a schedule has 1 to {MaxTimesteps} steps.");
    }

    /// <summary>The offset s of the cosine, at least 0 and less than 1.</summary>
    public double CosineOffset
    {
        get;
        init => field = value is >= 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(CosineOffset), value, $"CosineOffset is {value}; accepted is [0, 1).");
    } = 0.008;

    /// <summary>Where betas are clipped, in (0, 1); of the linear schedule those of the thousand steps.</summary>
    public double MaxBeta
    {
        get;
        init => field = value is > 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxBeta), value, $"MaxBeta is {value}; accepted is (0, 1).");
    } = 0.999;

    /// <summary>The first beta of the linear schedule as if T were 1000, in (0, 1).</summary>
    public double LinearStart
    {
        get;
        init => field = value is > 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(LinearStart), value, $"LinearStart is {value}; accepted is (0, 1).");
    } = 1e-4;

    /// <summary>The last beta of the linear schedule as if T were 1000, in (0, 1), at least <see cref="LinearStart"/>.</summary>
    public double LinearEnd
    {
        get;
        init => field = value is > 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(LinearEnd), value, $"LinearEnd is {value}; accepted is (0, 1).");
    } = 0.02;

    /// <summary>The argument of the logistic function at t = 0, in units of <see cref="SigmoidTau"/>'s temperature.</summary>
    public double SigmoidStart
    {
        get;
        init => field = double.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(SigmoidStart), value, $"SigmoidStart is {value}; it must be finite.");
    } = -3;

    /// <summary>The argument of the logistic function at t = T; more than <see cref="SigmoidStart"/>.</summary>
    public double SigmoidEnd
    {
        get;
        init => field = double.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(SigmoidEnd), value, $"SigmoidEnd is {value}; it must be finite.");
    } = 3;

    /// <summary>The temperature that divides the argument of the logistic function; positive.</summary>
    public double SigmoidTau
    {
        get;
        init => field = value > 0 && double.IsFinite(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(SigmoidTau), value, $"SigmoidTau is {value}; it must be positive and finite.");
    } = 1;

    /// <summary>The configuration as one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ScheduleJson.Default.ScheduleConfiguration);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">Not JSON, an unknown or a missing member, or a value that is not accepted.</exception>
    public static ScheduleConfiguration FromJson(string json)
    {
        try
        {
            var node = JsonNode.Parse(json) as JsonObject ?? throw new InvalidDataException("The schedule configuration is no JSON object.");

            // Files of earlier versions do not say theirs; it makes a difference to one kind.
            if (!node.ContainsKey(nameof(Version)))
                node[nameof(Version)] = node[nameof(Kind)]?.GetValue<string>() == nameof(ScheduleKind.Linear) ? 1 : 2;
            return node.Deserialize(ScheduleJson.Default.ScheduleConfiguration)!;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new InvalidDataException($"The schedule configuration cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>A table in a file.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record AlphasCumprodTable
{
    public string Kind { get; init; } = VariancePreservingSchedule.TableKind;

    public required double[] AlphasCumprod { get; init; }
}

/// <summary>The numbers of <see cref="VarianceExplodingSchedule"/> and <see cref="StraightSchedule"/> in a file.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ScheduleNumbers
{
    public required string Kind { get; init; }

    public required int Timesteps { get; init; }

    public double? SigmaMin { get; init; }

    public double? SigmaMax { get; init; }

    public double? Rho { get; init; }
}

/// <summary>Serialisation without reflection.</summary>
[JsonSerializable(typeof(ScheduleConfiguration))]
[JsonSerializable(typeof(AlphasCumprodTable))]
[JsonSerializable(typeof(ScheduleNumbers))]
internal sealed partial class ScheduleJson : JsonSerializerContext;
