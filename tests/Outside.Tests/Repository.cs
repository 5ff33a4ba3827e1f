namespace Diffusion.Outside.Tests;

/// <summary>The files of the repository that tests read.</summary>
internal static class Repository
{
    /// <summary>Its folder.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Diffusion.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new FileNotFoundException($"No folder above {AppContext.BaseDirectory} has Diffusion.sln.");
        return folder;
    }
}
