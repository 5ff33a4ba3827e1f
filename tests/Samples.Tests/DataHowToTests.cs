using Diffusion.Data;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Pictures;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>The code of docs/how-to/data.md.</summary>
public sealed class DataHowToTests
{
    [Test]
    public void Toy_data_train_a_network()
    {
        var random = new RandomSource(1);
        var settings = new TrainingConfiguration { Iterations = 300, Batch = 128, LearningRate = 2e-3 };

        var data = ToyData.Find("moons");
        var schedule = NoiseSchedule.Cosine(100);
        var network = new MlpDenoiser<float>(new MlpConfiguration { Dimensions = 2, Width = 64, Classes = data.Classes, Timesteps = 100 }, random);
        var trainer = new Trainer<float>(network, schedule, new SimpleObjective<float>(Parameterisation.V), new ToySource<float>(data), settings);
        trainer.Run();

        Assert.That(trainer.Losses.TakeLast(50).Average(), Is.LessThan(0.8 * trainer.Losses.Take(10).Average()));
    }

    [Test]
    public void A_folder_of_pictures_gives_batches()
    {
        var random = new RandomSource(1);
        using var files = new PictureTestFolder().With("a/1.png", PictureBytes.Grey(9, 8, new byte[72])).With("b/2.png", PictureBytes.Grey(1, 1, 255)).With("b/3.png", [1]);
        var (folder, grid) = (files.Path, Path.Combine(files.Path, "grid.png"));

        var pictures = PictureFolder.Open(folder, new PictureOptions { Side = 8, OnBroken = OnBroken.Skip });
        foreach (var (path, reason) in pictures.Skipped)
            Console.WriteLine($"{path} {reason}");
        var source = new ImageSource<float>(pictures) { FlipHorizontally = true };
        var batch = Tensor<float>.Zeros(source.BatchShape(16));
        int[] labels = new int[16];
        source.Fill(batch, labels, values: null, random.At(0));
        PictureGrid.Save(grid, batch, columns: 4, scale: 8);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(pictures.Skipped.Select(picture => picture.Path), Is.EqualTo((string[])["b/3.png"]));
            Assert.That(batch.Shape, Is.EqualTo(new Shape(16, 8, 8, 3)));
            Assert.That(labels, Is.EquivalentTo(Enumerable.Range(0, 16).Select(i => i % 2)));
            Assert.That(Enumerable.Range(0, 16).Select(i => batch[i, 7, 7, 2]), Is.EqualTo(labels.Select(label => label == 0 ? -1f : 1f)));
            Assert.That(new FileInfo(grid).Length, Is.Positive);
        }
    }

    [Test]
    public void Bytes_are_a_set()
    {
        byte[] bytes = new byte[3 * 784];
        int[] digits = [0, 1, 1];

        var set = ImageSet.Of(bytes, imageShape: [28, 28, 1], digits, classNames: ["zero", "one"]);
        var images = new ImageSource<float>(set);

        Assert.That((images.Classes, images.BatchShape(2)), Is.EqualTo((2, new Shape(2, 28, 28, 1))));
    }

    [Test]
    public void A_function_of_the_step_is_a_stream()
    {
        var waves = new StreamSource<float>("waves of one to four periods", [64, 1], (draw, x0, labels) =>
        {
            draw.For(Purpose.Data).Integers(0, 4, labels);
            for (int i = 0; i < x0.Length; i++)
                x0.Span[i] = MathF.Sin(2 * MathF.PI * (labels[i / 64] + 1) * (i % 64) / 64);
        }, classes: 4);

        int[] first = new int[40], again = new int[40];
        var batch = Tensor<float>.Zeros(waves.BatchShape(40));
        waves.Fill(batch, first, values: null, new RandomSource(1).At(7));
        waves.Fill(batch, again, values: null, new RandomSource(1).At(7));
        Assert.That(again, Is.EqualTo(first));
        Assert.That(batch[3, 16, 0], Is.EqualTo(MathF.Sin(MathF.PI * (first[3] + 1) / 2)).Within(1e-5f));
    }
}
