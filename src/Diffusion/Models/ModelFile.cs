using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Diffusion.Data;
using Diffusion.Nn.Serialization;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;

namespace Diffusion.Models;

/// <summary>A network with what it belongs to: its schedule (and so T), the data and the settings that it was trained with.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="Network">The network, with the averaged weights.</param>
/// <param name="Schedule">Its schedule.</param>
/// <param name="Mixture">The data that it was trained on.</param>
/// <param name="Training">The settings of its training.</param>
public sealed record TwoPixelModel<T>(TwoPixelUNet<T> Network, NoiseSchedule Schedule, GaussianMixture Mixture, TrainingConfiguration Training)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>
/// Reads and writes what sampling needs, <c>model-T50.safetensors</c>: averaged weights and Fourier frequencies under
/// PyTorch's names, and in the metadata the configuration. It opens in Python as it is.
/// </summary>
public static class ModelFile
{
    internal const string FormatKey = "format", ArchitectureKey = "architecture", NetworkKey = "network", ScheduleKey = "schedule";
    internal const string MixtureKey = "mixture", TrainingKey = "training", ParameterisationKey = "parameterisation";
    internal const string Architecture = "two-pixel-unet", Parameterisation = "epsilon", Format = "diffusion-model-1";

    /// <summary>Writes a model; see <see cref="AtomicFile"/>.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save<T>(string path, TwoPixelModel<T> model)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        SafetensorsFile.Write(path, StateDict.Of(model.Network), Metadata(Format, model.Network.Configuration, model.Schedule, model.Mixture, model.Training));

    /// <summary>Reads a model.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, of another format or of another architecture; the message says what.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TwoPixelModel<T> Load<T>(string path)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var content = SafetensorsFile.Read<T>(path);
        try
        {
            var (configuration, schedule, mixture, training) = Configuration(content.Metadata, Format);
            var network = new TwoPixelUNet<T>(configuration, new RandomSource(0));
            StateDict.Load(network, content.Tensors);
            return new TwoPixelModel<T>(network, schedule, mixture, training);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    internal static Dictionary<string, string> Metadata(
        string format, TwoPixelUNetConfiguration network, NoiseSchedule schedule, GaussianMixture mixture, TrainingConfiguration training) => new()
        {
            [FormatKey] = format,
            [ArchitectureKey] = Architecture,
            [ParameterisationKey] = Parameterisation,
            [NetworkKey] = JsonSerializer.Serialize(network, ConfigurationJson.Default.TwoPixelUNetConfiguration),
            [ScheduleKey] = schedule.Configuration.ToJson(),
            [MixtureKey] = mixture.ToJson(),
            [TrainingKey] = JsonSerializer.Serialize(training, ConfigurationJson.Default.TrainingConfiguration),
        };

    internal static (TwoPixelUNetConfiguration Network, NoiseSchedule Schedule, GaussianMixture Mixture, TrainingConfiguration Training) Configuration(
        IReadOnlyDictionary<string, string> metadata, string format)
    {
        Require(metadata, FormatKey, format);
        Require(metadata, ArchitectureKey, Architecture);
        Require(metadata, ParameterisationKey, Parameterisation);
        try
        {
            var network = JsonSerializer.Deserialize(Entry(metadata, NetworkKey), ConfigurationJson.Default.TwoPixelUNetConfiguration);
            var training = JsonSerializer.Deserialize(Entry(metadata, TrainingKey), ConfigurationJson.Default.TrainingConfiguration);
            var schedule = new NoiseSchedule(ScheduleConfiguration.FromJson(Entry(metadata, ScheduleKey)));
            var mixture = GaussianMixture.FromJson(Entry(metadata, MixtureKey));
            if (network is null || training is null)
                throw new InvalidDataException("a configuration in the metadata is null.");
            if (network.Timesteps != schedule.T)
                throw new InvalidDataException($"the network is for T = {network.Timesteps}, but the schedule has T = {schedule.T}.");
            return (network, schedule, mixture, training);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"the configuration in the metadata cannot be read: {e.Message}", e);
        }
    }

    internal static string Entry(IReadOnlyDictionary<string, string> metadata, string key) => metadata.TryGetValue(key, out string? value)
        ? value
        : throw new InvalidDataException($"the metadata have no '{key}': this is no file of this library, or a damaged one.");

    private static void Require(IReadOnlyDictionary<string, string> metadata, string key, string expected)
    {
        string value = Entry(metadata, key);
        if (value != expected)
            throw new InvalidDataException($"the {key} is '{value}', but '{expected}' is needed.");
    }
}

/// <summary>Serialisation of configurations without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = false)]
[JsonSerializable(typeof(TwoPixelUNetConfiguration))]
[JsonSerializable(typeof(TrainingConfiguration))]
internal sealed partial class ConfigurationJson : JsonSerializerContext;
