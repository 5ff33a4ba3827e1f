using System.Diagnostics;
using System.Globalization;
using Diffusion.Data;
using Diffusion.Figures;
using Diffusion.Generation;
using Diffusion.Images.CommandLine;
using Diffusion.Images.Running;
using Diffusion.Metrics;
using Diffusion.Tensors;
using Diffusion.Terminal;

namespace Diffusion.Images.Experiments;

/// <summary>How many images the evaluation generates; 0 leaves a part out.</summary>
/// <param name="Main">Images at the named settings.</param>
/// <param name="Sweep">Images at each weight of the sweep.</param>
/// <param name="Full">Images by the full reverse process, and by each fast sampler of the table beside it.</param>
internal sealed record EvaluationCounts(int Main, int Sweep, int Full);

/// <summary>Generates, judges, and writes metrics.json and nearest.png.</summary>
/// <param name="generator">The model at its named settings.</param>
/// <param name="evaluation">The judge.</param>
/// <param name="choosing">The judge of the sweep, by which settings are chosen: with other images than the judge's, or the chosen setting would be the one that suits those best.</param>
/// <param name="train">The training images.</param>
/// <param name="output">Where to.</param>
/// <param name="context">The program.</param>
internal sealed class EvaluationStudy(
    Generator<float> generator, ImageEvaluation<float> evaluation, ImageEvaluation<float>? choosing, ImageSet train, ImagesFolder output, CommandContext context)
{
    private const int Nearest = 16;

    /// <summary>The weights of the sweep.</summary>
    private static readonly double[] Weights = [0, 0.25, 0.4, 1];

    /// <summary>The fast samplers of the table.</summary>
    private static readonly (string Sampler, int Steps)[] Fast = [("ddim", 50), ("dpm++2m", 15)];

    /// <summary>Runs all parts.</summary>
    public ImageMetrics Run(EvaluationCounts counts)
    {
        var floor = evaluation.Floor(counts.Main);
        var settings = generator.Settings;
        var (main, images) = Judge(evaluation, settings, counts.Main, "named settings");
        var metrics = new ImageMetrics
        {
            Settings = settings.Describe(),
            Sampler = settings.Sampler,
            Steps = settings.Steps ?? generator.Model.Schedule.T,
            Seed = settings.Seed,
            Count = main.Count,
            Guidance = settings.Guidance,
            GuidanceInterval = settings.Interval is { } interval ? [interval.Low, interval.High] : null,
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
        if (choosing is not null && counts.Sweep > 0)
            Write(metrics = metrics with { Sweep = [.. Weights.Select(w => Judge(choosing, settings with { Guidance = w }, counts.Sweep, $"w = {w.ToString("0.##", CultureInfo.InvariantCulture)}").Row)] });
        if (counts.Full > 0)
        {
            Write(metrics = metrics with { Samplers = [.. Fast.Where(fast => fast.Steps <= generator.Model.Schedule.T).Select(fast => Judge(evaluation, settings with { Sampler = fast.Sampler, Steps = fast.Steps }, counts.Full, $"{fast.Sampler}, {fast.Steps} steps").Row)] });
            Write(metrics = metrics with { Full = Judge(evaluation, settings with { Sampler = "ddpm", Steps = null }, counts.Full, "full DDPM").Row });
        }

        return metrics;
    }

    private void Write(ImageMetrics metrics) => OutputFolder.WriteText(output.Metrics, metrics.ToJson());

    private (JudgedRow Row, Tensor<float> Images) Judge(ImageEvaluation<float> judge, GenerationSettings settings, int count, string title)
    {
        int[] labels = judge.Labels(count);
        long start = Stopwatch.GetTimestamp();
        Tensor<float>? images = null;
        context.Reporter.Progress(title, count, done => images = new Generator<float>(generator.Model, settings).Sample(count, labels, done, context.Cancellation));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var judged = judge.Judge(images!, labels);
        var row = new JudgedRow(settings.Sampler, settings.Steps ?? generator.Model.Schedule.T, settings.Guidance, judged.Count, Round(judged.Accuracy), Round(judged.Frechet),
            Round(judged.FrechetFloor), Round(judged.Precision), Round(judged.Recall), Math.Round(seconds, 1));
        context.Reporter.Say($"{title}: {count} images, accuracy {row.Accuracy:F4}, Frechet {row.Frechet:F2} (floor {row.FrechetFloor:F2}), precision {row.Precision:F3}, recall {row.Recall:F3}, {seconds:F0} s");
        return (row, images!);
    }

    // The nearest training image of a few samples: were they learned by heart, the two would be alike to the pixel.
    private double[] DrawNearest(Tensor<float> images)
    {
        var samples = images.Rows(0, Math.Min(Nearest, images.Shape[0]));
        var nearest = NearestImage.Find(samples, train);
        var real = train.Subset([.. nearest.Select(found => found.Index)]).ToTensor<float>();
        string thing = context.Preset.Thing;
        ImageTableFigure.Save(output.Figure("nearest"), new ImageTable(
            $"Generated {thing}s and their nearest training images",
            ["Nearest of all training images in Euclidean distance of pixels in [\u22121, 1]; the distance is written above. A network that only remembered would have distances near 0."],
            [samples.ToImages(), real.ToImages()],
            ["generated", "nearest"],
            [.. nearest.Select(found => found.Distance.ToString("0.0", CultureInfo.InvariantCulture))]));
        return [.. nearest.Select(found => Math.Round(found.Distance, 3))];
    }

    private static double Round(double value) => Math.Round(value, 5);
}
