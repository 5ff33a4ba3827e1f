using System.CommandLine;
using Diffusion.Data;
using Diffusion.Images.Running;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Tensors;
using Diffusion.Terminal;
using Diffusion.Training;

namespace Diffusion.Images.CommandLine;

/// <summary>Trains the classifier that judges.</summary>
internal sealed class ClassifierCommand(CommandContext context) : ImageCommand(context)
{
    private const int FirstWidth = 16, LargestWidth = 64, LeastSide = 8;

    public override string Name => "classifier";

    public override string Description => "Train the classifier that judges.";

    protected override IEnumerable<Option> Own => [.. Preset.DataOptions, .. Preset.SizeOptions, Options.Iterations, Options.Seed];

    protected override void Run(ParseResult result)
    {
        var output = MakeFolder(result);
        var data = Preset.Load(Preset.With(Preset.Run, result), result, Context);
        _ = Train(Context, data, output, result.GetValue(Options.Iterations), result.GetValue(Options.Seed));
    }

    /// <summary>Trains a classifier on images with labels, and writes it.</summary>
    /// <returns>What the file holds, and how it was trained.</returns>
    /// <exception cref="UsageException">There are no classes, or nothing to judge it with.</exception>
    public static (ImageClassifier<float> Classifier, ClassifierTrainingConfiguration Training) Train(CommandContext context, ImageData data, ImagesFolder output, int? iterations, ulong? seed)
    {
        var train = Labelled(data.Train);
        var test = Labelled(data.Test ?? throw new UsageException("No images were kept for judging; --hold-out keeps some."));
        var standard = context.Preset.ClassifierTraining(train);
        var configuration = standard with { Iterations = iterations ?? standard.Iterations, Seed = seed ?? standard.Seed };
        var trainer = new ClassifierTrainer<float>(SizesFor(train.ImageShape, train.Classes), train, configuration);
        context.Reporter.Training("classifier", configuration.Iterations, onStep => trainer.Run(onStep, context.Cancellation), configuration.Batch);
        ClassifierFile.Save(output.Classifier, trainer.Averaged(), configuration);

        // What is judged with is what the file holds, rounding included.
        var saved = ClassifierFile.Load<float>(output.Classifier);
        context.Reporter.Say($"{saved.Classifier.Accuracy(test):P2} of the {test.Count} test images; {output.Classifier}");
        return saved;
    }

    /// <summary>The images of a set that have a label.</summary>
    /// <exception cref="UsageException">The set has no two classes.</exception>
    public static ImageSet Labelled(ImageSet images)
    {
        if (images.Classes < 2)
            throw new UsageException($"The images have {(images.Classes == 0 ? "no classes" : "one class")}, so no classifier can be trained on them; images in at least two subfolders have classes. Without a classifier there are no features in which accuracy, a Frechet distance, precision or recall could be measured; those of the digits serve 28 x 28 grey images of digits only.");
        int[] labelled = [.. Enumerable.Range(0, images.Count).Where(i => images.LabelOf(i) >= 0)];
        return labelled.Length == images.Count ? images : images.Subset(labelled);
    }

    // Levels until few pixels are left.
    private static ImageClassifierConfiguration SizesFor(Shape image, int classes)
    {
        var widths = new List<int> { FirstWidth };
        for (int side = Math.Min(image[0], image[1]); side >= 2 * LeastSide || (widths.Count < 3 && side >= 4); side /= 2)
            widths.Add(Math.Min(LargestWidth, 2 * widths[^1]));
        return new ImageClassifierConfiguration { Height = image[0], Width = image[1], Channels = image[2], Classes = classes, Widths = widths };
    }
}
