using NUnit.Framework;

namespace Diffusion.Outside.Tests;

/// <summary>A file is about one thing, and can be read at one sitting.</summary>
public sealed class FileSizeTests
{
    private const int MostLines = 250;

    [Test]
    public void No_file_has_more_than_250_lines()
    {
        string[] files = [.. Sources()];
        Assert.That(files, Has.Length.GreaterThan(400), "the files were found");
        Assert.That(
            files.Select(file => (Path: Path.GetRelativePath(Repository.Root, file), Lines: File.ReadLines(file).Count())).Where(file => file.Lines > MostLines),
            Is.Empty,
            "files that are to be split by what they are about");
    }

    private static IEnumerable<string> Sources() => ((string[])["src", "tests", "bench", "samples"])
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories))
        .Where(file => !Path.GetRelativePath(Repository.Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));
}
