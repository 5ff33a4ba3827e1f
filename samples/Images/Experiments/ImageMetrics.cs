using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Diffusion.Terminal;

namespace Diffusion.Images.Experiments;

/// <summary>One row of a table of metrics.json.</summary>
internal sealed record JudgedRow(
    string Sampler, int Steps, double Guidance, int Count, double Accuracy, double Frechet, double FrechetFloor, double Precision, double Recall, double Seconds);

/// <summary>metrics.json: the model judged by the classifier.</summary>
internal sealed record ImageMetrics
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, RespectNullableAnnotations = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How the images were made, in words.</summary>
    public required string Settings { get; init; }

    public required string Sampler { get; init; }

    public required int Steps { get; init; }

    public required ulong Seed { get; init; }

    public required int Count { get; init; }

    /// <summary>w.</summary>
    public required double Guidance { get; init; }

    /// <summary>The least and the greatest t/T that is guided; null for all.</summary>
    public required double[]? GuidanceInterval { get; init; }

    public required double Accuracy { get; init; }

    public required double Frechet { get; init; }

    /// <summary>Real images held out from the classifier's training, against the test images.</summary>
    public required double FrechetFloor { get; init; }

    public required double Precision { get; init; }

    public required double Recall { get; init; }

    public required double PrecisionFloor { get; init; }

    public required double RecallFloor { get; init; }

    public required double AccuracyFloor { get; init; }

    public required double Seconds { get; init; }

    /// <summary>The classifier's accuracy on the test images.</summary>
    public required double ClassifierAccuracy { get; init; }

    /// <summary>Euclidean distances of the first samples to their nearest training images, pixels in [-1, 1].</summary>
    public required double[] NearestTrainingImages { get; init; }

    /// <summary>At other weights, beside training images that the classifier has not seen: w is chosen by them, and judged with the test images.</summary>
    public required JudgedRow[] Sweep { get; init; }

    public required JudgedRow[] Samplers { get; init; }

    public JudgedRow? Full { get; init; }

    /// <summary>The heading of <see cref="Rows"/>.</summary>
    public static IReadOnlyList<string> Header { get; } = ["images by", "steps", "w", "images", "beside", "accuracy", "Frechet", "its floor", "precision", "recall", "seconds"];

    /// <summary>The metrics as a table, for the terminal and the report.</summary>
    public IEnumerable<IReadOnlyList<string>> Rows()
    {
        JudgedRow main = new(Sampler, Steps, Guidance, Count, Accuracy, Frechet, FrechetFloor, Precision, Recall, Seconds);
        foreach (var row in Sweep.Concat(Samplers).Prepend(main).Concat(Full is null ? [] : [Full]))
        {
            yield return [
                Sampling.Samplers.Find(row.Sampler).Title, $"{row.Steps}", F(row.Guidance, "0.##"), $"{row.Count}", Sweep.Contains(row) ? "training images held out" : "test images", F(row.Accuracy, "F4"), F(row.Frechet, "F2"), F(row.FrechetFloor, "F2"),
                F(row.Precision, "F3"), F(row.Recall, "F3"), F(row.Seconds, "F0")];
        }

        yield return ["real images", "", "", "", "test images", F(AccuracyFloor, "F4"), F(FrechetFloor, "F2"), "", F(PrecisionFloor, "F3"), F(RecallFloor, "F3"), ""];
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    /// <exception cref="InvalidDataException">The file holds no metrics; the message says where.</exception>
    public static ImageMetrics Load(string path) => JsonFile.Read<ImageMetrics>(path, Json);

    private static string F(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
