using System.CommandLine;
using Diffusion.Data;
using Diffusion.Images.Experiments;
using Diffusion.Images.Running;
using Diffusion.Metrics;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Tensors;
using Diffusion.Terminal;

namespace Diffusion.Images.CommandLine;

/// <summary>Judges generated images by a classifier.</summary>
internal sealed class EvaluateCommand(CommandContext context) : ImageCommand(context)
{
    /// <summary>The fewest images that can be judged.</summary>
    public const int LeastCount = ImageEvaluation<float>.LeastImages;

    private const int StandardCount = 10_000, StandardSweep = 2000, StandardFull = 1000;

    public override string Name => "evaluate";

    public override string Description => "Judge generated images by the classifier: accuracy, Frechet distance, precision and recall, nearest training images.";

    protected override IEnumerable<Option> Own =>
        [.. Options.OfGeneration, Options.Classifier, Options.Count, Options.SweepCount, Options.FullCount, .. Preset.DataOptions];

    protected override void Run(ParseResult result)
    {
        var generator = MakeGenerator(result);
        if (generator.Model.Network.Classes == 0)
            throw new UsageException("The model has no classes. Accuracy, Frechet distance, precision and recall are measured in the features of a classifier, which is trained on classes; those of the digits serve 28 x 28 grey images of digits only. Sort the pictures into subfolders and train with them.");
        var counts = new EvaluationCounts(
            result.GetValue(Options.Count) ?? StandardCount, result.GetValue(Options.SweepCount) ?? StandardSweep, result.GetValue(Options.FullCount) ?? StandardFull);
        CheckCount(Options.Count.Name, counts.Main);
        CheckCount(Options.SweepCount.Name, counts.Sweep == 0 ? LeastCount : counts.Sweep);
        CheckCount(Options.FullCount.Name, counts.Full == 0 ? LeastCount : counts.Full);
        var output = MakeFolder(result);
        string judge = result.GetValue(Options.Classifier) ?? Preset.Pretrained?.Classifier ?? output.Classifier;
        bool isThere = File.Exists(judge);
        if (!isThere && (Preset.Pretrained is not null || result.GetValue(Options.Classifier) is not null))
            throw new UsageException($"There is no classifier {judge}: 'classifier' makes one, or --classifier names another file.");
        var data = Preset.LoadFor(generator.SampleShape, result, Context);
        var train = ClassifierCommand.Labelled(data.Train);
        var test = ClassifierCommand.Labelled(data.Test ?? throw new UsageException("No images were kept for judging; --hold-out keeps some."));
        if (test.Count < LeastCount)
            throw new UsageException($"{test.Count} images were kept for judging, but precision and recall need at least {LeastCount}; --hold-out keeps more.");
        if (train.Classes != generator.Model.Network.Classes)
            throw new InvalidDataException($"The model has {generator.Model.Network.Classes} classes, but the data {train.Classes}: judge with the data that it belongs to.");
        var (classifier, training) = isThere ? ClassifierFile.Load<float>(judge) : ClassifierCommand.Train(Context, data, output, iterations: null, seed: null);
        Check(classifier, generator.SampleShape, judge);
        if (training.HeldOut < LeastCount || training.HeldOut >= train.Count)
            throw new InvalidDataException($"The classifier was trained without the last {training.HeldOut} images of its training set, but this one has {train.Count}: judge with the data that it belongs to.");
        var heldOut = train.Range(train.Count - training.HeldOut, train.Count);
        var evaluation = new ImageEvaluation<float>(classifier, test, heldOut);
        var choosing = counts.Sweep == 0 ? null : Choosing(classifier, heldOut);
        Reporter.Say($"Judging: {generator.Settings.Describe()}");
        var metrics = new EvaluationStudy(generator, evaluation, choosing, train, output, Context).Run(counts);
        Reporter.Table(ImageMetrics.Header, metrics.Rows());
        Reporter.Say($"{output.Metrics}, {output.Figure("nearest")}");
    }

    // One half of the images that the classifier was not trained on is compared with, the other is the floor; halves by chance, as a set may have an order.
    private ImageEvaluation<float> Choosing(ImageClassifier<float> classifier, ImageSet heldOut)
    {
        if (heldOut.Count < 2 * LeastCount)
            throw new UsageException($"The sweep over w is judged with the {heldOut.Count} training images that the classifier has not seen, but needs {2 * LeastCount}: half to compare with, half for the floor. {Options.SweepCount.Name} 0 leaves it out.");
        var (shuffled, half) = (heldOut.Shuffled(seed: 0), heldOut.Count / 2);
        return new ImageEvaluation<float>(classifier, shuffled.Range(0, half), shuffled.Range(half, heldOut.Count));
    }

    private static void CheckCount(string option, int count)
    {
        if (count < LeastCount)
            throw new UsageException($"{option} is {count}; accepted are at least {LeastCount} images, since precision and recall look at {LeastCount - 1} neighbours of each.");
    }

    private static void Check(ImageClassifier<float> classifier, Shape image, string file)
    {
        var sizes = classifier.Configuration;
        if (image != new Shape(sizes.Height, sizes.Width, sizes.Channels))
            throw new InvalidDataException($"{file} judges images [{sizes.Height}, {sizes.Width}, {sizes.Channels}], but the model's are {image}: 'classifier' with the model's data makes one that fits.");
    }
}
