using Diffusion.Data;
using Diffusion.Generation;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Pictures;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>The code of docs/how-to/generating.md, with images whose upper half (class 0) or lower half (class 1) is bright.</summary>
public sealed class GeneratingHowToTests
{
    private TemporaryFolder _folder = null!;
    private string _file = "";

    [OneTimeSetUp]
    public void Train()
    {
        _folder = new();
        _file = _folder["model.safetensors"];
        var schedule = NoiseSchedule.Cosine(100);
        var images = (new RandomSource(1).For(Purpose.Data).At(0).Uniform<float>([200, 8, 8, 1]) * .4f) - 1;
        for (int i = 0; i < images.Length; i++)
            images.Span[i] += i / 32 % 2 == i / 64 % 2 ? 1.5f : 0;
        var source = new ImageSource<float>(ImageSet.Of(images, Enumerable.Range(0, 200).Select(i => i % 2).ToArray()));
        UNet<float> Network() => new(new() { Height = 8, Width = 8, Channels = 1, Classes = 2, Levels = [new() { Width = 16 }], Embedding = 16, Timesteps = 100 }, new RandomSource(1));
        var trainer = new Trainer<float>(Network(), schedule, new SimpleObjective<float>(Parameterisation.V), source, new() { Iterations = 200, Batch = 32, LearningRate = 5e-3, Ema = .95, LabelDropout = .2 });
        trainer.Run();
        ModelFile.Save(_file, Model<float>.Of(trainer, Network()));
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Images_of_a_file_are_made_and_seen()
    {
        var (file, grid, cancellation) = (_file, _folder["grid.png"], CancellationToken.None);

        var settings = new GenerationSettings
        {
            Steps = 12,
            Guidance = 1,
            Interval = new(0.1, 0.8),
            ClampX0 = new(-1, 1),
            Batch = 16,
            Seed = 7,
        };
        var generator = new Generator<float>(ModelFile.Load<float>(file), settings);
        int[] labels = generator.RandomLabels(40);
        var images = generator.Sample(40, labels, done => Console.WriteLine($"{done} of 40"), cancellation);
        PictureGrid.Save(grid, images, columns: 8, scale: 4);

        // The same noises for each class.
        var (start, classes) = generator.SameNoise(perClass: 4);
        var alike = generator.Sample(generator.Guided(w: 2), start, classes, new RandomSource(settings.Seed));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Classes(images), Is.EqualTo(labels));
            Assert.That(Classes(alike), Is.EqualTo((int[])[0, 0, 0, 0, 1, 1, 1, 1]));
            Assert.That(PictureFile.SizeOf(grid), Is.EqualTo(((8 * 34) - 2, (5 * 34) - 2)));
        }
    }

    [Test]
    public void Images_are_changed_filled_in_and_walked_between()
    {
        var generator = new Generator<float>(ModelFile.Load<float>(_file), new() { Steps = 12, ClampX0 = new(-1, 1) });
        var (images, mask, walk) = (generator.Sample(8, 0), Tensor<float>.Zeros([8, 8, 8, 1]), _folder["walk.png"]);
        for (int n = 0; n < 8; n++)
            mask.Rows(n, n + 1).Span[..32].Fill(1);

        // What is like the images, but of class 1; and what goes with their upper halves.
        var changed = generator.Edit(images, strength: 0.9, condition: 1);
        var filled = generator.Inpaint(images, mask, condition: 0, new Inpainting { Resamplings = 3 });

        // From four noises to four others, and from class to class.
        double[] shares = [0, 0.25, 0.5, 0.75, 1];
        var noise = generator.Noise(8);
        var ofNoises = generator.Walk(noise[..4], noise[4..], from: 0, to: 0, shares);
        var ofClasses = generator.Walk(noise[..4], noise[..4], from: 0, to: 1, shares);
        PictureGrid.Save(walk, ofClasses, columns: shares.Length);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Classes(images), Is.All.EqualTo(0));
            Assert.That(Classes(changed), Is.All.EqualTo(1));
            Assert.That(Classes(filled), Is.All.EqualTo(0));
            for (int n = 0; n < 8; n++)
                Assert.That(filled.Rows(n, n + 1).Span[..32].SequenceEqual(images.Rows(n, n + 1).Span[..32]));
            Assert.That(Classes(ofNoises), Is.All.EqualTo(0));
            for (int n = 0; n < 4; n++)
                Assert.That(Classes(ofClasses.Rows(5 * n, (5 * n) + 5)), Is.Ordered.And.Contains(0).And.Contains(1));
            Assert.That(PictureFile.SizeOf(walk).Width, Is.EqualTo((5 * 10) - 2));
        }
    }

    // Which half is brighter.
    private static int[] Classes(Tensor<float> images)
    {
        var halves = images.Reshape([-1, 2, 32]).Mean(2);
        return [.. Enumerable.Range(0, images.Shape[0]).Select(n => halves[n, 1] > halves[n, 0] ? 1 : 0)];
    }
}
