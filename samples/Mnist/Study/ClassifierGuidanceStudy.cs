using System.Globalization;
using Diffusion.Data;
using Diffusion.Figures;
using Diffusion.Guidance;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Terminal;
using Diffusion.Training;

namespace Diffusion.Digits.Study;

/// <summary>Classifier guidance of digits: the network predicts without a class, and a classifier of noisy images steers.</summary>
internal sealed class ClassifierGuidanceStudy(Generator generator, DigitsFolder output, IReporter reporter, CancellationToken cancellation)
{
    public const int DefaultIterations = 1500;

    private static readonly double[] Scales = [1, 2, 4];

    private const int Batch = 128, PerScale = 3;

    /// <summary>The classifier of the folder, or one trained now.</summary>
    /// <exception cref="InvalidDataException">The folder's knows the noise of another schedule.</exception>
    public MnistNoisyClassifier<float> Classifier(Func<Data.Mnist> data, int iterations)
    {
        var schedule = generator.Model.Schedule;
        if (File.Exists(output.NoisyClassifier))
        {
            var (saved, savedSchedule) = ClassifierFile.LoadNoisy<float>(output.NoisyClassifier);
            return savedSchedule.ToJson() == schedule.ToJson() ? saved
                : throw new InvalidDataException($"{output.NoisyClassifier} knows the noise of {savedSchedule}, but the model has {schedule}; name another folder, or delete it.");
        }

        ulong seed = generator.Settings.Seed;
        var classifier = new MnistNoisyClassifier<float>(schedule.T, new RandomSource(seed));
        var configuration = new TrainingConfiguration { Iterations = iterations, Batch = Batch, LearningRate = 2e-3, Ema = 0.995, Seed = seed };
        var trainer = new NoisyClassifierTrainer<float>(classifier, schedule, new MnistSource<float>(data().Train), configuration);
        reporter.Training("noisy classifier", iterations, onStep => trainer.Run(onStep, cancellation), Batch);
        trainer.Average.CopyTo(classifier);
        ClassifierFile.Save(output.NoisyClassifier, classifier, schedule);
        return ClassifierFile.LoadNoisy<float>(output.NoisyClassifier).Classifier;
    }

    /// <summary>classifier-guidance.png: the same noise under both guidances.</summary>
    public void Draw(MnistNoisyClassifier<float> classifier)
    {
        int classes = MnistSet.Classes;
        var (start, labels) = generator.SameNoise(PerScale);
        var model = generator.Model;
        IReadOnlyList<GrayImage> Images(IDenoiser<float> denoiser) => Generator.ToImages(generator.Watch(denoiser, start, labels));
        var columns = Scales.Select(k => Images(new ClassifierGuidance<float>(model.Denoiser, classifier, model.Schedule, k)))
            .Concat(Scales.Select(k => Images(new ClassifierFreeGuidance<float>(model.Denoiser, k - 1)))).ToList();
        ImageTableFigure.Save(output.Figure("classifier-guidance"), new ImageTable(
            "Classifier guidance beside classifier-free guidance",
            [
                $"{Samplers.Find(generator.Settings.Sampler).Title}. Within a group the columns are {PerScale} noises, the same everywhere. Left, the network predicts without a class and k times the gradient of a classifier of noisy images steers.",
                "Right, classifier-free guidance of weight w = k − 1, which would be the same if network and classifier were exact.",
            ],
            [.. Enumerable.Range(0, classes).Select(y => (IReadOnlyList<GrayImage>)[.. columns.SelectMany(images => images.Skip(y * PerScale).Take(PerScale))])],
            [.. Enumerable.Range(0, classes).Select(y => $"digit {y}")],
            [.. Scales.Select(k => $"classifier, k = {Number(k)}"), .. Scales.Select(k => $"free, w = {Number(k - 1)}")])
        { Group = PerScale });
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
