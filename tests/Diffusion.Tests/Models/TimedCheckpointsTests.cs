using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Nn.Serialization;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors;
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
    public void A_damaged_checkpoint_is_named_and_the_one_before_it_taken()
    {
        new TimedCheckpoints<float>(Prepare(), _path).Run();
        byte[] expected = File.ReadAllBytes(_path);
        Assert.That(CheckpointFile.Previous(_path), Does.Not.Exist, "a run that has ended needs none");
        File.Delete(_path);

        // Stopped in step 6, with checkpoints of 4 and 5.
        var stopped = new TimedCheckpoints<float>(Prepare(), _path) { Every = TimeSpan.Zero };
        Assert.That(() => stopped.Run(progress => _ = progress.Step == 6 ? throw new InvalidOperationException() : 0), Throws.InvalidOperationException);
        byte[] good = File.ReadAllBytes(_path), previous = File.ReadAllBytes(CheckpointFile.Previous(_path));
        for (int place = -1; place < good.Length; place += 1 + (good.Length / 23))
        {
            // One bit anywhere, in the header as well, or no file at all.
            byte[] bad = [.. good];
            if (place < 0)
            {
                File.Delete(_path);
            }
            else
            {
                bad[place] ^= 1;
                File.WriteAllBytes(_path, bad);
                Assert.That(() => CheckpointFile.Resume(_path, Prepare()), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(_path), $"byte {place}");
            }

            var said = new List<string>();
            var trainer = Prepare();
            Assert.That(new TimedCheckpoints<float>(trainer, _path) { FellBack = said.Add }.Resume());
            Assert.That(trainer.StepsTaken, Is.EqualTo(4));
            Assert.That(said, Has.Count.EqualTo(1));
            Assert.That(said[0], Does.StartWith(_path).And.EndWith($"Continuing from the checkpoint before it, {CheckpointFile.Previous(_path)}.").And.Not.Contain("\n"));
        }

        // Both damaged; a sound one of another run, for which the one before it is no help; and the whole run after all.
        File.WriteAllBytes(_path, good[..^1]);
        File.WriteAllBytes(CheckpointFile.Previous(_path), previous[..^1]);
        Assert.That(() => CheckpointFile.ResumeLast(_path, Prepare()), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith(_path));
        File.WriteAllBytes(CheckpointFile.Previous(_path), previous);
        var rest = Prepare();
        var checkpoints = new TimedCheckpoints<float>(rest, _path);
        Assert.That(checkpoints.Resume());
        checkpoints.Run();
        Assert.That(File.ReadAllBytes(_path), Is.EqualTo(expected));
        Assert.That(CheckpointFile.Previous(_path), Does.Not.Exist);
    }

    [Test]
    public void A_checkpoint_without_a_checksum_is_read()
    {
        CheckpointFile.Save(_path, Prepare());
        var content = SafetensorsFile.Read<float>(_path);
        Assert.That(content.Metadata.Keys, Has.None.Contains("sha256"));
        SafetensorsFile.Write(_path, content.Tensors, content.Metadata);
        Assert.That(CheckpointFile.ResumeLast(_path, Prepare()), Is.Null);
    }

    [Test]
    public void Losses_of_another_number_of_steps_are_refused()
    {
        var trainer = Prepare();
        _ = trainer.Step();
        CheckpointFile.Save(_path, trainer);
        var content = SafetensorsFile.Read<float>(_path);
        var tensors = content.Tensors.ToDictionary();
        tensors["training.losses"] = Tensor<float>.From([2], [1, 1]);
        SafetensorsFile.Write(_path, tensors, content.Metadata);
        Assert.That(() => CheckpointFile.Resume(_path, Prepare()), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("must hold the losses of 1 steps"));
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
