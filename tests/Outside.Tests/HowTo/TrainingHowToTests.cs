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

namespace Diffusion.Outside.Tests.HowTo;

/// <summary>The code of docs/how-to/training.md.</summary>
public sealed class TrainingHowToTests
{
    private static MlpDenoiser<float> Network() => new(new() { Dimensions = 2, Width = 32, Layers = 2, Classes = 2, Timesteps = 100 }, new RandomSource(1));

    private static string InFolder(string name) => Path.Combine(TestContext.CurrentContext.WorkDirectory, name);

    [Test]
    public void A_run_that_was_stopped_goes_on_to_the_bit()
    {
        string checkpoint = InFolder("how-to-checkpoint.safetensors"), preview = InFolder("how-to-preview.safetensors");
        File.Delete(checkpoint);
        var schedule = NoiseSchedule.Cosine(100);
        TwoMoonsHalves(out var source, out var heldOut);

        var settings = new TrainingConfiguration { Iterations = 400, Batch = 64, LearningRate = 3e-3, Ema = 0.98, ClipGradients = 1, ValidationEvery = 50, Patience = 3 };
        Trainer<float> Prepare() => new(Network(), schedule, new SimpleObjective<float>(Parameterisation.V), source, settings) { HeldOut = heldOut };

        Trainer<float> Train(CancellationToken cancellation)
        {
            var trainer = Prepare();
            var checkpoints = new TimedCheckpoints<float>(trainer, checkpoint)
            {
                Every = TimeSpan.FromMinutes(2),
                Saved = soFar => ModelFile.Save(preview, Model<float>.Of(soFar, Network())),
            };
            if (checkpoints.Resume())
                Console.WriteLine($"{trainer.StepsTaken} steps are done");
            checkpoints.Run(progress => { if (progress.Step % 100 == 0) Console.WriteLine($"{progress.Step} of {progress.Steps}: {progress.Loss:F4}"); }, cancellation);

            return trainer;
        }

        using var cancellation = new CancellationTokenSource();
        var stopped = Prepare();
        Assert.That(
            () => new TimedCheckpoints<float>(stopped, checkpoint).Run(
                progress =>
                {
                    if (progress.Step == 150)
                        cancellation.Cancel();
                },
                cancellation.Token),
            Throws.InstanceOf<OperationCanceledException>());
        var resumed = Train(default);
        Assert.That(ModelFile.Load<float>(preview).Training, Is.EqualTo(settings));
        File.Delete(checkpoint);
        var whole = Train(default);

        Assert.That(stopped.StepsTaken, Is.EqualTo(150));
        Assert.That(whole.ValidationLosses[^1], Is.LessThan(whole.ValidationLosses[0]));
        Assert.That(resumed.Losses, Is.EqualTo(whole.Losses));
        Assert.That(resumed.ValidationLosses, Is.EqualTo(whole.ValidationLosses));
        Assert.That(resumed.Average.Averages.Zip(whole.Average.Averages).All(pair => pair.First.Span.SequenceEqual(pair.Second.Span)));
    }

    [Test]
    public void Patience_ends_a_run_that_learns_nothing_more()
    {
        TwoMoonsHalves(out var source, out var heldOut);
        var settings = new TrainingConfiguration { Iterations = 2000, Batch = 16, LearningRate = 0.05, Warmup = 0, Ema = 0, ValidationEvery = 10, Patience = 2 };
        var trainer = new Trainer<float>(Network(), NoiseSchedule.Cosine(100), new SimpleObjective<float>(), source, settings) { HeldOut = heldOut };
        trainer.Run();
        Assert.That(trainer.HasStoppedEarly);
        Assert.That(trainer.StepsTaken, Is.LessThan(2000));
        Assert.That((float)trainer.Validate(), Is.EqualTo((float)trainer.ValidationLosses.Min()), "the averages are the best ones");
    }

    [Test]
    public void A_model_goes_through_files_of_any_number_type()
    {
        string file = InFolder("how-to-model.safetensors"), small = InFolder("how-to-half.safetensors");
        TwoMoonsHalves(out var source, out _);
        var trainer = new Trainer<float>(Network(), NoiseSchedule.Cosine(100), new SimpleObjective<float>(), source, new TrainingConfiguration { Iterations = 20, Batch = 16 });
        trainer.Run();

        var model = Model<float>.Of(trainer, Network());                  // the averaged weights, in a network of their own
        ModelFile.Save(file, model);
        ModelFile.Save(small, model, SafetensorsType.F16);                // half the bytes
        var read = ModelFile.Load<float>(file);                           // network, schedule, objective, settings
        var precise = ModelFile.Load<double>(file);                       // the same weights, computed with in double

        var x = new RandomSource(2).At(0).Normal([10, 2]);
        var expected = model.Denoiser.Predict(x, [40]).X0;
        Assert.That(read.Denoiser.Predict(x, [40]).X0.Span.SequenceEqual(expected.Span));
        Assert.That((precise.Denoiser.Predict(x.To<double>(), [40]).X0.To<float>() - expected).Abs().Max(), Is.InRange(1e-9f, 1e-4f));
        Assert.That((ModelFile.Load<float>(small).Denoiser.Predict(x, [40]).X0 - expected).Abs().Max(), Is.InRange(1e-6f, 2e-2f));
        Assert.That(new FileInfo(small).Length, Is.LessThan(0.75 * new FileInfo(file).Length));
    }

    private static void TwoMoonsHalves(out TensorSource<float> source, out TensorSource<float> heldOut)
    {
        var (points, labels) = TwoMoons.Draw(2000, 0);
        source = new(points.Rows(0, 1500), labels.AsMemory(0, 1500));
        heldOut = new(points.Rows(1500, 2000), labels.AsMemory(1500));
    }
}
