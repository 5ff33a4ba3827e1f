using System.Text.Json;

namespace Diffusion.TwoPixel.Grade;

/// <summary>The grades of a class: one line for each folder that has a grade.json.</summary>
internal static class GradeSummary
{
    /// <summary>The names of the columns.</summary>
    public static IReadOnlyList<string> Header { get; } = ["folder", "right", "slips", "loss ratio"];

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };

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
        var grade = JsonFile.Read<SavedGrade>(file, Json);
        string slips = string.Join(' ', grade.Slips.Select(found => string.Join('/', found.Slips.Select(slip => slip.Key))));
        string ratio = grade.Files.TryGetValue("predictions", out var predictions) && predictions.Numbers.LossRatio is { } loss ? F3(loss) : "";
        return [Path.GetRelativePath(root, Path.GetDirectoryName(file)!), grade.Right ? "yes" : "no", slips, ratio];
    }

    // Of grade.json what a row tells.
    private sealed record SavedGrade(bool Right, IReadOnlyList<SavedSlips> Slips, IReadOnlyDictionary<string, SavedFile> Files);

    private sealed record SavedSlips(IReadOnlyList<SavedSlip> Slips);

    private sealed record SavedSlip(string Key);

    private sealed record SavedFile(SavedNumbers Numbers);

    private sealed record SavedNumbers
    {
        public double? LossRatio { get; init; }
    }
}
