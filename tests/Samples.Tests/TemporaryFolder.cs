namespace Diffusion.Samples.Tests;

/// <summary>A folder of its own for one test, deleted with everything in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const string Memory = "/dev/shm", Prefix = "diffusion-samples-tests-";

    private readonly string _path;

    public TemporaryFolder()
        : this(Directory.CreateTempSubdirectory(Prefix).FullName)
    {
    }

    private TemporaryFolder(string path) => _path = path;

    /// <summary>One whose files are in memory, where the machine has such a place: for many small files.</summary>
    public static TemporaryFolder InMemory() => Directory.Exists(Memory)
        ? new(Directory.CreateDirectory(System.IO.Path.Combine(Memory, $"{Prefix}{Guid.NewGuid():N}")).FullName) : new();

    /// <summary>Path of a file in the folder.</summary>
    public string this[string name] => System.IO.Path.Combine(_path, name);

    /// <summary>Names of all files in the folder, sorted.</summary>
    public IEnumerable<string> Files => Directory.GetFiles(_path).Select(f => System.IO.Path.GetFileName(f)!).Order();

    // NUnit may dispose of a fixture twice.
    public void Dispose()
    {
        if (Directory.Exists(_path))
            Directory.Delete(_path, recursive: true);
    }
}
