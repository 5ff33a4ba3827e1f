using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests.Models;

/// <summary>Checkpoints that a run writes by itself, and goes on from.</summary>
public sealed class TimedCheckpointsTests
{
    private const int Iterations = 12;

    private string _path = "";

    [SetUp]
    public void MakeFile() => _path = Path.Combine(Directory.CreateTempSubdirectory("checkpoints").FullName, "checkpoint.safetensors");

    [TearDown]
    public void RemoveFolder() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Test]
    public void Without_a_time_between_there_is_one_after_every_step_and_else_one_at_the_end()
    {
        Assert.That(Saves(TimeSpan.Zero), Is.EqualTo(Enumerable.Range(1, Iterations)));
        Assert.That(Saves(TimeSpan.FromDays(1)), Is.EqualTo((int[])[Iterations]));
        Assert.That(new TimedCheckpoints<float>(Prepare(), _path).Every, Is.EqualTo(TimeSpan.FromMinutes(5)));
        Assert.That(() => new TimedCheckpoints<float>(Prepare(), _path) { Every = Timeout.InfiniteTimeSpan }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("accepted are times from zero"));

        // The file is there when it is told of, with the steps so far.
        List<int> Saves(TimeSpan every)
        {
            var saves = new List<int>();
            var checkpoints = new TimedCheckpoints<float>(Prepare(), _path)
            {
                Every = every,
                Saved = trainer =>
                {
                    var read = Prepare();
                    CheckpointFile.Resume(_path, read);
                    Assert.That(read.StepsTaken, Is.EqualTo(trainer.StepsTaken));
                    saves.Add(trainer.StepsTaken);
                },
            };
            checkpoints.Run();
            return saves;
        }
    }

    [Test]
    public void A_run_that_was_cancelled_goes_on_and_ends_with_the_same_bytes([Values(1, 5, 11)] int stop)
    {
        var whole = Prepare();
        new TimedCheckpoints<float>(whole, _path).Run();
        byte[] expected = File.ReadAllBytes(_path);
        File.Delete(_path);

        using var cancellation = new CancellationTokenSource();
        var stopped = new TimedCheckpoints<float>(Prepare(), _path) { Every = TimeSpan.FromDays(1) };
        Assert.That(stopped.Resume(), Is.False, "there is nothing to go on from");
        Assert.That(
            () => stopped.Run(
                progress =>
                {
                    if (progress.Step == stop)
                        cancellation.Cancel();
                },
                cancellation.Token),
            Throws.InstanceOf<OperationCanceledException>());

        var trainer = Prepare();
        var resumed = new TimedCheckpoints<float>(trainer, _path);
        var steps = new List<int>();
        Assert.That(resumed.Resume());
        Assert.That(trainer.StepsTaken, Is.EqualTo(stop));
        resumed.Run(progress => steps.Add(progress.Step));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(steps, Is.EqualTo(Enumerable.Range(stop + 1, Iterations - stop)));
            Assert.That(trainer.Losses, Is.EqualTo(whole.Losses));
            Assert.That(File.ReadAllBytes(_path), Is.EqualTo(expected));
        }

        // A run that has ended takes no step more.
        var ended = new TimedCheckpoints<float>(Prepare(), _path);
        Assert.That(ended.Resume());
        ended.Run(_ => Assert.Fail("a step"));
        Assert.That(File.ReadAllBytes(_path), Is.EqualTo(expected));
    }

    [Test]
    public void A_run_cancelled_before_it_begins_writes_its_beginning()
    {
        Assert.That(() => new TimedCheckpoints<float>(Prepare(), _path).Run(cancellation: new(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
        var trainer = Prepare();
        Assert.That(new TimedCheckpoints<float>(trainer, _path).Resume());
        Assert.That(trainer.StepsTaken, Is.Zero);
    }

    [Test]
    public void A_checkpoint_that_cannot_be_read_is_refused_and_left_as_it_is()
    {
        new TimedCheckpoints<float>(Prepare(), _path).Run();
        byte[] good = File.ReadAllBytes(_path);
        foreach (byte[] bad in (byte[][])[good[..(good.Length / 2)], "no checkpoint"u8.ToArray(), []])
        {
            File.WriteAllBytes(_path, bad);
            var trainer = Prepare();
            Assert.That(() => new TimedCheckpoints<float>(trainer, _path).Resume(), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(_path));
            Assert.That(File.ReadAllBytes(_path), Is.EqualTo(bad));
            Assert.That(trainer.StepsTaken, Is.Zero);
        }

        File.WriteAllBytes(_path, good);
        Assert.That(() => new TimedCheckpoints<float>(Prepare(seed: 9), _path).Resume(), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("the training of the checkpoint differs"));
        Assert.That(File.ReadAllBytes(_path), Is.EqualTo(good));
    }

    [Test]
    public void What_fails_on_the_way_leaves_the_last_checkpoint()
    {
        var checkpoints = new TimedCheckpoints<float>(Prepare(), _path) { Every = TimeSpan.Zero };
        Assert.That(
            () => checkpoints.Run(progress =>
            {
                if (progress.Step == 4)
                    throw new InvalidOperationException("enough");
            }),
            Throws.InvalidOperationException);
        var trainer = Prepare();
        CheckpointFile.Resume(_path, trainer);
        Assert.That(trainer.StepsTaken, Is.EqualTo(3));
    }

    private static Trainer<float> Prepare(ulong seed = 3)
    {
        var network = new MlpDenoiser<float>(new() { Dimensions = 2, Width = 8, Layers = 1, Timesteps = 20, Classes = 2 }, new RandomSource(4));
        var settings = new TrainingConfiguration { Iterations = Iterations, Batch = 16, Warmup = 2, Ema = .9, Seed = seed };
        return new(network, NoiseSchedule.Cosine(20), new SimpleObjective<float>(Parameterisation.V), new ToySource<float>(ToyData.Find("moons")), settings);
    }
}
