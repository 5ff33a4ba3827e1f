using System.Numerics;
using System.Text.Json;
using Diffusion.Nn.Serialization;
using Diffusion.Objectives;
using Diffusion.Schedules;

namespace Diffusion.Models;

/// <summary>
/// Reads and writes what sampling needs, such as <c>model-T50.safetensors</c>: averaged weights and buffers under PyTorch's names, and in
/// the metadata what they belong to. It opens in Python as it is. The files of earlier versions are read too.
/// </summary>
public static class ModelFile
{
    internal const string Format = "diffusion-model-2", FirstFormat = "diffusion-model-1";

    /// <summary>Writes a model; see <see cref="AtomicFile"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="model">The model.</param>
    /// <param name="type">The number type of the weights in the file, such as half precision, which is enough to sample from; null for their own.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="NotSupportedException">The schedule is made of functions.</exception>
    public static void Save<T>(string path, Model<T> model, SafetensorsType? type = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var metadata = ModelMetadata.Of(Format, model.Network, model.Schedule, model.Objective, model.Training, model.Data);
        foreach (var (name, text) in model.Notes)
            metadata[ModelMetadata.NotePrefix + name] = text;
        if (type is { } given)
            SafetensorsFile.Write(path, StateDict.Of(model.Network), metadata, _ => given);
        else
            SafetensorsFile.Write(path, StateDict.Of(model.Network), metadata);
    }

    /// <summary>Reads a model, whose network is set to evaluation. Architectures, schedules and objectives of your own must have been registered: see <see cref="Architectures{T}"/>, <see cref="ScheduleKinds"/>, <see cref="ObjectiveKinds{T}"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="architecture">The architecture that it must be of, such as <c>two-pixel-unet</c>; null for any.</param>
    /// <exception cref="InvalidDataException">The file is damaged, of another format or architecture, or names what is not known; the message says what.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Model<T> Load<T>(string path, string? architecture = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var content = SafetensorsFile.Read<T>(path);
        try
        {
            var metadata = ModelMetadata.Upgraded(content.Metadata, FirstFormat, Format);
            ModelMetadata.Require(metadata, ModelMetadata.FormatKey, Format);
            if (architecture is not null)
                ModelMetadata.Require(metadata, ModelMetadata.ArchitectureKey, architecture);
            var schedule = ScheduleKinds.FromJson(ModelMetadata.Entry(metadata, ModelMetadata.ScheduleKey));
            var training = ModelMetadata.TrainingOf(metadata);
            var objective = ObjectiveKinds<T>.Create(ModelMetadata.Entry(metadata, ModelMetadata.ObjectiveKey), ModelMetadata.Entry(metadata, ModelMetadata.ObjectiveSettingsKey));
            string data = ModelMetadata.Entry(metadata, ModelMetadata.DataKey);
            var network = ModelMetadata.Sized(content.Tensors, () => Architectures<T>.Create(ModelMetadata.Entry(metadata, ModelMetadata.ArchitectureKey), ModelMetadata.Entry(metadata, ModelMetadata.NetworkKey)));
            if (network.Timesteps is int steps && steps != schedule.T)
                throw new InvalidDataException($"the network is for T = {steps}, but the schedule has T = {schedule.T}.");
            _ = StateDict.Load(network, content.Tensors);
            network.Train(false);
            return new Model<T>(network, schedule, objective, training, data)
            {
                Notes = metadata.Where(entry => entry.Key.StartsWith(ModelMetadata.NotePrefix, StringComparison.Ordinal))
                    .ToDictionary(entry => entry.Key[ModelMetadata.NotePrefix.Length..], entry => entry.Value),
            };
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
