using System.IO.Enumeration;

namespace Diffusion.Pictures;

/// <summary>The files of a folder: which are pictures, and of what class.</summary>
/// <param name="Paths">The pictures, relative to the folder, with /, in ordinal order.</param>
/// <param name="Labels">The class of each, -1 for none.</param>
/// <param name="ClassNames">The subfolders that have pictures, in ordinal order.</param>
/// <param name="OtherFiles">The number of files that are no pictures by their names.</param>
internal sealed record PictureListing(IReadOnlyList<string> Paths, IReadOnlyList<int> Labels, IReadOnlyList<string> ClassNames, int OtherFiles)
{
    /// <summary>How the names of pictures end, in any case.</summary>
    public static readonly IReadOnlyList<string> Extensions = [".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"];

    public static PictureListing Of(string folder)
    {
        var pictures = new List<string>();
        int others = 0;
        foreach (string file in Files(folder))
        {
            if (Path.GetFileName(file)[0] != '.' && Extensions.Contains(Path.GetExtension(file).ToLowerInvariant()))
                pictures.Add(Path.GetRelativePath(folder, file).Replace('\\', '/'));
            else
                others++;
        }

        pictures.Sort(StringComparer.Ordinal);
        string[] classes = [.. pictures.Select(ClassOf).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        var labels = classes.Select((name, k) => (name, k)).ToDictionary(each => each.name, each => each.k, StringComparer.Ordinal);
        return new PictureListing(pictures, [.. pictures.Select(picture => ClassOf(picture) is { } name ? labels[name] : -1)], classes, others);
    }

    private static string? ClassOf(string path) => path.IndexOf('/') is > 0 and int slash ? path[..slash] : null;

    private static IEnumerable<string> Files(string folder)
    {
        // A link to a folder may be a class, but within classes links could lead round in circles.
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false };
        foreach (string file in Directory.EnumerateFiles(folder, "*", new EnumerationOptions { AttributesToSkip = 0 }))
            yield return file;
        foreach (string subfolder in Directory.EnumerateDirectories(folder))
        {
            if (Path.GetFileName(subfolder)[0] == '.')
                continue;
            var files = new FileSystemEnumerable<string>(subfolder, (ref FileSystemEntry entry) => entry.ToFullPath(), all)
            {
                ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
                ShouldRecursePredicate = (ref FileSystemEntry entry) => entry.FileName[0] != '.' && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
            };
            foreach (string file in files)
                yield return file;
        }
    }
}
