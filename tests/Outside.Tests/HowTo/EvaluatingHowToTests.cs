using Diffusion.Data;
using Diffusion.Generation;
using Diffusion.Metrics;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Outside.Tests.HowTo;

/// <summary>The code of docs/how-to/evaluating.md, with images of a bar at one of three heights, of a brightness of its own.</summary>
public sealed class EvaluatingHowToTests
{
    [Test]
    public void A_classifier_judges_what_a_model_draws()
    {
        string file = Path.Combine(TestContext.CurrentContext.WorkDirectory, "how-to-classifier.safetensors");
        ImageSet train = Bars(600, 0), test = Bars(300, 1);

        var sizes = new ImageClassifierConfiguration { Height = 8, Width = 8, Channels = 1, Classes = train.Classes, Widths = [8, 16], Features = 8 };
        var settings = new ClassifierTrainingConfiguration { Iterations = 100, Batch = 32, HeldOut = 200, LearningRate = 5e-3, Warmup = 5, Ema = 0.9, MaxShift = 0.5 };
        var trainer = new ClassifierTrainer<float>(sizes, train, settings);
        trainer.Run();
        var classifier = trainer.Averaged();
        ClassifierFile.Save(file, classifier, settings);

        var model = Train(train);

        var learned = train.Range(0, train.Count - settings.HeldOut);
        var heldOut = train.Range(train.Count - settings.HeldOut, train.Count);
        var evaluation = new ImageEvaluation<float>(classifier, test, heldOut);
        int[] asked = evaluation.Labels(200);
        var images = new Generator<float>(model, new() { ClampX0 = new(-1, 1) }).Sample(200, asked);
        ImageJudgement judged = evaluation.Judge(images, asked), perfect = evaluation.Floor(200);
        foreach (var each in (ImageJudgement[])[judged, perfect])
            Console.WriteLine($"class {each.Accuracy:P0}, Frechet {each.Frechet:F3}, precision {each.Precision:P0}, recall {each.Recall:P0}");

        // As near to images that were learned as images are that were not, or nearer?
        double drawn = NearestImage.Find(images, learned).Average(image => image.Distance);
        double real = NearestImage.Find(heldOut.ToTensor<float>(), learned).Average(image => image.Distance);

        // The loss on images, with the same times and noise for both sets.
        double LossOn(ImageSet set) => new Trainer<float>(model.Network, model.Schedule, model.Objective, new ImageSource<float>(learned), model.Training)
        {
            HeldOut = new ImageSource<float>(set),
        }.Validate();
        Console.WriteLine($"loss {LossOn(learned):F4} on images that were learned, {LossOn(heldOut):F4} on others");

        TestContext.Out.WriteLine($"{judged}\n{perfect}\nnearest {drawn:F2}, real {real:F2}; loss {LossOn(learned):F4}, {LossOn(heldOut):F4}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ClassifierFile.Load<float>(file).Training, Is.EqualTo(settings));
            Assert.That(evaluation.ClassifierAccuracy, Is.GreaterThan(.98));
            Assert.That(judged.Accuracy, Is.GreaterThan(.9));
            Assert.That(judged.FrechetFloor, Is.EqualTo(perfect.Frechet));
            Assert.That(judged.Frechet, Is.GreaterThan(perfect.Frechet), "no real images");
            Assert.That(perfect.Precision, Is.GreaterThan(.8));
            Assert.That(drawn, Is.GreaterThan(.5 * real), "not by heart");
            Assert.That(NearestImage.Find(learned.Range(0, 5).ToTensor<float>(), learned).Max(image => image.Distance), Is.Zero, "what is, is nearest to itself");
            Assert.That(LossOn(heldOut), Is.EqualTo(LossOn(learned)).Within(.1 * LossOn(learned)), "a short training learns nothing by heart");
        }
    }

    private static Model<float> Train(ImageSet images)
    {
        UNet<float> Network() => new(new() { Height = 8, Width = 8, Channels = 1, Classes = 3, Levels = [new() { Width = 16 }], Embedding = 16, Timesteps = 100 }, new RandomSource(1));
        var settings = new TrainingConfiguration { Iterations = 250, Batch = 32, LearningRate = 5e-3, Ema = .95, LabelDropout = .1 };
        var trainer = new Trainer<float>(Network(), NoiseSchedule.Cosine(100), new SimpleObjective<float>(Parameterisation.V), new ImageSource<float>(images.Range(0, 400)), settings);
        trainer.Run();
        return Model<float>.Of(trainer, Network());
    }

    private static ImageSet Bars(int count, int step)
    {
        var random = new RandomSource(3);
        var images = (random.For(Purpose.Data).At(step).Uniform<float>([count, 8, 8, 1]) * .3f) - 1;
        float[] brightness = new float[count];
        random.For(Purpose.Noise).At(step).Uniform<float>(brightness);
        for (int i = 0; i < images.Length; i++)
            images.Span[i] += i / 16 % 4 == i / 64 % 3 ? 1 + (.7f * brightness[i / 64]) : 0;
        return ImageSet.Of(images, Enumerable.Range(0, count).Select(i => i % 3).ToArray());
    }
}
