namespace Diffusion.Mutation;

/// <summary>The files of the repository.</summary>
internal static class Sources
{
    /// <summary>The libraries of src, from the bottom to the top.</summary>
    public static IReadOnlyList<string> Libraries { get; } = ["Tensors", "Autograd", "Nn", "Diffusion"];

    /// <summary>The folder of the repository: the one above this program that has the solution.</summary>
    public static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Diffusion.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} has Diffusion.sln.");
    }

    /// <summary>The texts of the C# files in a folder, by their paths from the root, without what a build makes.</summary>
    public static IReadOnlyDictionary<string, string> Of(string root, string folder) => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Select(path => (Path: path, Name: Path.GetRelativePath(root, path).Replace('\\', '/')))
        .Where(file => !file.Name.Split('/').Any(part => part is "bin" or "obj"))
        .OrderBy(file => file.Name, StringComparer.Ordinal)
        .ToDictionary(file => file.Name, file => File.ReadAllText(file.Path));
}
