using System.Text.Json;

namespace Diffusion.TwoPixel.Grade;

/// <summary>The grades of a class: one line for each folder that has a grade.json.</summary>
internal static class GradeSummary
{
    /// <summary>The names of the columns.</summary>
    public static IReadOnlyList<string> Header { get; } = ["folder", "right", "slips", "loss ratio"];

    /// <summary>The rows, by folder.</summary>
    /// <param name="root">The folder of the folders.</param>
    /// <exception cref="UsageException">No such folder, or none with a grade below.</exception>
    /// <exception cref="InvalidDataException">A file that is no grade.</exception>
    public static IReadOnlyList<IReadOnlyList<string>> Of(string root)
    {
        if (!Directory.Exists(root))
            throw new UsageException($"--summary is '{root}', and there is no such folder.");
        string[] files = [.. Directory.GetFiles(root, "grade.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? [.. files.Select(file => Row(root, file))]
            : throw new UsageException($"There is no grade.json below {root}: 'grade --out' with a folder below it makes one.");
    }

    private static IReadOnlyList<string> Row(string root, string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            var grade = document.RootElement;
            string slips = string.Join(' ', grade.GetProperty("slips").EnumerateArray()
                .Select(found => string.Join('/', found.GetProperty("slips").EnumerateArray().Select(slip => slip.GetProperty("key").GetString()))));
            string ratio = grade.GetProperty("files").TryGetProperty("predictions", out var predictions)
                ? F3(predictions.GetProperty("numbers").GetProperty("lossRatio").GetDouble()) : "";
            return [Path.GetRelativePath(root, Path.GetDirectoryName(file)!), grade.GetProperty("right").GetBoolean() ? "yes" : "no", slips, ratio];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException($"{file} is no grade: {e.Message}", e);
        }
    }
}
