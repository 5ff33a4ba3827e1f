using Diffusion.Terminal;

namespace Diffusion.Digits.Study;

/// <summary>Where a run has its files.</summary>
internal sealed class DigitsFolder(string path) : OutputFolder(path)
{
    public string Model => File("model.safetensors");

    public string Checkpoint => File("checkpoint.safetensors");

    public string History => File("history.csv");

    public string Configuration => File("config.json");

    public string Classifier => File("classifier.safetensors");

    public string NoisyClassifier => File("noisy-classifier.safetensors");

    public string Metrics => File("metrics.json");

    public string Formation => File("formation.json");

    public string Animation => File("animation.webp");

    public string Samples => File("samples.npy");

    public string Labels => File("labels.npy");

    public string Report => File("report.html");
}

/// <summary>The files that come with the program.</summary>
internal static class Pretrained
{
    /// <summary>The folder, beside the program.</summary>
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "pretrained");

    public static string Model { get; } = Path.Combine(Folder, "model.safetensors");

    public static string Classifier { get; } = Path.Combine(Folder, "classifier.safetensors");

    public static string Metrics { get; } = Path.Combine(Folder, "metrics.json");

    public static string Formation { get; } = Path.Combine(Folder, "formation.json");

    public static string NearestFigure { get; } = Path.Combine(Folder, "nearest.png");

    public static string FormationFigure { get; } = Path.Combine(Folder, "formation.png");
}
