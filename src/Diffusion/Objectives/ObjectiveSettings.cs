using System.Text.Json;
using System.Text.Json.Serialization;

namespace Diffusion.Objectives;

/// <summary>The settings of the objectives that are here, as files have them; each objective has those that concern it.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ObjectiveSettings
{
    public Parameterisation? Parameterisation { get; init; }

    public TimeSampling? Times { get; init; }

    public LossKind? Loss { get; init; }

    public double? Gamma { get; init; }

    public double? BoundWeight { get; init; }

    public double? SigmaData { get; init; }

    public double? LogMean { get; init; }

    public double? LogDeviation { get; init; }

    public int? Steps { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, ObjectiveJson.Default.ObjectiveSettings);

    /// <exception cref="JsonException">No such settings.</exception>
    public static ObjectiveSettings FromJson(string json) => JsonSerializer.Deserialize(json, ObjectiveJson.Default.ObjectiveSettings) ?? throw new JsonException("The settings are null.");
}

/// <summary>Serialisation without reflection.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ObjectiveSettings))]
internal sealed partial class ObjectiveJson : JsonSerializerContext;
