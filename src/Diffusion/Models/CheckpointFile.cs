using System.Globalization;
using System.Numerics;
using Diffusion.Nn.Serialization;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Training;

namespace Diffusion.Models;

/// <summary>
/// Reads and writes what resuming needs, <c>checkpoint-T50.safetensors</c>: raw and averaged weights, the optimiser's
/// moments, the losses (of held-out data too) and the step. The data's position is the step, since every draw is a function of seed and step.
/// </summary>
public static class CheckpointFile
{
    private const string Format = "diffusion-checkpoint-2", FirstFormat = "diffusion-checkpoint-1", StepKey = "step", ParameterStepsKey = "parameterSteps", LossesName = "training.losses";
    private const string AveragePrefix = "average.", BestPrefix = "best.", OptimizerPrefix = "optimizer.", ValidationName = "training.validation";

    /// <summary>Writes the state of a run, with a checksum. The file that was there stays as <see cref="Previous"/> until the run has ended.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save<T>(string path, Trainer<T> trainer)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var tensors = StateDict.Of(trainer.Network);
        foreach (var (name, tensor) in Extras(trainer))
            tensors[name] = tensor;
        tensors[LossesName] = Tensor<T>.From([trainer.Losses.Count], [.. trainer.Losses.Select(T.CreateChecked)]);
        if (trainer.ValidationLosses.Count > 0)
            tensors[ValidationName] = Tensor<T>.From([trainer.ValidationLosses.Count], [.. trainer.ValidationLosses.Select(T.CreateChecked)]);
        foreach (var (name, tensor) in Best(trainer, trainer.Best))
            tensors[name] = tensor;
        var metadata = Metadata(trainer);
        metadata[StepKey] = trainer.StepsTaken.ToString(CultureInfo.InvariantCulture);

        // Where some were frozen for a while, or without a gradient.
        if (trainer.Optimizer.ParameterSteps.Any(steps => steps != trainer.StepsTaken))
            metadata[ParameterStepsKey] = string.Join(',', trainer.Optimizer.ParameterSteps);

        // What was there stays until what is new has been read again, and then until the next one, or the end of the run.
        string written = path + ".new", previous = Previous(path);
        SafetensorsFile.WriteChecked(written, tensors, metadata);
        SafetensorsFile.Verify(written);
        if (File.Exists(path))
            File.Move(path, previous, overwrite: true);
        File.Move(written, path, overwrite: true);
        if (trainer.IsDone)
            File.Delete(previous);
    }

    /// <summary>The file of the checkpoint before the last one, which is kept while a run goes on.</summary>
    public static string Previous(string path) => path + ".previous";

    /// <summary>Whether there is a checkpoint, or the one before it.</summary>
    public static bool Exists(string path) => File.Exists(path) || File.Exists(Previous(path));

    /// <summary><see cref="Resume"/>, or where the file is damaged, gone or cannot be read, from the checkpoint before it.</summary>
    /// <returns>One line that says so, where the earlier one had to be taken; else null.</returns>
    /// <exception cref="InvalidDataException">Both are damaged, or of a run with other settings; the message says which.</exception>
    /// <exception cref="IOException">No file can be read.</exception>
    public static string? ResumeLast<T>(string path, Trainer<T> trainer)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        string previous = Previous(path);
        string? damage = !File.Exists(previous) ? null : !File.Exists(path) ? $"{path} is not there" : Damage(path);
        if (damage is not null && Damage(previous) is null)
        {
            Resume(previous, trainer);
            return $"{damage.TrimEnd('.')}. Continuing from the checkpoint before it, {previous}.";
        }

        Resume(path, trainer);
        return null;
    }

    private static string? Damage(string path)
    {
        try
        {
            SafetensorsFile.Verify(path);
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return e.Message.Contains(path, StringComparison.Ordinal) ? e.Message : $"{path} cannot be read: {e.Message}";
        }
    }

    /// <summary>Puts a saved state into a run that was prepared in the same way. Nothing is changed where anything does not fit.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or of a run with other settings; the message says which.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static void Resume<T>(string path, Trainer<T> trainer)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var content = SafetensorsFile.Read<T>(path);
        try
        {
            var metadata = ModelMetadata.Upgraded(content.Metadata, FirstFormat, Format);
            foreach (var (key, wanted) in Metadata(trainer))
            {
                string saved = ModelMetadata.Entry(metadata, key);
                if (key == ModelMetadata.ScheduleKey)
                    saved = ScheduleKinds.FromJson(saved).ToJson();
                if (saved != wanted)
                    throw new InvalidDataException($"the {key} of the checkpoint differs from that asked for: {saved} in the file, {wanted} asked for.");
            }

            if (!int.TryParse(ModelMetadata.Entry(content.Metadata, StepKey), NumberStyles.None, CultureInfo.InvariantCulture, out int step) || step > trainer.Configuration.Iterations)
                throw new InvalidDataException($"the step is '{content.Metadata[StepKey]}', which is none of this run.");

            var tensors = new Dictionary<string, Tensor<T>>(content.Tensors);
            if (!tensors.Remove(LossesName, out var losses) || losses.Length != step)
                throw new InvalidDataException($"the tensor '{LossesName}' must hold the losses of {step} steps.");
            _ = tensors.Remove(ValidationName, out var validation);
            Tensor<T>[]? best = content.Tensors.Keys.Any(name => name.StartsWith(BestPrefix, StringComparison.Ordinal))
                ? [.. trainer.Average.Averages.Select(average => Tensor<T>.Uninitialized(average.Shape))] : null;
            var extras = Extras(trainer).Concat(Best(trainer, best)).ToList();
            foreach (var (name, target) in extras)
            {
                if (!content.Tensors.TryGetValue(name, out var tensor) || tensor.Shape != target.Shape)
                    throw new InvalidDataException($"the tensor '{name}' is missing or not of the shape {target.Shape}.");
                _ = tensors.Remove(name);
            }

            long[]? parameterSteps = ParameterSteps(content.Metadata, trainer.Optimizer.Parameters.Count, step);
            _ = StateDict.Load(trainer.Network, tensors);
            foreach (var (name, target) in extras)
                target.CopyFrom(content.Tensors[name]);
            trainer.Resume(step, parameterSteps, losses.Span.ToArray().Select(float.CreateTruncating));
            trainer.ResumeValidation(validation?.Span.ToArray().Select(double.CreateTruncating) ?? [], best);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    private static Dictionary<string, string> Metadata<T>(Trainer<T> trainer)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        ModelMetadata.Of(Format, trainer.Network, trainer.Schedule, trainer.Objective, trainer.Configuration, trainer.Data.Description);

    // The averages at the least loss on held-out data.
    private static IEnumerable<(string Name, Tensor<T> Tensor)> Best<T>(Trainer<T> trainer, IReadOnlyList<Tensor<T>>? best)
        where T : unmanaged, IFloatingPointIeee754<T> =>
        best is null ? [] : trainer.Network.NamedParameters.Select((named, i) => (BestPrefix + named.Name, best[i]));

    private static long[]? ParameterSteps(IReadOnlyDictionary<string, string> metadata, int parameters, int step)
    {
        if (!metadata.TryGetValue(ParameterStepsKey, out string? text))
            return null;
        string[] fields = text.Split(',');
        long[] steps = new long[fields.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            if (fields.Length != parameters || !long.TryParse(fields[i], NumberStyles.None, CultureInfo.InvariantCulture, out steps[i]) || steps[i] > step)
                throw new InvalidDataException($"the {ParameterStepsKey} must be {parameters} numbers up to {step}, not '{text}'.");
        }

        return steps;
    }

    // Averages and moments, in the library's own layout, under the parameters' names.
    private static IEnumerable<(string Name, Tensor<T> Tensor)> Extras<T>(Trainer<T> trainer)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        string[] names = [.. trainer.Network.NamedParameters.Select(named => named.Name)];
        for (int i = 0; i < names.Length; i++)
            yield return (AveragePrefix + names[i], trainer.Average.Averages[i]);
        foreach (var (kind, tensors) in trainer.Optimizer.State.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            for (int i = 0; i < names.Length; i++)
                yield return ($"{OptimizerPrefix}{kind}.{names[i]}", tensors[i]);
        }
    }
}
