using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Diffusion.Networks;
using Diffusion.Nn.Serialization;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;

namespace Diffusion.Models;

/// <summary>
/// Reads and writes a trained classifier of images, <c>classifier.safetensors</c>: weights in half precision under PyTorch's names,
/// and in the metadata its sizes and the settings of its training. It opens in Python as it is. The files of earlier versions, which
/// were all of digits, are read too.
/// </summary>
public static class ClassifierFile
{
    internal const string Format = "diffusion-classifier-1", Architecture = "image-classifier", NoisyArchitecture = "noisy-image-classifier";

    private const string DigitsArchitecture = "mnist-classifier", NoisyDigitsArchitecture = "mnist-noisy-classifier";

    /// <summary>Writes a classifier; see <see cref="AtomicFile"/>. Weights are rounded to half precision.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save<T>(string path, ImageClassifier<T> classifier, ClassifierTrainingConfiguration training)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Save(path, StateDict.Of(classifier), Architecture, classifier.Configuration, ModelMetadata.TrainingKey, JsonSerializer.Serialize(training, ClassifierJson.Default.ClassifierTrainingConfiguration));

    /// <summary>Writes a classifier of noisy images, in half precision, with the schedule of the noise that it knows.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save<T>(string path, NoisyImageClassifier<T> classifier, NoiseSchedule schedule)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Save(path, StateDict.Of(classifier), NoisyArchitecture, classifier.Configuration, ModelMetadata.ScheduleKey, schedule.ToJson());

    /// <summary>Reads a classifier of noisy images, and the schedule of the noise that it knows.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, of another format or of another architecture; the message says what.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (NoisyImageClassifier<T> Classifier, NoiseSchedule Schedule) LoadNoisy<T>(string path)
        where T : unmanaged, IFloatingPointIeee754<T> => Load<T, (NoisyImageClassifier<T>, NoiseSchedule)>(path, NoisyArchitecture, (tensors, metadata, network) =>
        {
            var schedule = ScheduleKinds.FromJson(ModelMetadata.Entry(metadata, ModelMetadata.ScheduleKey));
            var classifier = ModelMetadata.Sized(tensors, () => new NoisyImageClassifier<T>(network, schedule.T, new RandomSource(0)));
            StateDict.Load(classifier, tensors);
            return (classifier, schedule);
        });

    /// <summary>Reads a classifier, and how it was trained.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, of another format or of another architecture; the message says what.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static (ImageClassifier<T> Classifier, ClassifierTrainingConfiguration Training) Load<T>(string path)
        where T : unmanaged, IFloatingPointIeee754<T> => Load<T, (ImageClassifier<T>, ClassifierTrainingConfiguration)>(path, Architecture, (tensors, metadata, network) =>
        {
            var training = ModelMetadata.Completed(ModelMetadata.Object(metadata, ModelMetadata.TrainingKey), new(), ClassifierJson.Default.ClassifierTrainingConfiguration);
            var classifier = ModelMetadata.Sized(tensors, () => new ImageClassifier<T>(network, new RandomSource(0)));
            StateDict.Load(classifier, tensors);
            return (classifier, training);
        });

    private static void Save<T>(string path, IReadOnlyDictionary<string, Tensor<T>> state, string architecture, ImageClassifierConfiguration network, string key, string value)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        SafetensorsFile.Write(
            path,
            state,
            new Dictionary<string, string>
            {
                [ModelMetadata.FormatKey] = Format,
                [ModelMetadata.ArchitectureKey] = architecture,
                [ModelMetadata.NetworkKey] = JsonSerializer.Serialize(network, ClassifierJson.Default.ImageClassifierConfiguration),
                [key] = value,
            },
            _ => SafetensorsType.F16);

    private static TClassifier Load<T, TClassifier>(
        string path, string architecture, Func<IReadOnlyDictionary<string, Tensor<T>>, IReadOnlyDictionary<string, string>, ImageClassifierConfiguration, TClassifier> make)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var content = SafetensorsFile.Read<T>(path);
        try
        {
            ModelMetadata.Require(content.Metadata, ModelMetadata.FormatKey, Format);
            var metadata = Upgraded(content.Metadata);
            ModelMetadata.Require(metadata, ModelMetadata.ArchitectureKey, architecture);
            var network = ModelMetadata.Object(metadata, ModelMetadata.NetworkKey).Deserialize(ClassifierJson.Default.ImageClassifierConfiguration)!;
            return make(content.Tensors, metadata, network);
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

    // Classifiers of digits did not say what was the same for all of them.
    private static IReadOnlyDictionary<string, string> Upgraded(IReadOnlyDictionary<string, string> metadata)
    {
        string architecture = ModelMetadata.Entry(metadata, ModelMetadata.ArchitectureKey);
        if (architecture is not (DigitsArchitecture or NoisyDigitsArchitecture))
            return metadata;
        var network = architecture == DigitsArchitecture ? ModelMetadata.Object(metadata, ModelMetadata.NetworkKey)
            : new JsonObject { ["Widths"] = new JsonArray(16, 32, 64), ["Features"] = 128, ["Classes"] = Data.Mnist.Classes };
        (network["Height"], network["Width"], network["Channels"]) = (Data.Mnist.Side, Data.Mnist.Side, 1);
        return new Dictionary<string, string>(metadata)
        {
            [ModelMetadata.ArchitectureKey] = architecture == DigitsArchitecture ? Architecture : NoisyArchitecture,
            [ModelMetadata.NetworkKey] = network.ToJsonString(),
        };
    }
}

/// <summary>Serialisation of the configurations without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = false)]
[JsonSerializable(typeof(ImageClassifierConfiguration))]
[JsonSerializable(typeof(ClassifierTrainingConfiguration))]
internal sealed partial class ClassifierJson : JsonSerializerContext;
