using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Nn.Serialization;
using Diffusion.Objectives;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>Progressive distillation: the target of a student is what makes one step of its DDIM two of the teacher's.</summary>
public sealed class DistillationTests
{
    private static readonly RandomSource Random = new(93);
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(16);
    private static readonly MixtureSource<double> Data = new(GaussianMixture.TwoPixel);

    private static readonly Parameterisation[] Taught = [Parameterisation.V, Parameterisation.X0, Parameterisation.Flow];

    [Test]
    public void One_step_to_the_target_is_two_steps_of_the_teacher([ValueSource(nameof(Taught))] Parameterisation parameterisation, [Values(8, 4, 1)] int steps)
    {
        var teacher = Network();
        var objective = new DistillationObjective<double>(new NetworkDenoiser<double>(teacher, parameterisation, Schedule), steps);
        int[] labels = [.. Enumerable.Range(0, 30).Select(i => (i % 3) - 1)];
        var denoiser = new NetworkDenoiser<double>(teacher, parameterisation, Schedule);
        for (int from = 16; from > 0; from -= 16 / steps)
        {
            int to = from - (16 / steps);
            var (x0, _) = GaussianMixture.TwoPixel.Sample<double>(30, Random.For(Purpose.Data).At(from));
            var noise = Random.For(Purpose.Noise).At(from).Normal<double>([30, 2, 1]);
            var xt = Schedule.QSample(x0, [(double)from], noise);
            double[] t = [.. Enumerable.Repeat((double)from, 30)];
            using var tape = Tape<double>.Start();
            var target = objective.Target(new TrainingBatch<double>(tape, Network(), Schedule, x0, t, noise, labels));

            var two = Ddim(denoiser, xt, labels, from, (from + to) / 2.0, to);
            var one = Ddim(new DenoiserOf<double>(Schedule, parameterisation, (_, _, _, value) => value.CopyFrom(target)), xt, labels, from, to);
            double scale = two.Span.ToArray().Max(Math.Abs);
            Assert.That(one.Span.ToArray(), Is.EqualTo(two.Span.ToArray()).Within(1e-9 * Math.Max(1, scale)), $"{from} to {to}");
        }
    }

    // It begins as its teacher, whose one long step is not its two.
    [Test]
    public void A_student_learns_to_do_in_one_step_what_its_teacher_does_in_two()
    {
        var teacher = new TwoPixelUNet<double>(Sizes, Random);
        new Trainer<double>(teacher, Schedule, new SimpleObjective<double>(Parameterisation.V), Data, new TrainingConfiguration { Iterations = 300, Batch = 64, LearningRate = 5e-3 }).Run();
        var student = new TwoPixelUNet<double>(Sizes, Random);
        StateDict.Load(student, StateDict.Of(teacher));
        var objective = new DistillationObjective<double>(new NetworkDenoiser<double>(teacher, Parameterisation.V, Schedule), 4);
        var trainer = new Trainer<double>(student, Schedule, objective, Data, new TrainingConfiguration { Iterations = 500, Batch = 64, LearningRate = 2e-3 });
        trainer.Run();
        Assert.That(trainer.Losses.TakeLast(20).Average(), Is.LessThan(0.7 * trainer.Losses.Take(20).Average()));
        Assert.That(objective.Steps, Is.EqualTo(4));
    }

    [Test]
    public void Steps_that_do_not_halve_and_networks_of_noise_are_refused()
    {
        using (Assert.EnterMultipleScope())
        {
            foreach (int steps in (int[])[0, -1, 3, 16])
                Assert.That(() => Objective(steps, Parameterisation.V), Throws.ArgumentException.With.Message.Contains($"takes {steps} steps").And.Message.Contains("T = 16"));
            Assert.That(() => Objective(8, Parameterisation.Epsilon), Throws.ArgumentException.With.Message.Contains("predict v, x_0 or the flow"));
        }
    }

    private static TwoPixelUNetConfiguration Sizes => new() { Timesteps = 16, Channels1 = 16, Channels2 = 64, Embedding = 16 };

    private static TwoPixelUNet<double> Network() => new(Sizes, Random);

    private static DistillationObjective<double> Objective(int steps, Parameterisation parameterisation) =>
        new(new NetworkDenoiser<double>(Network(), parameterisation, Schedule), steps);

    private static Tensor<double> Ddim(IDenoiser<double> denoiser, Tensor<double> xt, int[] labels, params double[] times) =>
        new DdimSampler<double>(new SamplerSettings { Times = [.. times] }).Sample(denoiser, Schedule, xt, labels, Random);
}
