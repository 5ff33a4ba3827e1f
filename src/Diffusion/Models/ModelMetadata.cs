using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Training;

namespace Diffusion.Models;

/// <summary>What files say of a model beside its weights.</summary>
internal static class ModelMetadata
{
    public const string FormatKey = "format", ArchitectureKey = "architecture", NetworkKey = "network", ScheduleKey = "schedule";
    public const string ObjectiveKey = "objective", ObjectiveSettingsKey = "objectiveSettings", DataKey = "data", TrainingKey = "training", NotePrefix = "note.";

    // Of the first version, which had the objective's settings among those of the training.
    private const string ParameterisationKey = "parameterisation";

    public static Dictionary<string, string> Of<T>(
        string format, DenoisingNetwork<T> network, NoiseSchedule schedule, IObjective<T> objective, TrainingConfiguration training, string data)
        where T : unmanaged, IFloatingPointIeee754<T> => new()
        {
            [FormatKey] = format,
            [ArchitectureKey] = network.Architecture,
            [NetworkKey] = network.ConfigurationJson,
            [ScheduleKey] = schedule.ToJson(),
            [ObjectiveKey] = objective.Name,
            [ObjectiveSettingsKey] = objective.Settings,
            [DataKey] = data,
            [TrainingKey] = JsonSerializer.Serialize(training, ConfigurationJson.Default.TrainingConfiguration),
        };

    /// <exception cref="InvalidDataException">There is none.</exception>
    /// <summary>
    /// Makes a network of the sizes that the metadata ask for, before it is compared with the tensors of the file: with so many weights at most that the
    /// memory stays a small multiple of theirs, and some megabytes for a small file.
    /// </summary>
    /// <exception cref="InvalidDataException">It is far larger than what the file holds.</exception>
    public static TNetwork Sized<T, TNetwork>(IReadOnlyDictionary<string, Tensor<T>> tensors, Func<TNetwork> make)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        WeightInitializer.WithAtMost((2 * tensors.Values.Sum(tensor => Math.Max(tensor.Length, 64L))) + (1 << 20), make);

    public static string Entry(IReadOnlyDictionary<string, string> metadata, string key) => metadata.TryGetValue(key, out string? value)
        ? value
        : throw new InvalidDataException($"the metadata have no '{key}': this is no file of this library, or a damaged one.");

    /// <exception cref="InvalidDataException">It is another value.</exception>
    public static void Require(IReadOnlyDictionary<string, string> metadata, string key, string expected)
    {
        string value = Entry(metadata, key);
        if (value != expected)
            throw new InvalidDataException($"the {key} is '{value}', but '{expected}' is needed.");
    }

    /// <summary>The metadata as this version writes them, of a file of this version or the first.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    /// <exception cref="JsonException">They are damaged.</exception>
    public static IReadOnlyDictionary<string, string> Upgraded(IReadOnlyDictionary<string, string> metadata, string firstFormat, string format)
    {
        if (Entry(metadata, FormatKey) != firstFormat)
            return metadata;
        JsonObject training = Object(metadata, TrainingKey), network = Object(metadata, NetworkKey);
        var (loss, asked, times) = (Take(training, "Loss"), Take(training, "Parameterisation"), Take(training, "Times"));
        var (gamma, bound) = (Take(training, "MinSnrGamma"), Take(training, "BoundWeight"));
        Require(metadata, ParameterisationKey, asked?.ToString() ?? Parameterisation.Epsilon.Name);

        // The members have the same names now, in settings of their own.
        var settings = new JsonObject { ["Parameterisation"] = asked, ["Times"] = times, ["Loss"] = loss };
        string name = "simple";
        if (network["LearnsVariance"]?.GetValue<bool>() == true)
            (name, settings) = ("learned-variance", new JsonObject { ["BoundWeight"] = bound, ["Loss"] = Take(settings, "Loss") });
        else if (gamma?.GetValue<double>() > 0)
            (name, settings) = ("min-snr", new JsonObject { ["Parameterisation"] = Take(settings, "Parameterisation"), ["Times"] = Take(settings, "Times"), ["Gamma"] = gamma });
        var upgraded = new Dictionary<string, string>(metadata)
        {
            [FormatKey] = format,
            [ObjectiveKey] = name,
            [ObjectiveSettingsKey] = ObjectiveKinds<double>.Create(name, settings.ToJsonString()).Settings,
            [ScheduleKey] = ScheduleKinds.FromJson(Entry(metadata, ScheduleKey)).ToJson(),
        };
        upgraded[TrainingKey] = JsonSerializer.Serialize(TrainingOf(metadata), ConfigurationJson.Default.TrainingConfiguration);
        _ = upgraded.Remove(ParameterisationKey);
        return upgraded;
    }

    /// <summary>The settings of the training, of any version.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    /// <exception cref="JsonException">They are damaged.</exception>
    public static TrainingConfiguration TrainingOf(IReadOnlyDictionary<string, string> metadata)
    {
        var training = Object(metadata, TrainingKey);
        foreach (string key in (ReadOnlySpan<string>)["Loss", "Parameterisation", "Times", "MinSnrGamma", "BoundWeight"])
            _ = training.Remove(key);

        return Completed(training, new TrainingConfiguration(), ConfigurationJson.Default.TrainingConfiguration);
    }

    /// <summary>Settings from JSON; what a file of an earlier version does not have yet is as it is by default.</summary>
    /// <exception cref="JsonException">They are damaged.</exception>
    public static TSettings Completed<TSettings>(JsonObject given, TSettings defaults, JsonTypeInfo<TSettings> type)
    {
        var all = JsonSerializer.SerializeToNode(defaults, type)!.AsObject();
        foreach (var (key, value) in given)
            all[key] = value?.DeepClone();
        return all.Deserialize(type)!;
    }

    /// <summary>An entry that is a JSON object.</summary>
    /// <exception cref="InvalidDataException">It is not there, or something else.</exception>
    public static JsonObject Object(IReadOnlyDictionary<string, string> metadata, string key) =>
        JsonNode.Parse(Entry(metadata, key)) as JsonObject ?? throw new InvalidDataException($"the {key} in the metadata is no object.");

    private static JsonNode? Take(JsonObject parent, string key) => parent.Remove(key, out var node) ? node : null;
}

/// <summary>Serialisation of the settings of training without reflection.</summary>
[JsonSerializable(typeof(TrainingConfiguration))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;
