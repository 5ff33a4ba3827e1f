using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Diffusion.Data;
using Diffusion.Networks;
using Diffusion.Nn.Serialization;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;

namespace Diffusion.Models;

/// <summary>A classifier of noisy pixels with what it belongs to: the schedule of its noise, the data and the settings of its training.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="Network">The network.</param>
/// <param name="Schedule">The schedule of the noise.</param>
/// <param name="Mixture">The data.</param>
/// <param name="Training">The settings of its training.</param>
public sealed record NoisyClassifierModel<T>(TwoPixelClassifier<T> Network, NoiseSchedule Schedule, GaussianMixture Mixture, TrainingConfiguration Training)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>Reads and writes a trained classifier of noisy pixels, in safetensors as <see cref="ModelFile"/> does.</summary>
public static class NoisyClassifierFile
{
    internal const string Format = "diffusion-noisy-classifier-1", Architecture = "two-pixel-classifier", FeaturesKey = "features";

    /// <summary>Writes a classifier; see <see cref="AtomicFile"/>.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save<T>(string path, NoisyClassifierModel<T> model)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        SafetensorsFile.Write(path, StateDict.Of(model.Network), new Dictionary<string, string>
        {
            [ModelMetadata.FormatKey] = Format,
            [ModelMetadata.ArchitectureKey] = Architecture,
            [FeaturesKey] = model.Network.Features.ToString(CultureInfo.InvariantCulture),
            [ModelMetadata.ScheduleKey] = model.Schedule.ToJson(),
            [ModelMetadata.DataKey] = model.Mixture.ToJson(),
            [ModelMetadata.TrainingKey] = JsonSerializer.Serialize(model.Training, ConfigurationJson.Default.TrainingConfiguration),
        });

    /// <summary>Reads a classifier.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, of another format or of another architecture; the message says what.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static NoisyClassifierModel<T> Load<T>(string path)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var content = SafetensorsFile.Read<T>(path);
        try
        {
            var metadata = content.Metadata;
            ModelMetadata.Require(metadata, ModelMetadata.FormatKey, Format);
            ModelMetadata.Require(metadata, ModelMetadata.ArchitectureKey, Architecture);
            var schedule = ScheduleKinds.FromJson(ModelMetadata.Entry(metadata, ModelMetadata.ScheduleKey));
            var mixture = GaussianMixture.FromJson(ModelMetadata.Entry(metadata, ModelMetadata.DataKey));
            var training = ModelMetadata.TrainingOf(metadata);
            if (!int.TryParse(ModelMetadata.Entry(metadata, FeaturesKey), NumberStyles.None, CultureInfo.InvariantCulture, out int features) || features > 65_536)
                throw new InvalidDataException($"the features are '{metadata[FeaturesKey]}'; accepted is a whole number up to 65536.");
            var network = ModelMetadata.Sized(content.Tensors, () => new TwoPixelClassifier<T>(mixture.LabelCount, schedule.T, new RandomSource(0), features));
            StateDict.Load(network, content.Tensors);
            return new NoisyClassifierModel<T>(network, schedule, mixture, training);
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
}
