using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors.Kernels;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>
/// Winograd's algorithms round a few bits more than the definition of a convolution. What that does to a training is far
/// less than what another seed does.
/// </summary>
[NonParallelizable]
public sealed class WinogradTrainingTests
{
    private const int Steps = 40;

    [Test]
    public void Training_has_the_same_loss_curve_with_and_without_Winograd()
    {
        double[] with = Losses(WinogradUse.ByShape, 0), without = Losses(WinogradUse.Off, 0), other = Losses(WinogradUse.ByShape, 1);
        double winograd = Distance(with, without), seed = Distance(with, other);
        TestContext.Out.WriteLine($"Mean distance of two loss curves: with and without Winograd {winograd:G3}, of two seeds {seed:G3}; the loss falls from {with[0]:F3} to {with[^5..].Average():F3}.");
        Assert.Multiple(() =>
        {
            Assert.That(with[^5..].Average(), Is.LessThan(0.5 * with[0]), "it does learn");
            Assert.That(winograd, Is.GreaterThan(0), "the algorithms differ, so the comparison is of two things");
            Assert.That(winograd, Is.LessThan(0.01 * seed));
        });
    }

    private static double Distance(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Average();

    private static double[] Losses(WinogradUse use, ulong seed)
    {
        var before = Winograd.Use;
        try
        {
            Winograd.Use = use;
            var network = new MnistUNet<float>(new MnistUNetConfiguration { Widths = [16, 16, 32, 32], Embedding = 32, Timesteps = 50 }, new RandomSource(seed));
            var training = new TrainingConfiguration { Iterations = Steps, Batch = 16, LearningRate = 2e-3, Warmup = 10, Seed = seed };
            var trainer = new Trainer<float>(network, NoiseSchedule.Cosine(50), new SimpleObjective<float>(Parameterisation.V), new ImageSource<float>(Bars()), training);
            trainer.Run();
            return [.. trainer.Losses.Select(loss => (double)loss)];
        }
        finally
        {
            Winograd.Use = before;
        }
    }

    // Of each class a bright bar at its own height.
    private static ImageSet Bars()
    {
        byte[] images = new byte[Mnist.Classes * 784];
        for (int c = 0; c < Mnist.Classes; c++)
            images.AsSpan((c * 784) + ((4 + (2 * c)) * 28), 56).Fill(255);
        return ImageSet.Of(images, [28, 28, 1], Enumerable.Range(0, Mnist.Classes).ToArray());
    }
}
