using Diffusion.Nn.Serialization;

namespace Diffusion.TwoPixel.Study;

/// <summary>Where a run's files are.</summary>
internal sealed class OutputFolder
{
    /// <summary>Makes the folder and tries that files can be written to it.</summary>
    /// <exception cref="IOException">They cannot; the message says why.</exception>
    public OutputFolder(string path)
    {
        Path = path;
        try
        {
            _ = Directory.CreateDirectory(path);
            string probe = System.IO.Path.Combine(path, $".write-test-{Environment.ProcessId}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The output folder {path} cannot be written to: {e.Message}", e);
        }
    }

    public string Path { get; }

    public string Model(int timesteps) => File_($"model-T{timesteps}.safetensors");

    public string Checkpoint(int timesteps) => File_($"checkpoint-T{timesteps}.safetensors");

    public string History(int timesteps) => File_($"history-T{timesteps}.csv");

    public string Figure(string name) => File_(name + ".png");

    public string Animation => File_("animation.webp");

    public string Metrics => File_("metrics.json");

    public string Configuration => File_("config.json");

    public string Report => File_("report.html");

    public static void WriteText(string path, string text) =>
        AtomicFile.Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    private string File_(string name) => System.IO.Path.Combine(Path, name);
}
