using System.Globalization;
using Diffusion.Sampling;

namespace Diffusion.Digits.Study;

/// <summary>The metrics as a table, for the terminal and the report.</summary>
internal static class DigitTables
{
    public static IReadOnlyList<string> Header { get; } = ["images by", "steps", "w", "images", "accuracy", "Frechet", "its floor", "precision", "recall", "seconds"];

    public static IEnumerable<IReadOnlyList<string>> Rows(DigitMetrics metrics)
    {
        yield return Row(new JudgedRow(metrics.Sampler, metrics.Steps, metrics.Guidance, metrics.Count, metrics.Accuracy, metrics.Frechet, metrics.FrechetFloor, metrics.Precision, metrics.Recall, metrics.Seconds));
        foreach (var row in metrics.Sweep.Concat(metrics.Samplers))
            yield return Row(row);
        if (metrics.Full is not null)
            yield return Row(metrics.Full);
        yield return ["real images", "", "", "", F(metrics.AccuracyFloor, "F4"), F(metrics.FrechetFloor, "F2"), "", F(metrics.PrecisionFloor, "F3"), F(metrics.RecallFloor, "F3"), ""];
    }

    private static IReadOnlyList<string> Row(JudgedRow row) =>
    [
        Samplers.Find(row.Sampler).Title, $"{row.Steps}", F(row.Guidance, "0.##"), $"{row.Count}", F(row.Accuracy, "F4"), F(row.Frechet, "F2"), F(row.FrechetFloor, "F2"),
        F(row.Precision, "F3"), F(row.Recall, "F3"), F(row.Seconds, "F0"),
    ];

    private static string F(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
