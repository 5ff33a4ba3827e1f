using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Diffusion.Networks;
using Diffusion.Nn.Serialization;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;

namespace Diffusion.Models;

/// <summary>
/// Reads and writes a trained classifier, <c>classifier.safetensors</c>: weights in half precision under PyTorch's names, and
/// in the metadata its sizes and the settings of its training. It opens in Python as it is.
/// </summary>
public static class ClassifierFile
{
    internal const string Format = "diffusion-classifier-1", Architecture = "mnist-classifier", NoisyArchitecture = "mnist-noisy-classifier";

    /// <summary>Writes a classifier; see <see cref="AtomicFile"/>. Weights are rounded to half precision.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save<T>(string path, MnistClassifier<T> classifier, ClassifierTrainingConfiguration training)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        SafetensorsFile.Write(
            path,
            StateDict.Of(classifier),
            new Dictionary<string, string>
            {
                [ModelMetadata.FormatKey] = Format,
                [ModelMetadata.ArchitectureKey] = Architecture,
                [ModelMetadata.NetworkKey] = JsonSerializer.Serialize(classifier.Configuration, ClassifierJson.Default.MnistClassifierConfiguration),
                [ModelMetadata.TrainingKey] = JsonSerializer.Serialize(training, ClassifierJson.Default.ClassifierTrainingConfiguration),
            },
            _ => SafetensorsType.F16);

    /// <summary>Writes a classifier of noisy images, in half precision, with the schedule of the noise that it knows.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save<T>(string path, MnistNoisyClassifier<T> classifier, NoiseSchedule schedule)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        SafetensorsFile.Write(
            path,
            StateDict.Of(classifier),
            new Dictionary<string, string> { [ModelMetadata.FormatKey] = Format, [ModelMetadata.ArchitectureKey] = NoisyArchitecture, [ModelMetadata.ScheduleKey] = schedule.ToJson() },
            _ => SafetensorsType.F16);

    /// <summary>Reads a classifier of noisy images, and the schedule of the noise that it knows.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, of another format or of another architecture; the message says what.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (MnistNoisyClassifier<T> Classifier, NoiseSchedule Schedule) LoadNoisy<T>(string path)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var content = SafetensorsFile.Read<T>(path);
        try
        {
            ModelMetadata.Require(content.Metadata, ModelMetadata.FormatKey, Format);
            ModelMetadata.Require(content.Metadata, ModelMetadata.ArchitectureKey, NoisyArchitecture);
            var schedule = ScheduleKinds.FromJson(ModelMetadata.Entry(content.Metadata, ModelMetadata.ScheduleKey));
            var classifier = new MnistNoisyClassifier<T>(schedule.T, new RandomSource(0));
            StateDict.Load(classifier, content.Tensors);
            return (classifier, schedule);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidDataException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads a classifier, and how it was trained.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, of another format or of another architecture; the message says what.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (MnistClassifier<T> Classifier, ClassifierTrainingConfiguration Training) Load<T>(string path)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var content = SafetensorsFile.Read<T>(path);
        try
        {
            ModelMetadata.Require(content.Metadata, ModelMetadata.FormatKey, Format);
            ModelMetadata.Require(content.Metadata, ModelMetadata.ArchitectureKey, Architecture);
            var network = JsonSerializer.Deserialize(ModelMetadata.Entry(content.Metadata, ModelMetadata.NetworkKey), ClassifierJson.Default.MnistClassifierConfiguration);
            var training = JsonSerializer.Deserialize(ModelMetadata.Entry(content.Metadata, ModelMetadata.TrainingKey), ClassifierJson.Default.ClassifierTrainingConfiguration);
            if (network is null || training is null)
                throw new InvalidDataException("a configuration in the metadata is null.");
            var classifier = new MnistClassifier<T>(network, new RandomSource(0));
            StateDict.Load(classifier, content.Tensors);
            return (classifier, training);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"{path}: the configuration in the metadata cannot be read: {e.Message}", e);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }
}

/// <summary>Serialisation of the configurations without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = false)]
[JsonSerializable(typeof(MnistClassifierConfiguration))]
[JsonSerializable(typeof(ClassifierTrainingConfiguration))]
internal sealed partial class ClassifierJson : JsonSerializerContext;
