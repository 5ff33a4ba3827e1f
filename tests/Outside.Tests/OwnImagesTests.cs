using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Guidance;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Outside.Tests;

/// <summary>Images of a user's own: a network of the library's blocks with classes and guidance, and super-resolution with the UNet.</summary>
public sealed class OwnImagesTests
{
    private static readonly RandomSource Random = new(5);
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(100);

    private static Model<float> Train(Func<DenoisingNetwork<float>> network, TensorSource<float> data, int iterations)
    {
        var training = new TrainingConfiguration { Iterations = iterations, Batch = 32, LearningRate = 4e-3, Ema = 0.97, LabelDropout = 0.15 };
        var trainer = new Trainer<float>(network(), Schedule, new SimpleObjective<float>(Parameterisation.V), data, training);
        trainer.Run();
        return Model<float>.Of(trainer, network());
    }

    private static Tensor<float> Sample(IDenoiser<float> denoiser, Shape shape, Condition<float> condition) =>
        new DpmSolverSampler<float>(settings: new SamplerSettings { Steps = 12 }).Sample(denoiser, Schedule, Start.Draw<float>(Random, shape), condition, Random);

    private static Tensor<float> Halved(Tensor<float> images) => Operations.AvgPool2d<float>(images, 2).Value;

    [Test]
    public void A_network_of_the_blocks_draws_the_shapes_that_are_asked()
    {
        var (images, labels) = ColourShapes.Draw(600, 0);
        var model = Train(() => new OwnImages(), new TensorSource<float>(images, labels), 350);
        int[] asked = [.. Enumerable.Range(0, 60).Select(i => i % 3)];
        var guided = Sample(new ClassifierFreeGuidance<float>(model.Denoiser, 1), [60, 16, 16, 3], asked);
        var free = Sample(model.Denoiser, [60, 16, 16, 3], default);

        // The class of the nearest real image in colour, and by shape alone: all grey. By chance 20 are right.
        int colours = Right(guided, images), shapes = Right(guided.Mean(3), images.Mean(3)), others = Right(free, images), otherShapes = Right(free.Mean(3), images.Mean(3));
        TestContext.Out.WriteLine($"of 60: {colours} in colour, {shapes} in shape; without a class {others} and {otherShapes}");
        Assert.That(colours, Is.GreaterThanOrEqualTo(54));
        Assert.That(shapes, Is.GreaterThanOrEqualTo(36));
        Assert.That(Math.Max(others, otherShapes), Is.LessThanOrEqualTo(30), "the measures tell classes apart");

        int Right(Tensor<float> samples, Tensor<float> real) =>
            Enumerable.Range(0, 60).Count(i => labels[(real - samples.Rows(i, i + 1)).Square().Reshape([600, -1]).Mean(1).ArgMin(0).Span[0]] == asked[i]);
    }

    [Test]
    public void The_UNet_makes_small_images_large()
    {
        var (images, _) = ColourShapes.Draw(600, 0);
        var small = Operations.Upsample<float>(Halved(images), 2).Value;
        var sizes = new UNetConfiguration { Height = 16, Width = 16, Channels = 3, ConditionChannels = 3, Levels = [new() { Width = 16 }, new() { Width = 24 }], Embedding = 32, Timesteps = 100 };
        var model = Train(() => new UNet<float>(sizes, Random), new TensorSource<float>(images, values: small), 200);

        var wanted = Halved(ColourShapes.Draw(30, 1).Images);
        var large = Sample(model.Denoiser, [30, 16, 16, 3], Operations.Upsample<float>(wanted, 2).Value);
        double[] errors = [.. Enumerable.Range(0, 30).Select(i => Error(i, i))], others = [.. Enumerable.Range(0, 30).Select(i => Error(i, (i + 3) % 30))];
        TestContext.Out.WriteLine($"error {errors.Average():F4}, to another image of the same shape {others.Average():F4}");
        Assert.That(errors.Zip(others).Count(pair => pair.First < pair.Second), Is.GreaterThanOrEqualTo(27));
        Assert.That(errors.Average(), Is.LessThan(0.5 * others.Average()));

        double Error(int sample, int given) => (Halved(large.Rows(sample, sample + 1)) - wanted.Rows(given, given + 1)).Square().Mean();
    }
}
