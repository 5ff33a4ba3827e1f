using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests.Data;

public sealed class StreamSourceTests
{
    private static void Draw(StepRandom random, Tensor<float> x0, Span<int> labels)
    {
        random.For(Purpose.Data).Normal(x0.Span, 2);
        for (int i = 0; i < labels.Length; i++)
            labels[i] = x0[i, 0] > 0 ? 1 : DenoiserArguments.NoLabel;
    }

    [Test]
    public void A_step_gives_the_same_batch_and_a_resumed_run_the_same_weights()
    {
        string path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "stream-checkpoint.safetensors");
        Trainer<float> Make() => new(
            new MlpDenoiser<float>(new MlpConfiguration { Dimensions = 2, Width = 8, Classes = 2, Timesteps = 10 }, new RandomSource(1)),
            NoiseSchedule.Cosine(10), new SimpleObjective<float>(), new StreamSource<float>("normal points", [2], Draw, classes: 2), new TrainingConfiguration { Iterations = 8, Batch = 16 });
        var whole = Make();
        whole.Run();
        var first = Make();
        for (int i = 0; i < 3; i++)
            _ = first.Step();
        CheckpointFile.Save(path, first);
        var resumed = Make();
        CheckpointFile.Resume(path, resumed);
        resumed.Run();
        Assert.That(resumed.Losses, Is.EqualTo(whole.Losses));
        Assert.That(whole.Losses.Distinct().Count(), Is.EqualTo(8), "each step has a batch of its own");
    }

    [Test]
    public void What_does_not_fit_is_refused()
    {
        var x0 = Tensor<float>.Zeros([3, 2]);
        Assert.That(() => new StreamSource<float>(" ", [2], Draw), Throws.ArgumentException.With.Message.Contains("description"));
        Assert.That(() => new StreamSource<float>("points", [2], Draw, classes: 1).Fill(x0, new int[3], null, new RandomSource(1).At(0)), Throws.InvalidOperationException.With.Message.Contains("drew the label 1"));
        Assert.That(() => new StreamSource<float>("points", [3], Draw, classes: 2).Fill(x0, new int[3], null, new RandomSource(1).At(0)), Throws.ArgumentException.With.Message.Contains("[3, 3]"));
    }
}
