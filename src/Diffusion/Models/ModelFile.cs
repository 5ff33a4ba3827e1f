using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Diffusion.Data;
using Diffusion.Nn.Serialization;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;

namespace Diffusion.Models;

/// <summary>
/// Reads and writes what sampling needs, such as <c>model-T50.safetensors</c>: averaged weights and Fourier frequencies
/// under PyTorch's names, and in the metadata the configuration. It opens in Python as it is.
/// </summary>
public static class ModelFile
{
    internal const string FormatKey = "format", ArchitectureKey = "architecture", NetworkKey = "network", ScheduleKey = "schedule";
    internal const string DataKey = "data", TrainingKey = "training", ParameterisationKey = "parameterisation", Format = "diffusion-model-1";

    /// <summary>Writes a two-pixel model; see <see cref="AtomicFile"/>.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save<T>(string path, TwoPixelModel<T> model)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        SafetensorsFile.Write(path, StateDict.Of(model.Network), Metadata(Format, model.Network, model.Schedule, model.Training, model.Data));

    /// <summary>Writes a model of digits; see <see cref="AtomicFile"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The model.</param>
    /// <param name="type">The number type of the weights in the file; half precision is enough to sample from.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save<T>(string path, MnistModel<T> model, SafetensorsType type = SafetensorsType.F32)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        SafetensorsFile.Write(path, StateDict.Of(model.Network), Metadata(Format, model.Network, model.Schedule, model.Training, model.Data), _ => type);

    /// <summary>Reads a two-pixel model.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, of another format or of another architecture; the message says what.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TwoPixelModel<T> Load<T>(string path)
        where T : unmanaged, IFloatingPointIeee754<T> => Load<T, TwoPixelModel<T>>(path, TwoPixelUNet<T>.ArchitectureName, (content, schedule, training, data) =>
        {
            var configuration = Deserialize(content.Metadata, NetworkKey, ConfigurationJson.Default.TwoPixelUNetConfiguration);
            RequireSteps(configuration.Timesteps, schedule);
            var network = new TwoPixelUNet<T>(configuration, new RandomSource(0));
            var mixture = PointSet.IsDescription(data) ? null : GaussianMixture.FromJson(data);
            StateDict.Load(network, content.Tensors);
            return new TwoPixelModel<T>(network, schedule, mixture, training) { Data = data };
        });

    /// <summary>Reads a model of digits.</summary>
    /// <inheritdoc cref="Load{T}(string)"/>
    public static MnistModel<T> LoadMnist<T>(string path)
        where T : unmanaged, IFloatingPointIeee754<T> => Load<T, MnistModel<T>>(path, MnistUNet<T>.ArchitectureName, (content, schedule, training, data) =>
        {
            var configuration = Deserialize(content.Metadata, NetworkKey, ConfigurationJson.Default.MnistUNetConfiguration);
            RequireSteps(configuration.Timesteps, schedule);
            var network = new MnistUNet<T>(configuration, new RandomSource(0));
            StateDict.Load(network, content.Tensors);
            return new MnistModel<T>(network, schedule, training, data);
        });

    internal static Dictionary<string, string> Metadata<T>(
        string format, DenoisingNetwork<T> network, NoiseSchedule schedule, TrainingConfiguration training, string data)
        where T : unmanaged, IFloatingPointIeee754<T> => new()
        {
            [FormatKey] = format,
            [ArchitectureKey] = network.Architecture,
            [ParameterisationKey] = training.Parameterisation.ToString(),
            [NetworkKey] = network.ConfigurationJson,
            [ScheduleKey] = schedule.Configuration.ToJson(),
            [DataKey] = data,
            [TrainingKey] = JsonSerializer.Serialize(training, ConfigurationJson.Default.TrainingConfiguration),
        };

    internal static string Entry(IReadOnlyDictionary<string, string> metadata, string key) => metadata.TryGetValue(key, out string? value)
        ? value
        : throw new InvalidDataException($"the metadata have no '{key}': this is no file of this library, or a damaged one.");

    private static TModel Load<T, TModel>(
        string path, string architecture, Func<SafetensorsContent<T>, NoiseSchedule, TrainingConfiguration, string, TModel> build)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var content = SafetensorsFile.Read<T>(path);
        try
        {
            Require(content.Metadata, FormatKey, Format);
            Require(content.Metadata, ArchitectureKey, architecture);
            var training = Deserialize(content.Metadata, TrainingKey, ConfigurationJson.Default.TrainingConfiguration);
            Require(content.Metadata, ParameterisationKey, training.Parameterisation.ToString());
            var schedule = new NoiseSchedule(ScheduleConfiguration.FromJson(Entry(content.Metadata, ScheduleKey)));
            return build(content, schedule, training, Entry(content.Metadata, DataKey));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"{path}: the configuration in the metadata cannot be read: {e.Message}", e);
        }
    }

    internal static TConfiguration Deserialize<TConfiguration>(
        IReadOnlyDictionary<string, string> metadata, string key, System.Text.Json.Serialization.Metadata.JsonTypeInfo<TConfiguration> type)
        where TConfiguration : class =>
        JsonSerializer.Deserialize(Entry(metadata, key), type) ?? throw new InvalidDataException($"the {key} in the metadata is null.");

    private static void RequireSteps(int timesteps, NoiseSchedule schedule)
    {
        if (timesteps != schedule.T)
            throw new InvalidDataException($"the network is for T = {timesteps}, but the schedule has T = {schedule.T}.");
    }

    internal static void Require(IReadOnlyDictionary<string, string> metadata, string key, string expected)
    {
        string value = Entry(metadata, key);
        if (value != expected)
            throw new InvalidDataException($"the {key} is '{value}', but '{expected}' is needed.");
    }
}

/// <summary>Serialisation of configurations without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = false)]
[JsonSerializable(typeof(TwoPixelUNetConfiguration))]
[JsonSerializable(typeof(MnistUNetConfiguration))]
[JsonSerializable(typeof(TrainingConfiguration))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;
