using System.Text.Json;
using Diffusion.Models;
using Diffusion.Nn.Serialization;
using Diffusion.Terminal;

namespace Diffusion.Images.Running;

/// <summary>The names of a model's classes, in its file since only the data have them else.</summary>
internal static class ClassNames
{
    private const string Note = "classes";

    /// <summary>What a model's file keeps.</summary>
    public static Dictionary<string, string> ToNotes(IReadOnlyList<string> names) => new() { [Note] = JsonSerializer.Serialize(names) };

    /// <summary>The names of a model's classes; numbers where its file has none.</summary>
    /// <exception cref="InvalidDataException">The file has other names than its network has classes.</exception>
    public static string[] Of(Model<float> model)
    {
        int classes = model.Network.Classes;
        if (!model.Notes.TryGetValue(Note, out string? text))
            return [.. Enumerable.Range(0, classes).Select(k => $"{k}")];
        try
        {
            return JsonSerializer.Deserialize<string[]>(text) is { } names && names.Length == classes ? names
                : throw new InvalidDataException($"The model has {classes} classes, but names of others: {Excerpt.Of(text)}.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The model's names of classes cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Classes given by name, or by number from 0.</summary>
    /// <exception cref="UsageException">There is no such class.</exception>
    public static int[] Parse(string option, string text, string[] names)
    {
        if (names.Length == 0)
            throw new UsageException($"{option} is '{text}', but the model was trained without classes.");
        return [.. text.Split(',').Select(part =>
        {
            int at = Array.IndexOf(names, part.Trim());
            return at >= 0 ? at : int.TryParse(part, out at) && at >= 0 && at < names.Length ? at
                : throw new UsageException($"{option} is '{text}'; accepted are, separated by commas, {string.Join(", ", names)}.");
        })];
    }
}
