using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>Losses on held-out data, stopping early by them, and runs that are resumed with them.</summary>
public sealed class ValidationTests
{
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Straight(20);

    // What is held out is not what is trained with: its loss falls while both learn the noise, and then rises.
    private static readonly GaussianMixture Data = new([new MixtureComponent(1, [1, 1, 1], .1)]), Other = new([new MixtureComponent(1, [.5, .5, .5], .4)]);
    private static readonly TrainingConfiguration Settings = new() { Iterations = 240, Batch = 32, LearningRate = 3e-3, Warmup = 10, Ema = .8, ValidationEvery = 6, ValidationBatches = 2, Patience = 4, Seed = 3 };

    private string _path = "";

    [SetUp]
    public void MakeFile() => _path = Path.Combine(Directory.CreateTempSubdirectory("validation").FullName, "checkpoint.safetensors");

    [TearDown]
    public void RemoveFolder() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Test]
    public void A_measurement_is_of_the_averages_and_changes_nothing()
    {
        var never = Settings with { ValidationEvery = 0, Patience = 0, Iterations = 30 };
        Trainer<float> plain = Prepare<float>(never), measured = Prepare<float>(never with { ValidationEvery = 10 });
        plain.Run();
        measured.Run();
        Assert.That(measured.Losses, Is.EqualTo(plain.Losses));
        Assert.That(Weights(measured), Is.EqualTo(Weights(plain)));
        Assert.That(Averages(measured), Is.EqualTo(Averages(plain)));
        Assert.That((plain.ValidationLosses.Count, measured.ValidationLosses.Count, measured.HasStoppedEarly), Is.EqualTo((0, 3, false)));

        // The same batches each time; and a network that has the averages for weights loses the same.
        float[] before = Weights(measured);
        double loss = measured.Validate();
        Assert.That(loss, Is.EqualTo(measured.ValidationLosses[^1]).Within(1e-6));
        Assert.That(Weights(measured), Is.EqualTo(before), "the weights come back");
        measured.Average.CopyTo(measured.Network);
        Assert.That(measured.Validate(), Is.EqualTo(loss));
    }

    // Batches and draws of their own: another network that never trained loses another number on the same ones, and other batches differ.
    // Layers that drop activations do so while training alone.
    [Test]
    public void A_measurement_does_not_train()
    {
        var seen = new List<bool>();
        var network = Network<float>();
        var trainer = new Trainer<float>(network, Schedule, new Watching(seen), new MixtureSource<float>(Data), Settings with { Iterations = 2, ValidationEvery = 2, ValidationBatches = 1, Patience = 0 }) { HeldOut = new MixtureSource<float>(Other) };
        trainer.Run();
        Assert.That(seen, Is.EqualTo(new[] { true, true, false }));
        Assert.That(network.IsTraining, Is.True);
    }

    [Test]
    public void The_first_step_has_the_first_learning_rate()
    {
        var trainer = Prepare<float>(Settings with { Patience = 0 });
        Assert.That(trainer.Step().LearningRate, Is.EqualTo(Settings.LearningRate / Settings.Warmup));
        Assert.That(trainer.Step().LearningRate, Is.EqualTo(Settings.LearningRate * 2 / Settings.Warmup).Within(1e-15));
    }

    [Test]
    public void A_measurement_is_the_mean_of_its_batches()
    {
        Trainer<double> one = Prepare<double>(Settings with { ValidationBatches = 1 }), four = Prepare<double>(Settings with { ValidationBatches = 4 });
        double expected = 0;
        var random = new RandomSource(Settings.Seed).Derive(0x6845_4C44);
        for (int k = 0; k < 4; k++)
        {
            var (x0, _) = Other.Sample<double>(32, random.At(k).For(Purpose.Data));
            double[] times = new double[32];
            four.Objective.DrawTimes(Schedule, random.At(k).For(Purpose.Time), times);
            var noise = random.At(k).For(Purpose.Noise).Normal<double>(x0.Shape);
            var output = Tensor<double>.Zeros(x0.Shape);
            four.Network.Evaluate(Schedule.QSample(x0, times, noise), times, default, output);
            double loss = output.Span.ToArray().Zip((noise - x0).Span.ToArray(), (q, target) => (q - target) * (q - target)).Average();
            expected += loss / 4;
            if (k == 0)
                Assert.That(one.Validate(), Is.EqualTo(loss).Within(1e-12));
        }

        Assert.That(four.Validate(), Is.EqualTo(expected).Within(1e-12));
        Assert.That(() => Prepare<double>(Settings, heldOut: false).Validate(), Throws.InvalidOperationException.With.Message.Contains("set HeldOut"));
    }

    [Test]
    public void Training_stops_early_with_the_averages_of_the_least_loss()
    {
        var trainer = Prepare<float>(Settings);
        var averages = new List<float[]>();
        int measured = 0;
        trainer.Run(_ =>
        {
            if (trainer.ValidationLosses.Count > measured && !trainer.HasStoppedEarly)
                averages.Add(Averages(trainer));
            measured = trainer.ValidationLosses.Count;
        });
        int least = trainer.ValidationLosses.ToList().IndexOf(trainer.ValidationLosses.Min());
        TestContext.Out.WriteLine($"least {trainer.ValidationLosses[least]:F4} in measurement {least + 1} of {measured}, of {trainer.ValidationLosses[0]:F4} first and {trainer.ValidationLosses[^1]:F4} last, after {trainer.StepsTaken} steps");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((trainer.HasStoppedEarly, trainer.IsDone), Is.EqualTo((true, true)));
            Assert.That(trainer.StepsTaken, Is.EqualTo(6 * measured).And.LessThan(Settings.Iterations));
            Assert.That(measured - 1 - least, Is.EqualTo(Settings.Patience));
            Assert.That(least, Is.GreaterThan(0), "it fell before it rose");
            Assert.That(Averages(trainer), Is.EqualTo(averages[least]));
            Assert.That(Averages(trainer), Is.Not.EqualTo(averages[^1]));
            Assert.That(trainer.Validate(), Is.EqualTo(trainer.ValidationLosses[least]).Within(1e-6));
        }

        // Without patience it goes on.
        var patient = Prepare<float>(Settings with { Patience = 0 });
        patient.Run();
        Assert.That((patient.StepsTaken, patient.HasStoppedEarly), Is.EqualTo((240, false)));
    }

    // From before and after the least loss, and after the end.
    [Test]
    public void A_run_that_was_resumed_ends_with_the_same_bytes([Values(7, 12, 33, -2, -1)] int stop)
    {
        var whole = Prepare<float>(Settings);
        whole.Run();
        int at = stop > 0 ? stop : whole.StepsTaken + 1 + stop;
        var stopped = Prepare<float>(Settings);
        while (stopped.StepsTaken < at && !stopped.IsDone)
            _ = stopped.Step();
        CheckpointFile.Save(_path, stopped);
        var resumed = Prepare<float>(Settings);
        CheckpointFile.Resume(_path, resumed);
        Assert.That((resumed.StepsTaken, resumed.HasStoppedEarly), Is.EqualTo((at, stopped.HasStoppedEarly)));
        Assert.That(resumed.ValidationLosses, Is.EqualTo(stopped.ValidationLosses));
        resumed.Run();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(resumed.Losses, Is.EqualTo(whole.Losses));
            Assert.That(resumed.ValidationLosses, Is.EqualTo(whole.ValidationLosses));
            Assert.That(resumed.HasStoppedEarly);
            Assert.That(Weights(resumed), Is.EqualTo(Weights(whole)));
            Assert.That(Averages(resumed), Is.EqualTo(Averages(whole)));
        }

        // And the files are the same bytes.
        CheckpointFile.Save(_path, whole);
        byte[] bytes = File.ReadAllBytes(_path);
        CheckpointFile.Save(_path, resumed);
        Assert.That(File.ReadAllBytes(_path), Is.EqualTo(bytes));
    }

    [Test]
    public void A_checkpoint_of_other_settings_is_refused()
    {
        var trainer = Prepare<float>(Settings);
        _ = trainer.Step();
        CheckpointFile.Save(_path, trainer);
        using (Assert.EnterMultipleScope())
        {
            Refused(Prepare<float>(Settings with { Patience = 5 }), "the training of the checkpoint differs");
            Refused(new(Network<float>(), Schedule, new SimpleObjective<float>(Parameterisation.Flow), new MixtureSource<float>(Data), Settings), "the objective of the checkpoint differs");
            Refused(new(Network<float>(), NoiseSchedule.Cosine(20), new FlowMatchingObjective<float>(), new MixtureSource<float>(Data), Settings), "the schedule of the checkpoint differs");
            Refused(new(Network<float>(), Schedule, new FlowMatchingObjective<float> { Loss = LossKind.L1 }, new MixtureSource<float>(Data), Settings), "the objectiveSettings of the checkpoint differs");
        }

        void Refused(Trainer<float> other, string message) =>
            Assert.That(() => CheckpointFile.Resume(_path, other), Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));
    }

    private static MlpDenoiser<T> Network<T>()
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> => new(new() { Dimensions = 3, Width = 16, Layers = 1, Timesteps = 20, Classes = 1 }, new RandomSource(4));

    private static Trainer<T> Prepare<T>(TrainingConfiguration settings, bool heldOut = true)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> => new(Network<T>(), Schedule, new FlowMatchingObjective<T>(), new MixtureSource<T>(Data), settings with { LabelDropout = 1 })
        {
            HeldOut = heldOut ? new MixtureSource<T>(Other) : null,
        };

    private static float[] Weights(Trainer<float> trainer) => [.. trainer.Network.Parameters.SelectMany(parameter => parameter.Value.Span.ToArray())];

    private static float[] Averages(Trainer<float> trainer) => [.. trainer.Average.Averages.SelectMany(average => average.Span.ToArray())];

    private sealed class Watching(List<bool> seen) : SimpleObjective<float>
    {
        protected override Autograd.Variable<float> LossOf(TrainingBatch<float> batch)
        {
            seen.Add(batch.Network.IsTraining);
            return base.LossOf(batch);
        }
    }
}
