namespace Diffusion.TwoPixel.Study;

/// <summary>Where a run of the study has its files.</summary>
internal sealed class StudyFolder(string path) : OutputFolder(path)
{
    public string Model(int timesteps) => File($"model-T{timesteps}.safetensors");

    public string Checkpoint(int timesteps) => File($"checkpoint-T{timesteps}.safetensors");

    public string History(int timesteps) => File($"history-T{timesteps}.csv");

    public string Metrics => File("metrics.json");

    public string Configuration => File("config.json");

    public string Report => File("report.html");

    public string Comparison => File("compare.json");

    public string CompareReport => File("compare.html");
}
