using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>Objectives of Gaussian data, of which the best loss is known; the levels that they draw; and how they are written in files.</summary>
public sealed class ObjectiveTests
{
    private const int Count = 40_000;

    private static readonly RandomSource Random = new(85);

    private static readonly IObjective<double>[] Objectives =
    [
        new SimpleObjective<double>(),
        new SimpleObjective<double>(Parameterisation.V) { Times = TimeSampling.Continuous },
        new SimpleObjective<double>(Parameterisation.X0),
        new MinSnrObjective<double>(5, Parameterisation.V),
        new FlowMatchingObjective<double>(),
        new EdmObjective<double>(),
    ];

    // The exact answer loses what nobody can know, at every level: its loss is the mean of that over the levels that were drawn.
    [Test]
    public void The_exact_answer_loses_the_floor([ValueSource(nameof(Objectives))] IObjective<double> objective, [ValueSource(typeof(TestSchedules), nameof(TestSchedules.All))] NoiseSchedule schedule)
    {
        var (loss, levels) = LossOf(objective, schedule, GaussianNetwork.Mean);
        double[] floors = Array.ConvertAll(levels, level => GaussianNetwork.Floor(objective.Parameterisation, level) * (objective is MinSnrObjective<double> weighted ? weighted.WeightAt(level) : 1));

        // Squares of Gaussian errors of these variances: four standard errors of their mean.
        double within = 4 * Math.Sqrt(2 * floors.Average(floor => floor * floor) / Count);
        TestContext.Out.WriteLine($"{objective.Name}, {schedule.Kind}: {loss:F5}, floor {floors.Average():F5} ± {within:F5}");
        Assert.That(loss, Is.EqualTo(floors.Average()).Within(within));
    }

    // On the straight line the floor d²/(g²d² + S²) has the mean pi d/2 over all times.
    [Test]
    public void The_floor_of_flow_matching_is_known()
    {
        var (loss, _) = LossOf(new FlowMatchingObjective<double>(), NoiseSchedule.Straight(100), GaussianNetwork.Mean);
        Assert.That(loss, Is.EqualTo(Math.PI * GaussianNetwork.Deviation / 2).Within(.02));
    }

    // A network of EDM is asked for an output of variance 1, of which nothing can be known where the data's mean is 0: it says 0, and loses 1.
    [Test]
    public void An_output_of_EDM_of_Gaussian_data_is_unknown_at_every_level()
    {
        foreach (var schedule in TestSchedules.All)
        {
            foreach (double t in TestSchedules.TimesOf(schedule).Where(t => t > 0))
                Assert.That(GaussianNetwork.Floor(Parameterisation.Edm(GaussianNetwork.Deviation), schedule.At(t)), Is.EqualTo(1).Within(1e-12));
        }

        var (loss, _) = LossOf(new EdmObjective<double>(GaussianNetwork.Deviation), NoiseSchedule.VarianceExploding(), GaussianNetwork.Mean);
        Assert.That(loss, Is.EqualTo(1).Within(4 * Math.Sqrt(2.0 / Count)));
    }

    // Data of another mean by e are off by D (1 - g²d²/V) e/S = D S e/V in q, besides the floor: the loss is not the least for anything.
    [Test]
    public void A_wrong_answer_loses_more_as_much_as_it_is_wrong()
    {
        var schedule = NoiseSchedule.Straight(50);
        var (loss, levels) = LossOf(new FlowMatchingObjective<double>(), schedule, GaussianNetwork.Mean + .4);
        double expected = levels.Average(level =>
        {
            double v = (level.A * .25) + level.B, error = (level.G + level.S) * level.S * .4 / v;
            return GaussianNetwork.Floor(Parameterisation.Flow, level) + (error * error);
        });
        Assert.That(loss, Is.EqualTo(expected).Within(.03));
        Assert.That(expected, Is.GreaterThan((Math.PI / 4) + .1));
    }

    // arXiv:2206.00364, table 1: ln sigma is normal of mean -1.2 and deviation 1.2.
    [TestCase(-1.2, 1.2)]
    [TestCase(.3, .5)]
    public void EDM_draws_log_normal_levels(double mean, double deviation)
    {
        var schedule = NoiseSchedule.VarianceExploding();
        double[] logs = [.. Drawn(new EdmObjective<double>(.5, mean, deviation), schedule).Select(level => Math.Log(level.Rho))];
        double found = logs.Average(), spread = Math.Sqrt(logs.Average(log => (log - found) * (log - found)));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found, Is.EqualTo(mean).Within(4 * deviation / Math.Sqrt(Count)));
            Assert.That(spread, Is.EqualTo(deviation).Within(4 * deviation / Math.Sqrt(2.0 * Count)));
            foreach (var (z, share) in ((double, double)[])[(-1, .158655), (0, .5), (2, .977250)])
                Assert.That(logs.Count(log => log < mean + (z * deviation)) / (double)Count, Is.EqualTo(share).Within(4 * Math.Sqrt(share * (1 - share) / Count)));
        }
    }

    // What lies beyond the noisiest level is taken there: of the mean 0 and a schedule that ends at sigma = 1, half of all.
    [Test]
    public void Levels_beyond_the_last_one_are_the_last_one()
    {
        var levels = Drawn(new EdmObjective<double>(.5, 0, 1), NoiseSchedule.VarianceExploding(100, .01, 1));
        Assert.That(levels.Count(level => level.Time == 100) / (double)Count, Is.EqualTo(.5).Within(4 * .5 / Math.Sqrt(Count)));
        Assert.That(levels, Is.All.Matches<NoiseLevel>(level => level.Time is > 0 and <= 100));
    }

    [Test]
    public void Times_are_whole_steps_or_real_ones()
    {
        var schedule = NoiseSchedule.Cosine(10);
        double[] whole = [.. Drawn(new SimpleObjective<double>(), schedule).Select(level => level.Time)], real = [.. Drawn(new FlowMatchingObjective<double>(), schedule).Select(level => level.Time)];
        for (int t = 1; t <= 10; t++)
        {
            Assert.That(whole.Count(time => time == t) / (double)Count, Is.EqualTo(.1).Within(4 * .3 / Math.Sqrt(Count)));
            Assert.That(real.Count(time => time > t - 1 && time <= t) / (double)Count, Is.EqualTo(.1).Within(4 * .3 / Math.Sqrt(Count)));
        }

        Assert.That(real.Count(double.IsInteger), Is.LessThan(10));
    }

    [Test]
    public void Settings_make_the_objective_again()
    {
        IObjective<double>[] all =
        [
            .. Objectives,
            new SimpleObjective<double>(Parameterisation.Flow) { Loss = LossKind.Huber, Times = TimeSampling.Continuous },
            new EdmObjective<double>(1.5, .25, 2) { Loss = LossKind.L1 },
            new FlowMatchingObjective<double> { Loss = LossKind.Huber },
            new LearnedVarianceObjective<double>(.01) { Loss = LossKind.L1 },
            new DistillationObjective<double>(new NetworkDenoiser<double>(new MlpDenoiser<double>(new() { Dimensions = 1, Width = 2, Timesteps = 8 }, Random), Parameterisation.Flow, NoiseSchedule.Straight(8)), 4),
        ];
        foreach (var objective in all)
        {
            var read = ObjectiveKinds<double>.Create(objective.Name, objective.Settings);
            Assert.That((read.GetType(), read.Settings, read.Parameterisation), Is.EqualTo((objective.GetType(), objective.Settings, objective.Parameterisation)));
            Assert.That((read as SimpleObjective<double>)!.Loss, Is.EqualTo(((SimpleObjective<double>)objective).Loss), objective.Name);
            Assert.That(ObjectiveKinds<double>.Names, Does.Contain(objective.Name));
        }

        var untaught = ObjectiveKinds<double>.Create("distillation", all[^1].Settings);
        Assert.That(() => untaught.Check(new GaussianNetwork(NoiseSchedule.Straight(8), Parameterisation.Flow), NoiseSchedule.Straight(8)), Throws.ArgumentException.With.Message.Contains("which has no teacher"));
    }

    [Test]
    public void What_is_no_objective_is_refused()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => ObjectiveKinds<double>.Create("score", "{}"), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("no objective 'score'").And.Message.Contains("flow-matching").And.Message.Contains("ObjectiveKinds<double>.Register(name, settings => objective)"));
            Assert.That(() => ObjectiveKinds<double>.Create("simple", """{"Weight":1}"""), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'simple' cannot be read"));
            Assert.That(() => ObjectiveKinds<double>.Create("min-snr", """{"Gamma":-1}"""), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("Gamma is -1"));
            Assert.That(() => ObjectiveKinds<double>.Create("simple", ""), Throws.InstanceOf<InvalidDataException>());
            Assert.That(() => new EdmObjective<double>(0), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("sigma_data is 0"));
            Assert.That(() => new EdmObjective<double>(1, double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("mean of ln sigma is NaN"));
            Assert.That(() => new EdmObjective<double>(1, 0, 0), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("standard deviation of ln sigma is 0"));
            Assert.That(
                () => new EdmObjective<double> { Times = TimeSampling.Discrete }.Check(new GaussianNetwork(NoiseSchedule.Straight(8), Parameterisation.Flow), NoiseSchedule.Straight(8)),
                Throws.ArgumentException.With.Message.Contains("Times cannot be Discrete"));
            Assert.That(() => new SimpleObjective<double> { Times = (TimeSampling)7 }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Discrete, Continuous"));
            Assert.That(() => new SimpleObjective<double> { Loss = (LossKind)7 }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("L2, L1, Huber"));
            Assert.That(() => new LearnedVarianceObjective<double>(-1), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("BoundWeight is -1"));
            Assert.That(() => new LearnedVarianceObjective<double>().Check(new TwoPixelUNet<double>(new() { Timesteps = 8, LearnsVariance = true }, Random), NoiseSchedule.Cosine(8).WithZeroTerminalSnr()), Throws.ArgumentException.With.Message.Contains("pure noise"));
        }
    }

    [Test]
    public void A_batch_whose_parts_do_not_fit_together_is_refused()
    {
        var schedule = NoiseSchedule.Cosine(8);
        using var tape = Tape<double>.StartInference();
        var network = new GaussianNetwork(schedule, Parameterisation.Epsilon);
        foreach (var (data, noise, times) in (IEnumerable<(Shape, Shape, int)>)[([2, 1], [2, 2], 2), ([2, 1], [1, 2], 2), ([2, 1], [2, 1], 3), ([2, 1], [2, 1], 1)])
        {
            Assert.That(
                () => new TrainingBatch<double>(tape, network, schedule, Tensor<double>.Zeros(data), Enumerable.Repeat(1.0, times).ToArray(), Tensor<double>.Zeros(noise), default),
                Throws.ArgumentException.With.Message.Contains($"shape {data}, the noise {noise}, and there are {times} times"));
        }
    }

    // A batch of the objective's times, of data of some mean, shown to the network that expects the Gaussian's.
    private static (double Loss, NoiseLevel[] Levels) LossOf(IObjective<double> objective, NoiseSchedule schedule, double mean)
    {
        double[] times = new double[Count];
        objective.DrawTimes(schedule, Random.For(Purpose.Time).At(0), times);
        var x0 = Tensor<double>.Zeros([Count, 1]);
        new GaussianSource(mean).Fill(x0, new int[Count], null, Random.At(0));
        using var tape = Tape<double>.StartInference();
        var noise = Random.For(Purpose.Noise).At(0).Normal<double>([Count, 1]);
        var batch = new TrainingBatch<double>(tape, new GaussianNetwork(schedule, objective.Parameterisation), schedule, x0, times, noise, default);
        return (objective.Loss(batch).Value.ToScalar(), batch.Levels.ToArray());
    }

    private static NoiseLevel[] Drawn(IObjective<double> objective, NoiseSchedule schedule)
    {
        double[] times = new double[Count];
        objective.DrawTimes(schedule, Random.For(Purpose.Time).At(1), times);
        return Array.ConvertAll(times, schedule.At);
    }
}
