using System.Text.Json;
using System.Text.Json.Serialization;

namespace Diffusion.TwoPixel.Compare;

/// <summary>Tells what the comparison found: compare.json, compare.html, and sections of report.html.</summary>
internal sealed class CompareReport(StudyFolder folder, Measurements numbers)
{
    // A solver may diverge, which is a finding too.
    private static readonly JsonSerializerOptions Json = new(Measurements.Json) { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>The head of <see cref="SummaryRows"/>.</summary>
    public static IReadOnlyList<string> SummaryHeader { get; } = ["what", "value", "beside"];

    /// <summary>The numbers in short.</summary>
    public IEnumerable<IReadOnlyList<string>> SummaryRows => Comparisons.All.SelectMany(comparison => comparison.InShort(numbers));

    /// <summary>Writes compare.json and compare.html.</summary>
    public void Write()
    {
        string json = JsonSerializer.Serialize(numbers, Json) + "\n";
        OutputFolder.WriteText(folder.Comparison, json);
        var head = numbers.Of<CompareNumbers>();
        var report = new HtmlReport(
            "Two-pixel diffusion: samplers, guidance, variances, likelihood",
            $"Everything that samples, with the exact noise predictor and with trained networks, measured against the known data (seed {head.Seed}, distances of {head.Points:N0} points; {head.SwdFloor.Sets} sets of the data are {head.SwdFloor} away from them: what is not more than {F4(head.SwdFloor.Highest)} is at that floor).");
        _ = report.Table(SummaryHeader, SummaryRows, "In short; distances are sliced Wasserstein distances.");
        Comparison.WriteAll(Comparisons.All, report, numbers, folder, (number, title) => $"{number}. {title}");
        _ = report.Section("Numbers").Configuration(json, "compare.json");
        report.Save(folder.CompareReport);
    }

    /// <summary>Reads compare.json.</summary>
    /// <exception cref="InvalidDataException">The file holds no numbers.</exception>
    public static Measurements Load(StudyFolder study)
    {
        var read = JsonFile.Read<Measurements>(study.Comparison, Json);
        read.Place = study.Comparison;
        return read;
    }

    /// <summary>Finds what is wrong with compare.json, where there is one, before anything takes time.</summary>
    /// <exception cref="InvalidDataException">The file holds no numbers, or lacks those of a comparison.</exception>
    public static void Check(StudyFolder study)
    {
        if (File.Exists(study.Comparison))
            _ = new CompareReport(study, Load(study)).SummaryRows.Count();
    }

    /// <summary>Adds what the folder of a study holds of a comparison to its report; nothing if there is none.</summary>
    /// <exception cref="InvalidDataException">compare.json is damaged.</exception>
    public static void AddTo(HtmlReport report, StudyFolder study)
    {
        if (!File.Exists(study.Comparison) || !Comparisons.All.All(comparison => comparison.PathsIn(study).All(File.Exists)))
            return;
        Comparison.WriteAll(Comparisons.All, report, Load(study), study, (_, title) => $"Compared: {title}");
    }
}
