using System.Text.Json;
using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Guidance;
using Diffusion.Metrics;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Outside.Tests;

/// <summary>Networks, schedules, objectives and samplers of a user's own, each in a few lines and without a change of the library.</summary>
public sealed class OpenCoreTests
{
    private static readonly RandomSource Random = new(1);
    private static readonly TrainingConfiguration Short = new() { Iterations = 1500, Batch = 256, LearningRate = 5e-3, Ema = 0.995, LabelDropout = 0.2 };

    [Test]
    public void A_network_of_its_own_is_trained_saved_loaded_and_sampled()
    {
        var schedule = NoiseSchedule.Cosine(100);
        var trainer = new Trainer<float>(new OwnNetwork(64), schedule, new SimpleObjective<float>(Parameterisation.V), new TensorSource<float>(TwoMoons.Draw(4000, 0).Points), Short);
        trainer.Run();

        string file = Path.Combine(TestContext.CurrentContext.WorkDirectory, "own-network.safetensors");
        ModelFile.Save(file, Model<float>.Of(trainer, new OwnNetwork(64)));
        Assert.That(() => ModelFile.Load<float>(file), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'outside-mlp'").And.Message.Contains("Architectures<float>.Register"));
        Architectures<float>.Register(OwnNetwork.Name, configuration => new OwnNetwork(int.Parse(configuration)));
        var model = ModelFile.Load<float>(file);
        Assert.That(() => ModelFile.Load<float>(file, "two-pixel-unet"), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'outside-mlp', but 'two-pixel-unet' is needed"));

        var start = Start.Draw<float>(Random, [2000, 2]);
        var reference = SlicedWasserstein.To(TwoMoons.Draw(2000, 1).Points);
        foreach (string name in (string[])["ddpm", "ddim", "dpm++2m"])
        {
            var samples = Samplers.Find(name).Create<float>(new SamplerSettings { Steps = 40 }).Sample(model.Denoiser, model.Schedule, start, default, Random);
            TestContext.Out.WriteLine($"{name}: {reference.Distance(samples):F3}");
            Assert.That(reference.Distance(samples), Is.LessThan(0.1), name);
        }

        Assert.That(reference.Distance(start), Is.GreaterThan(0.2), "what is measured tells noise from moons");
    }

    [Test]
    public void A_table_of_alphas_cumprod_is_a_schedule()
    {
        // Another library's: betas from 0.00085 to 0.012, equally spaced in their roots.
        double[] table = new double[1000];
        double product = 1;
        for (int i = 0; i < table.Length; i++)
            table[i] = product *= 1 - Math.Pow(Math.Sqrt(0.00085) + ((Math.Sqrt(0.012) - Math.Sqrt(0.00085)) * i / 999), 2);
        var schedule = NoiseSchedule.FromAlphasCumprod(table);
        Assert.That(schedule.AlphasCumprod[1..].ToArray(), Is.EqualTo(table));

        var denoiser = new ExactDenoiser<float>(GaussianMixture.TwoPixel, schedule);
        var samples = new DpmSolverSampler<float>(settings: new SamplerSettings { Steps = 25 }).Sample(denoiser, schedule, Start.Draw<float>(Random, [4000, 2, 1]), default, Random);
        var statistics = MixtureStatistics.Of(GaussianMixture.TwoPixel, samples);
        Assert.That(statistics.Modes[0].Weight, Is.EqualTo(0.35).Within(4 * Math.Sqrt(0.35 * 0.65 / 4000)));
        Assert.That(ScheduleKinds.FromJson(schedule.ToJson()).At(123.4), Is.EqualTo(schedule.At(123.4)));
    }

    /// <summary>A schedule of a class: g = cos, S = sin of an angle that rises with the square of the time.</summary>
    private sealed class OwnSchedule(int timesteps) : NoiseSchedule(timesteps)
    {
        public override string Kind => "outside-angle";

        public override string ToJson() => $$"""{"Kind":"outside-angle","Timesteps":{{T}}}""";

        protected override NoiseLevel LevelAt(double t) => new(t, Math.Cos(1.56 * t * t / (T * T)), Math.Sin(1.56 * t * t / (T * T)));

        protected override double TimeAt(double lambda) => T * Math.Sqrt(Math.Atan(Math.Exp(-lambda)) / 1.56);
    }

    /// <summary>Rectified flow written anew.</summary>
    private sealed class OwnFlow : IObjective<float>
    {
        public string Name => "outside-flow";

        public Parameterisation Parameterisation { get; } = new("outside-velocity", _ => (-1, 1));

        public void DrawTimes(NoiseSchedule schedule, RandomStream stream, Span<double> times)
        {
            stream.Uniform(times);
            foreach (ref double t in times)
                t = schedule.T * (1 - t);
        }

        public Variable<float> Loss(TrainingBatch<float> batch) => Autograd.Loss.MeanSquared(batch.Predict(Parameterisation), batch.Target(Parameterisation));
    }

    [Test]
    public void An_objective_of_its_own_gives_the_numbers_of_the_one_that_is_here()
    {
        var schedule = NoiseSchedule.Straight(100);
        var data = new TensorSource<float>(TwoMoons.Draw(1000, 0).Points);
        var own = new Trainer<float>(new OwnNetwork(32), schedule, new OwnFlow(), data, Short with { Iterations = 50 });
        var builtIn = new Trainer<float>(new OwnNetwork(32), schedule, new FlowMatchingObjective<float>(), data, Short with { Iterations = 50 });
        own.Run();
        builtIn.Run();
        Assert.That(own.Losses, Is.EqualTo(builtIn.Losses));

        var (first, second) = (Model<float>.Of(own, new OwnNetwork(32)), Model<float>.Of(builtIn, new OwnNetwork(32)));
        var x = Start.Draw<float>(Random, [10, 2]);
        Assert.That(first.Denoiser.Predict(x, [60]).X0.Span.SequenceEqual(second.Denoiser.Predict(x, [60]).X0.Span));
    }

    /// <summary>A sampler of its own: the second-order step of Adams and Bashforth on d(x/g)/d sigma = eps.</summary>
    private sealed class OwnSampler(SamplerSettings settings) : GridSampler<double>(settings)
    {
        public override string Name => "outside-ab2";

        protected override int History => 2;

        protected override StepSpacing DefaultSpacing => StepSpacing.Karras;

        protected override bool CapsStart => true;

        protected override void Step(SamplingRun<double> run, int i)
        {
            NoiseLevel from = run.Levels[i], to = run.Levels[i + 1];
            double h = to.Rho - from.Rho, before = run.Known > 1 ? h / (2 * (from.Rho - run.PastLevel(1).Rho)) : 0;
            run.Move(to.G / from.G, to.G * h * (1 + before), run.Past().Noise);
            if (before != 0)
                run.Move(1, -to.G * h * before, run.Past(1).Noise);
        }
    }

    [Test]
    public void A_sampler_of_its_own_converges_as_it_should_on_a_schedule_of_its_own()
    {
        var schedule = new OwnSchedule(400);
        var exact = new ExactDenoiser<double>(GaussianMixture.TwoPixel, schedule);
        double from = schedule.TimeOfLambda(-2.5), to = schedule.TimeOfLambda(2);
        var start = schedule.QSample(GaussianMixture.TwoPixel.Sample<double>(40, Random.For(Purpose.Data).At(0)).X0, [from], Random.For(Purpose.Noise).At(0).Normal<double>([40, 2, 1]));
        Tensor<double> Run(ISampler<double> sampler) => sampler.Sample(exact, schedule, start, default, Random);
        SamplerSettings Steps(int n) => new() { Steps = n, StartTime = from, EndTime = to, Spacing = StepSpacing.Karras };
        var truth = Run(new RungeKuttaSampler<double>(Steps(400)));
        double Error(int n) => Run(new OwnSampler(Steps(n))).Span.ToArray().Zip(truth.Span.ToArray(), (a, b) => Math.Abs(a - b)).Max();
        Assert.That(Math.Log2(Error(100) / Error(200)), Is.EqualTo(2).Within(0.3));
        Assert.That(Error(200), Is.LessThan(1e-3));
    }

    private sealed class OwnEntry : SamplerEntry
    {
        public override string Name => "outside-ab2";

        public override string Title => "Adams-Bashforth";

        public override bool IsStochastic => false;

        public override int? Order => 2;

        // The sampler is one of double alone.
        public override ISampler<T> Create<T>(SamplerSettings? settings = null) => (ISampler<T>)(object)new OwnSampler(settings ?? new());
    }

    [Test]
    public void A_model_of_nothing_but_own_parts_goes_through_a_file()
    {
        ScheduleKinds.Register("outside-angle", json => new OwnSchedule(JsonDocument.Parse(json).RootElement.GetProperty("Timesteps").GetInt32()));
        ObjectiveKinds<float>.Register("outside-flow", _ => new OwnFlow());
        Architectures<float>.Register("outside-other", width => new OwnNetwork(int.Parse(width), "outside-other"));
        Samplers.Register(new OwnEntry());

        string file = Path.Combine(TestContext.CurrentContext.WorkDirectory, "own-parts.safetensors");
        var model = new Model<float>(new OwnNetwork(16, "outside-other"), new OwnSchedule(50), new OwnFlow(), Short, "moons");
        ModelFile.Save(file, model);
        var read = ModelFile.Load<float>(file);
        var x = Start.Draw<float>(Random, [10, 2]);
        Assert.That(read.Denoiser.Predict(x, [30]).X0.Span.SequenceEqual(model.Denoiser.Predict(x, [30]).X0.Span));
        Assert.That(Samplers.Find("outside-ab2").Create<double>().EvaluationsFor(read.Schedule), Is.EqualTo(50));
        Assert.That(() => Samplers.Register(new OwnEntry()), Throws.ArgumentException.With.Message.Contains("already"));
    }

    private static IEnumerable<string> Names => Samplers.All.Select(entry => entry.Name).Where(name => name is not "ddpm-optimal" and not "ddpm-learned");

    [TestCaseSource(nameof(Names))]
    public void Steps_one_by_one_give_the_bytes_of_a_whole_run(string name)
    {
        var schedule = NoiseSchedule.Cosine(40);
        var exact = new ClassifierFreeGuidance<float>(new ExactDenoiser<float>(GaussianMixture.TwoPixel, schedule), 1);
        var sampler = Samplers.Find(name).Create<float>(new SamplerSettings { Steps = 9 });
        var start = Start.Draw<float>(Random, [50, 2, 1]);
        var whole = sampler.Sample(exact, schedule, start, 1, Random);
        var run = sampler.Begin(exact, schedule, start, 1, Random);
        int steps = 0;
        while (run.Step())
            Assert.That(run.Index, Is.EqualTo(++steps));
        Assert.That(steps, Is.EqualTo(9));
        Assert.That(run.X.Span.SequenceEqual(whole.Span));
    }

    [Test]
    public void What_is_not_known_is_filled_in()
    {
        var schedule = NoiseSchedule.Cosine(100);
        var exact = new ExactDenoiser<float>(GaussianMixture.TwoPixel, schedule);

        // The left pixel is known: dark (of the first peak) in the first half of the samples, light in the others.
        Tensor<float> known = Tensor<float>.Zeros([200, 2, 1]), mask = Tensor<float>.Zeros([200, 2, 1]);
        for (int i = 0; i < 200; i++)
            (known[i, 0, 0], mask[i, 0, 0]) = (i < 100 ? -0.35f : 0.75f, 1);
        var filled = new Inpainting { Resamplings = 5 }.Sample(new DdpmSampler<float>(), exact, schedule, known, mask, default, Random);
        for (int i = 0; i < 200; i++)
        {
            Assert.That(filled[i, 0, 0], Is.EqualTo(known[i, 0, 0]), "what is known stays");
            Assert.That(filled[i, 1, 0], Is.EqualTo(i < 100 ? 0.65f : -0.45f).Within(0.5f), "the right pixel is that of the same peak");
        }
    }

    [Test]
    public void A_vector_conditions()
    {
        // Points around a centre that the vector names.
        var centres = Random.For(Purpose.Data).At(0).Normal<float>([4000, 3]).Tanh();
        var points = centres[.., ..2] + (0.1f * Random.For(Purpose.Noise).At(0).Normal<float>([4000, 2]));
        var schedule = NoiseSchedule.Cosine(50);
        MlpDenoiser<float> Network() => new(new() { Dimensions = 2, Width = 64, Layers = 2, ConditionFeatures = 3, Timesteps = 50 }, Random);
        var trainer = new Trainer<float>(Network(), schedule, new SimpleObjective<float>(), new TensorSource<float>(points, values: centres), Short);
        trainer.Run();

        var asked = Tensor<float>.From([1, 3], 0.6f, -0.5f, 0);
        var guided = new ClassifierFreeGuidance<float>(Model<float>.Of(trainer, Network()).Denoiser, 0);
        var samples = new DdimSampler<float>().Sample(guided, schedule, Start.Draw<float>(Random, [500, 2]), asked, Random);
        var without = new DdimSampler<float>().Sample(guided, schedule, Start.Draw<float>(Random, [500, 2]), default, Random);
        Assert.That(samples.Mean(0).Span.ToArray(), Is.EqualTo(new[] { 0.6f, -0.5f }).Within(0.12f));
        Assert.That(without.Mean(0).Span.ToArray(), Is.EqualTo(new[] { 0f, 0f }).Within(0.2f));
        Assert.That(samples.Std(0).Span.ToArray(), Is.All.LessThan(0.2f));
        Assert.That(without.Std(0).Span.ToArray(), Is.All.GreaterThan(0.4f), "without the vector they lie everywhere");
    }
}
