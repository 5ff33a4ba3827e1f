using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Diffusion.Data;
using Diffusion.Figures;
using Diffusion.Metrics;
using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Terminal;

namespace Diffusion.Digits.Study;

/// <summary>How many images the evaluation generates; 0 leaves a part out.</summary>
/// <param name="Main">Images at the named settings.</param>
/// <param name="Sweep">Images at each weight of the sweep.</param>
/// <param name="Full">Images by the full reverse process, and by each fast sampler of the table beside it.</param>
internal sealed record EvaluationCounts(int Main, int Sweep, int Full);

/// <summary>Generates, judges, and writes metrics.json and nearest.png.</summary>
internal sealed class EvaluationStudy(Generator generator, Evaluation evaluation, MnistSet train, DigitsFolder output, IReporter reporter, CancellationToken cancellation)
{
    /// <summary>The weights of the sweep.</summary>
    private static readonly double[] Weights = [0, 0.25, 0.4, 1];

    /// <summary>The fast samplers of the table.</summary>
    private static readonly (string Sampler, int Steps)[] Fast = [("ddim", 50), ("dpm++2m", 15)];

    private const int Nearest = 16;

    /// <summary>Runs all parts.</summary>
    public DigitMetrics Run(EvaluationCounts counts)
    {
        var floor = evaluation.Floor(counts.Main);
        var settings = generator.Settings;
        var (main, images) = Judge(settings, counts.Main, "named settings");
        var metrics = new DigitMetrics
        {
            Settings = settings.Describe(),
            Sampler = settings.Sampler,
            Steps = settings.Steps ?? generator.Model.Schedule.T,
            Seed = settings.Seed,
            Count = main.Count,
            Guidance = settings.Guidance,
            GuidanceInterval = settings.Interval,
            Accuracy = main.Accuracy,
            Frechet = main.Frechet,
            FrechetFloor = floor.Frechet,
            Precision = main.Precision,
            Recall = main.Recall,
            PrecisionFloor = floor.Precision,
            RecallFloor = floor.Recall,
            AccuracyFloor = floor.Accuracy,
            Seconds = main.Seconds,
            ClassifierAccuracy = evaluation.ClassifierAccuracy,
            NearestTrainingImages = DrawNearest(images),
            Sweep = [],
            Samplers = [],
        };

        // Written after every part: the parts take minutes each.
        Write(metrics);
        if (counts.Sweep > 0)
            Write(metrics = metrics with { Sweep = [.. Weights.Select(w => Judge(settings with { Guidance = w }, counts.Sweep, $"w = {w.ToString("0.##", CultureInfo.InvariantCulture)}").Row)] });
        if (counts.Full > 0)
        {
            Write(metrics = metrics with { Samplers = [.. Fast.Where(fast => fast.Steps <= generator.Model.Schedule.T).Select(fast => Judge(settings with { Sampler = fast.Sampler, Steps = fast.Steps }, counts.Full, $"{fast.Sampler}, {fast.Steps} steps").Row)] });
            Write(metrics = metrics with { Full = Judge(settings with { Sampler = "ddpm", Steps = null }, counts.Full, "full DDPM").Row });
        }

        return metrics;
    }

    private void Write(DigitMetrics metrics) => OutputFolder.WriteText(output.Metrics, metrics.ToJson());

    private (JudgedRow Row, Tensor<float> Images) Judge(GenerationSettings settings, int count, string title)
    {
        int[] labels = evaluation.Labels(count);
        long start = Stopwatch.GetTimestamp();
        Tensor<float>? images = null;
        reporter.Progress(title, count, done => images = new Generator(generator.Model, settings).Sample(labels, done, cancellation));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var judged = evaluation.Judge(images!, labels);
        var row = new JudgedRow(settings.Sampler, settings.Steps ?? generator.Model.Schedule.T, settings.Guidance, judged.Count, Round(judged.Accuracy), Round(judged.Frechet),
            Round(judged.FrechetFloor), Round(judged.Precision), Round(judged.Recall), Math.Round(seconds, 1));
        reporter.Say($"{title}: {count} images, accuracy {row.Accuracy:F4}, Frechet {row.Frechet:F2} (floor {row.FrechetFloor:F2}), precision {row.Precision:F3}, recall {row.Recall:F3}, {seconds:F0} s");
        return (row, images!);
    }

    // The nearest training image of a few samples: were they learned by heart, the two would be alike to the pixel.
    private double[] DrawNearest(Tensor<float> images)
    {
        int count = Math.Min(Nearest, images.Shape[0]);
        var samples = images.Rows(0, count);
        var nearest = NearestImage.Find(samples, train);
        var real = nearest.Select(found => new GrayImage(MnistSet.Side, train.Images.Slice(found.Index * MnistSet.Side * MnistSet.Side, MnistSet.Side * MnistSet.Side)));
        ImageTableFigure.Save(output.Figure("nearest"), new ImageTable(
            "Generated digits and their nearest training images",
            ["Nearest of all training images in Euclidean distance of pixels in [\u22121, 1]; the distance is written above. A network that only remembered would have distances near 0."],
            [Generator.ToImages(samples), [.. real]],
            ["generated", "nearest"],
            [.. nearest.Select(found => found.Distance.ToString("0.0", CultureInfo.InvariantCulture))]));
        return [.. nearest.Select(found => Math.Round(found.Distance, 3))];
    }

    private static double Round(double value) => Math.Round(value, 5);
}

/// <summary>One row of a table of metrics.json.</summary>
internal sealed record JudgedRow(
    string Sampler, int Steps, double Guidance, int Count, double Accuracy, double Frechet, double FrechetFloor, double Precision, double Recall, double Seconds);

/// <summary>metrics.json: the model judged by the classifier.</summary>
internal sealed record DigitMetrics
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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

    public required JudgedRow[] Sweep { get; init; }

    public required JudgedRow[] Samplers { get; init; }

    public JudgedRow? Full { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    public static DigitMetrics Load(string path) =>
        JsonSerializer.Deserialize<DigitMetrics>(File.ReadAllText(path), Json) ?? throw new InvalidDataException($"{path} holds no metrics.");
}
