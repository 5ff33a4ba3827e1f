namespace Diffusion.Samples.Tests;

/// <summary>A folder of its own for one test, deleted with everything in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("diffusion-samples-tests-").FullName;

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
