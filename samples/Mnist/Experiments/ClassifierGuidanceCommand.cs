using System.CommandLine;
using System.Globalization;
using Diffusion.Data;
using Diffusion.Figures;
using Diffusion.Generation;
using Diffusion.Guidance;
using Diffusion.Images.CommandLine;
using Diffusion.Images.Running;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Sampling;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;

namespace Diffusion.Digits.Experiments;

/// <summary>Classifier guidance of digits: the network predicts without a class, and a classifier of noisy images steers.</summary>
internal sealed class ClassifierGuidanceCommand(CommandContext context) : ImageCommand(context)
{
    private const int DefaultIterations = 1500, Batch = 128, PerScale = 3, Features = 128;

    private static readonly double[] Scales = [1, 2, 4];

    public override string Name => "classifier-guidance";

    public override string Description => "Train a classifier of noisy images, unless the folder has one, and draw its guidance beside classifier-free guidance.";

    protected override IEnumerable<Option> Own => [Options.Model, Options.Sampler, Options.SamplingSteps, Options.Seed, Options.Iterations, .. Preset.DataOptions];

    protected override void Run(ParseResult result)
    {
        var generator = MakeGenerator(result);
        var output = MakeFolder(result);
        string path = output.File("noisy-classifier.safetensors");
        if (!File.Exists(path))
            Train(generator, Preset.Load(Preset.With(Preset.Run, result), result, Context).Train, result.GetValue(Options.Iterations) ?? DefaultIterations, path);
        var (classifier, schedule) = ClassifierFile.LoadNoisy<float>(path);
        if (schedule.ToJson() != generator.Model.Schedule.ToJson())
            throw new InvalidDataException($"{path} knows the noise of {schedule}, but the model has {generator.Model.Schedule}; name another folder, or delete it.");
        Draw(generator, classifier, output.Figure(Name));
        Reporter.Say(output.Figure(Name));
    }

    private void Train(Generator<float> generator, ImageSet images, int iterations, string path)
    {
        var (schedule, seed, shape) = (generator.Model.Schedule, generator.Settings.Seed, generator.SampleShape);
        var sizes = new ImageClassifierConfiguration { Height = shape[0], Width = shape[1], Channels = shape[2], Classes = images.Classes, Features = Features };
        var classifier = new NoisyImageClassifier<float>(sizes, schedule.T, new RandomSource(seed));
        var configuration = new TrainingConfiguration { Iterations = iterations, Batch = Batch, LearningRate = 2e-3, Ema = 0.995, Seed = seed };
        var trainer = new NoisyClassifierTrainer<float>(classifier, schedule, new ImageSource<float>(images), configuration);
        Reporter.Training("noisy classifier", iterations, onStep => trainer.Run(onStep, Cancellation), Batch);
        trainer.Average.CopyTo(classifier);
        ClassifierFile.Save(path, classifier, schedule);
    }

    // The same noise under both guidances.
    private static void Draw(Generator<float> generator, NoisyImageClassifier<float> classifier, string path)
    {
        var model = generator.Model;
        int classes = model.Network.Classes;
        var (start, labels) = generator.SameNoise(PerScale);
        IReadOnlyList<PixelImage> Images(IDenoiser<float> denoiser) => generator.Watch(start, labels, denoiser: denoiser).ToImages();
        var columns = Scales.Select(k => Images(new ClassifierGuidance<float>(model.Denoiser, classifier, model.Schedule, k)))
            .Concat(Scales.Select(k => Images(new ClassifierFreeGuidance<float>(model.Denoiser, k - 1)))).ToList();
        ImageTableFigure.Save(path, new ImageTable(
            "Classifier guidance beside classifier-free guidance",
            [
                $"{Samplers.Find(generator.Settings.Sampler).Title}. Within a group the columns are {PerScale} noises, the same everywhere. Left, the network predicts without a class and k times the gradient of a classifier of noisy images steers.",
                "Right, classifier-free guidance of weight w = k − 1, which would be the same if network and classifier were exact.",
            ],
            [.. Enumerable.Range(0, classes).Select(y => (IReadOnlyList<PixelImage>)[.. columns.SelectMany(images => images.Skip(y * PerScale).Take(PerScale))])],
            [.. Enumerable.Range(0, classes).Select(y => $"digit {y}")],
            [.. Scales.Select(k => $"classifier, k = {Number(k)}"), .. Scales.Select(k => $"free, w = {Number(k - 1)}")])
        { Group = PerScale });
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
