using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Pictures;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>A training on pictures, stopped and gone on with.</summary>
public sealed class PicturesTrainingTests
{
    private static readonly PictureOptions Options = new() { Side = 3 };

    [Test]
    public void A_run_goes_on_to_the_bit_from_memory_or_from_files_and_with_no_other_pictures()
    {
        using var folder = new PictureTestFolder();
        for (int i = 0; i < 7; i++)
            _ = folder.With($"{i % 2}/{i}.png", PictureBytes.Png(4, 3, 8, 2, [.. Enumerable.Range(0, 36).Select(place => (byte)(place * (i + 5)))]));
        string checkpoint = Path.Combine(folder.Path, "checkpoint.safetensors");

        var whole = Prepare(folder, Options, flip: true);
        var stopped = Prepare(folder, Options, flip: true);
        for (int i = 0; i < 6; i++)
            _ = whole.Step();
        for (int i = 0; i < 4; i++)
            _ = stopped.Step();
        CheckpointFile.Save(checkpoint, stopped);
        var resumed = Prepare(folder, Options with { Budget = 0 }, flip: true);
        CheckpointFile.Resume(checkpoint, resumed);
        for (int i = 0; i < 2; i++)
            _ = resumed.Step();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(resumed.Losses, Is.EqualTo(whole.Losses));
            Refuses(Prepare(folder, Options, flip: false));
            Refuses(Prepare(folder, Options with { Fit = PictureFit.Stretch }, flip: true));
            Refuses(Prepare(folder.With("1/more.png", PictureBytes.Grey(1, 1, 0)), Options, flip: true));
        }

        void Refuses(Trainer<float> other) =>
            Assert.That(() => CheckpointFile.Resume(checkpoint, other), Throws.TypeOf<InvalidDataException>().With.Message.Contains("the data of the checkpoint differs"));
    }

    private static Trainer<float> Prepare(PictureTestFolder folder, PictureOptions options, bool flip) => new(
        new MlpDenoiser<float>(new MlpConfiguration { Dimensions = 27, Width = 16, Classes = 2, Timesteps = 10 }, new RandomSource(2)),
        NoiseSchedule.Cosine(10),
        new SimpleObjective<float>(),
        new ImageSource<float>(folder.Open(options)) { FlipHorizontally = flip },
        new TrainingConfiguration { Iterations = 6, Batch = 4, Seed = 2 });
}
