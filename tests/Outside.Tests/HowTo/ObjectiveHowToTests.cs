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

namespace Diffusion.Outside.Tests.HowTo;

/// <summary>The code of docs/how-to/objective.md.</summary>
public sealed class ObjectiveHowToTests
{
    private static readonly TrainingConfiguration Short = new() { Iterations = 300, Batch = 128, LearningRate = 4e-3, Ema = 0.97, LabelDropout = 0 };
    private static readonly MixtureSource<float> Data = new(GaussianMixture.TwoPixel);

    private static MlpDenoiser<float> Network(int timesteps) => new(new() { Dimensions = 2, Width = 32, Layers = 2, Classes = 2, Timesteps = timesteps }, new RandomSource(1));

    [Test]
    public void One_trainer_trains_any_objective()
    {
        var cosine = NoiseSchedule.Cosine(100);
        (IObjective<float> Objective, NoiseSchedule Schedule)[] choices =
        [
            (new SimpleObjective<float>(), cosine),                                                       // the noise
            (new SimpleObjective<float>(Parameterisation.V) { Loss = LossKind.Huber }, cosine),
            (new SimpleObjective<float>(Parameterisation.X0) { Times = TimeSampling.Continuous }, cosine),
            (new MinSnrObjective<float>(gamma: 5, Parameterisation.V), cosine),
            (new FlowMatchingObjective<float>(), NoiseSchedule.Straight(100)),
            (new EdmObjective<float>(sigmaData: 0.5), NoiseSchedule.VarianceExploding(100)),
        ];

        using (Assert.EnterMultipleScope())
        {
            foreach (var (objective, schedule) in choices)
                Train(objective, schedule);
        }
    }

    /// <summary>Flow matching whose times crowd in the middle (arXiv:2403.03206, eq. 19), of a quantity of its own.</summary>
    private sealed class LogitNormalFlow : IObjective<float>
    {
        public string Name => "logit-normal-flow";

        public Parameterisation Parameterisation { get; } = new("TowardsData", _ => (1, -1));    // x_0 - eps

        public void DrawTimes(NoiseSchedule schedule, RandomStream stream, Span<double> times)
        {
            stream.Normal(times);
            foreach (ref double t in times)
                t = schedule.T / (1 + Math.Exp(-t));
        }

        public Variable<float> Loss(TrainingBatch<float> batch) =>
            Diffusion.Autograd.Loss.MeanSquared(batch.Predict(Parameterisation), batch.Target(Parameterisation));
    }

    [Test]
    public void An_objective_of_its_own_trains_and_goes_through_a_file()
    {
        string file = Path.Combine(TestContext.CurrentContext.WorkDirectory, "how-to-objective.safetensors");
        var schedule = NoiseSchedule.Straight(100);
        var model = Train(new LogitNormalFlow(), schedule);
        ObjectiveKinds<float>.Register("logit-normal-flow", _ => new LogitNormalFlow());
        ModelFile.Save(file, model);
        var x = new RandomSource(2).At(0).Normal([10, 2, 1]);
        var read = ModelFile.Load<float>(file);
        Assert.That(read.Objective, Is.InstanceOf<LogitNormalFlow>());
        Assert.That(read.Denoiser.Predict(x, [60]).X0.Span.SequenceEqual(model.Denoiser.Predict(x, [60]).X0.Span));
    }

    [Test]
    public void A_quantity_that_could_not_be_read_again_is_not_written()
    {
        static string Written(Parameterisation quantity) => new SimpleObjective<float>(quantity).Settings;
        static Parameterisation Read(string settings) => ObjectiveKinds<float>.Create("simple", settings).Parameterisation;
        var own = new Parameterisation("TwiceTheNoise", _ => (0, 2));
        var masked = new Parameterisation("V", _ => (0, 2));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Written(own), Throws.InstanceOf<NotSupportedException>().With.Message.Contains("'TwiceTheNoise'"));
            Assert.That(() => Written(masked), Throws.InstanceOf<NotSupportedException>(), "the name of another");
            Assert.That(() => Read(Written(Parameterisation.V).Replace("\"V\"", "\"W\"", StringComparison.Ordinal)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'W'"));
            Assert.That(Read(Written(Parameterisation.Edm(0.7))), Is.EqualTo(Parameterisation.Edm(0.7)));
        }

        Parameterisation.Register(own);
        Assert.That(Read(Written(own)), Is.SameAs(own));
        Assert.That(() => Parameterisation.Register(masked), Throws.ArgumentException.With.Message.Contains("'V'"));
    }

    [Test]
    public void A_variance_is_learned_and_sampled_with()
    {
        var (random, schedule) = (new RandomSource(1), NoiseSchedule.Cosine(20));
        TwoPixelUNet<float> Network() => new(new() { Timesteps = 20, Channels1 = 32, Channels2 = 64, Embedding = 16, LearnsVariance = true }, random);
        var trainer = new Trainer<float>(Network(), schedule, new LearnedVarianceObjective<float>(), Data, Short);
        trainer.Run();
        var denoiser = Model<float>.Of(trainer, Network()).Denoiser;
        Tensor<float> Run(SamplerSettings settings) => new DdpmSampler<float>(settings) { Variance = ReverseVariance.Learned }.Sample(denoiser, schedule, Start.Draw<float>(random, [100, 2, 1]), 1, random);

        // A network of the noise that has learned little is far off at T, where its errors are magnified: clamping helps.
        Tensor<float> clamped = Run(new() { ClampX0 = new(-1.5, 1.5) }), free = Run(new());
        var peak = Tensor<float>.From([2, 1], 0.75f, -0.45f);
        float near = (clamped - peak).Square().Mean(), far = (free - peak).Square().Mean();
        TestContext.Out.WriteLine($"squared distance to the peak: {near:F4}, without clamping {far:F4}");
        Assert.That(trainer.Losses.TakeLast(10).Average(), Is.LessThan(0.7 * trainer.Losses.Take(5).Average()));
        Assert.That(near, Is.LessThan(0.1f).And.LessThan(0.1f * far));
    }

    [Test]
    public void A_student_learns_to_take_half_the_steps()
    {
        var (schedule, data) = (NoiseSchedule.Cosine(64), Data);
        var teacher = Train(new SimpleObjective<float>(Parameterisation.V), schedule);

        var student = Network(timesteps: 64);
        StateDict.Load(student, StateDict.Of(teacher.Network));
        var halving = new DistillationObjective<float>(teacher.Denoiser, steps: 4);      // what the teacher does in 8
        var trainer = new Trainer<float>(student, schedule, halving, data, Short);
        trainer.Run();

        var start = Start.Draw<float>(new RandomSource(3), [500, 2, 1]);
        Tensor<float> Run(Model<float> model, int steps) => new DdimSampler<float>(new SamplerSettings { Steps = steps }).Sample(model.Denoiser, schedule, start, default, new RandomSource(3));
        var wanted = Run(teacher, 8);
        float before = (Run(teacher, 4) - wanted).Square().Mean(), after = (Run(Model<float>.Of(trainer, Network(64)), 4) - wanted).Square().Mean();
        TestContext.Out.WriteLine($"squared distance to the teacher's 8 steps: its own 4 steps {before:F4}, the student's {after:F4}");
        Assert.That(after, Is.LessThan(0.5f * before));
    }

    // The loss falls, and it is less than that of a network that was told nothing.
    private static Model<float> Train(IObjective<float> objective, NoiseSchedule schedule)
    {
        var trainer = new Trainer<float>(Network(schedule.T), schedule, objective, Data, Short);
        trainer.Run();
        double first = trainer.Losses.Take(10).Average(), last = trainer.Losses.TakeLast(50).Average();
        TestContext.Out.WriteLine($"{objective.Name} of {objective.Parameterisation}: {first:F3} to {last:F3}");
        Assert.That(last, Is.LessThan(0.7 * first), objective.Name);
        return Model<float>.Of(trainer, Network(schedule.T));
    }
}
