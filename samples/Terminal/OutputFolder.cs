using Diffusion.Nn.Serialization;

namespace Diffusion.Terminal;

/// <summary>Where a run's files are; each sample names its own.</summary>
public abstract class OutputFolder
{
    /// <summary>How the file is called by which it is tried whether a folder can be written to; the number of the process follows.</summary>
    internal const string ProbeName = ".write-test-";

    /// <summary>Makes the folder and tries that files can be written to it.</summary>
    /// <exception cref="IOException">They cannot; the message says why.</exception>
    protected OutputFolder(string path)
    {
        Path = path;
        Prepare(path);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Makes a folder and tries that files can be written to it.</summary>
    /// <exception cref="IOException">They cannot; the message says why.</exception>
    public static void Prepare(string path)
    {
        try
        {
            _ = Directory.CreateDirectory(path);
            string probe = System.IO.Path.Combine(path, ProbeName + Environment.ProcessId);
            System.IO.File.WriteAllBytes(probe, []);
            System.IO.File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The output folder {path} cannot be written to: {e.Message}", e);
        }
    }

    /// <summary>Writes a text file, whole or not at all.</summary>
    public static void WriteText(string path, string text) =>
        AtomicFile.Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>A file of the folder.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A figure of the folder, PNG.</summary>
    public string Figure(string name) => File(name + ".png");
}
