using Diffusion.Data;
using Diffusion.Metrics;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests.Metrics;

/// <summary>Controls: what knows its data by heart is said to, what knows the distribution is not, and where no one can tell nothing is said.</summary>
public sealed class MemorisationTests
{
    private static readonly RandomSource Random = new(3);
    private static readonly GaussianMixture Mixture = GaussianMixture.TwoPixel;
    private static readonly NoiseSchedule Schedule = NoiseSchedule.VarianceExploding(1000);

    private static readonly double[] Times = [.. new[] { .005, .02, .05, .07, .1, .15, 1, 20 }.Select(rho => Schedule.AtRho(rho).Time)];

    [Test]
    public void The_ideal_denoiser_has_memorised_and_the_exact_one_has_learned([Values] bool exactIsKnown, [Values(16, 200)] int points, [Values(1, 2)] int seed)
    {
        var random = new RandomSource((ulong)seed);
        var data = Data(points, random, exactIsKnown);
        var found = Memorisation.Measure(data, Schedule, Times, random, [data.IdealOfTraining, new ExactDenoiser<float>(Mixture, Schedule), data.IdealOfHeldOut]);

        // Without the exact denoiser on the same draws chance weighs more: something is told up to less noise.
        int told = exactIsKnown ? 2 : 1;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Words(found[0])[..told], Is.All.EqualTo(MemorisationVerdict.Memorised));
            Assert.That(Words(found[0])[told..], Is.All.AnyOf(MemorisationVerdict.Memorised, MemorisationVerdict.NotToldApart));
            Assert.That(Words(found[1])[..told], Is.All.EqualTo(MemorisationVerdict.NotByHeart));
            Assert.That(Words(found[1])[told..], Is.All.AnyOf(MemorisationVerdict.NotByHeart, MemorisationVerdict.NotToldApart));

            // Through so much noise all points look alike, and nothing is said of either.
            Assert.That(found.Take(2).Select(each => Words(each)[^1]), Is.All.EqualTo(MemorisationVerdict.NotToldApart));
            Assert.That((found[0].Verdict, found[1].Verdict), Is.EqualTo((MemorisationVerdict.Memorised, MemorisationVerdict.NotByHeart)));

            // What knows the other half by heart is the opposite: a negative share.
            Assert.That(found[2].Times[0].Share.Mean, Is.LessThan(0));
            Assert.That(found[0].Times.Select(time => time.Share.Mean), Is.All.EqualTo(1).Within(1e-9));
            Assert.That(found[0].Times.Select(time => time.Differences.IdealOfTraining), Is.All.Zero);
            Assert.That(found[1].Times.Select(time => time.Differences.Exact ?? 0), Is.All.Zero);
            Assert.That(found[0].Answer("the network"), Does.StartWith("The network knows its training data by heart: by heart at t = "));
            Assert.That(found[1].Answer("the network"), Does.StartWith("The network does not know its training data by heart: not by heart at t =").And.Contain("not told apart at t ="));
        }
    }

    // What leaves the noise where it is has learned nothing, and is told from what has learned by its errors, not by its verdict.
    [Test]
    public void A_denoiser_that_learned_nothing_is_not_said_to_have_learned()
    {
        var data = Data(200, Random, exactIsKnown: true);
        var nothing = new DenoiserOf<float>(Schedule, Parameterisation.X0, (xt, _, _, x0) => x0.CopyFrom(xt));
        var found = Memorisation.Measure(data, Schedule, Times[..3], Random, [nothing, data.Exact!]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Select(each => each.Verdict), Is.All.EqualTo(MemorisationVerdict.NotByHeart));
            Assert.That(found[0].Answer("it"), Does.StartWith("It does not know its training data by heart").And.Not.Contain("learned"));
            Assert.That(found[0].Times[2].Denoiser.HeldOut, Is.GreaterThan(1.1 * found[1].Times[2].Denoiser.HeldOut));
            Assert.That(() => found[0].Answer(""), Throws.ArgumentException);
        }
    }

    // The mean of both is half as far, at every time at which something can be told.
    [Test]
    public void A_denoiser_between_the_two_is_found_between()
    {
        var data = Data(512, Random, exactIsKnown: true);
        IDenoiser<float> Between(double share) => new DenoiserOf<float>(Schedule, Parameterisation.X0, (xt, t, condition, x0) =>
        {
            x0.CopyFrom(data.Exact!.Predict(xt, t, condition).X0);
            var ideal = data.IdealOfTraining.Predict(xt, t, condition).X0;
            for (int i = 0; i < x0.Length; i++)
                x0.Span[i] += (float)share * (ideal.Span[i] - x0.Span[i]);
        });
        var found = Memorisation.Measure(data, Schedule, Times[..3], Random, [Between(.1), Between(.35), Between(.9), Between(0)]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found[0].Times[1].Verdict, Is.EqualTo(MemorisationVerdict.NotByHeart));
            Assert.That(found[1].Times[1].Verdict, Is.EqualTo(MemorisationVerdict.InPart));
            Assert.That(found[2].Times[1].Verdict, Is.EqualTo(MemorisationVerdict.Memorised));

            // Of two halves of one size what knows neither is as far from the one's ideal as from the other's.
            var learned = found[3].Times[1].Differences;
            Assert.That(learned.IdealOfTraining / learned.IdealOfHeldOut, Is.EqualTo(1).Within(.2));
            Assert.That(found[2].Times[1].Differences.IdealOfTraining, Is.LessThan(.1 * found[2].Times[1].Differences.IdealOfHeldOut));
        }
    }

    // Overtrained on sixteen points, and the same network trained as long on fresh points of the mixture.
    [Test]
    public void A_network_that_sees_few_points_learns_them_by_heart()
    {
        var data = Data(16, Random, exactIsKnown: true);
        var objective = new EdmObjective<float>(Math.Sqrt(Mixture.VariancePerPixel));
        NetworkDenoiser<float> Trained(IDataSource<float> source)
        {
            var network = new MlpDenoiser<float>(new() { Dimensions = 2, Timesteps = Schedule.T, Width = 64 }, Random);
            var trainer = new Trainer<float>(network, Schedule, objective, source, new() { Iterations = 3000, Batch = 64, LearningRate = 1e-2, Ema = .99, LabelDropout = 1 });
            trainer.Run();
            trainer.Average.CopyTo(network);
            return new(network, Parameterisation.Edm(Math.Sqrt(Mixture.VariancePerPixel)), Schedule);
        }

        var found = Memorisation.Measure(data, Schedule, Times, Random, [Trained(new TensorSource<float>(data.Training)), Trained(new PointsAlone(new MixtureSource<float>(Mixture)))]);
        TestContext.Out.WriteLine(found[0].Answer("few points"));
        TestContext.Out.WriteLine(found[1].Answer("fresh points"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found[0].Verdict, Is.EqualTo(MemorisationVerdict.Memorised));
            Assert.That(found[1].Verdict, Is.EqualTo(MemorisationVerdict.NotByHeart));
            Assert.That(found[0].Times[4].Denoiser.Training, Is.LessThan(.8 * found[0].Times[4].Denoiser.HeldOut));
        }
    }

    [Test]
    public void Errors_are_those_of_the_textbook()
    {
        var data = Data(40, Random, exactIsKnown: true) with { Draws = 1, Batch = 7 };
        var found = Memorisation.Measure(data, Schedule, [Times[4]], Random, [data.IdealOfHeldOut])[0].Times[0];
        var noise = Tensor<float>.Uninitialized(data.HeldOut.Shape);
        Random.For(Purpose.Metrics).At(1).Normal(noise.Span, 2);
        var xt = Schedule.QSample(data.HeldOut, [Times[4]], noise);
        Tensor<float> x0 = data.IdealOfHeldOut.Predict(xt, [Times[4]]).X0, other = data.IdealOfTraining.Predict(xt, [Times[4]]).X0;
        double Mean(Tensor<float> x, Tensor<float> y) => Enumerable.Range(0, x.Length).Average(i => Math.Pow(x.Span[i] - (double)y.Span[i], 2));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Denoiser.HeldOut, Is.EqualTo(Mean(x0, data.HeldOut)).Within(1e-9));
            Assert.That(found.IdealOfTraining.HeldOut, Is.EqualTo(Mean(other, data.HeldOut)).Within(1e-9));
            Assert.That(found.Denoiser, Is.EqualTo(found.IdealOfHeldOut));
            Assert.That(found.Rho, Is.EqualTo(.1).Within(1e-9));
        }
    }

    [Test]
    public void Bad_input_is_named()
    {
        var data = Data(4, Random, exactIsKnown: false);
        Func<object> Measure(MemorisationData<float> given, params double[] times) => () => Memorisation.Measure(given, Schedule, times, Random, [given.IdealOfTraining]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Measure(data), Throws.ArgumentException.With.Message.Contains("No time"));
            Assert.That(Measure(data, 0), Throws.ArgumentException.With.Message.Contains("time is 0"));
            Assert.That(Measure(data, 1001), Throws.ArgumentException.With.Message.Contains("1001"));
            Assert.That(Measure(data with { HeldOut = data.HeldOut.Rows(0, 1) }, 1), Throws.ArgumentException.With.Message.Contains("1 held-out"));
            Assert.That(Measure(data with { HeldOut = Tensor<float>.Zeros([3, 5]) }, 1), Throws.ArgumentException.With.Message.Contains("5 dimensions"));
            Assert.That(Measure(data with { TrainingCondition = new[] { 1, 2 } }, 1), Throws.ArgumentException.With.Message.Contains("2 labels"));
            Assert.That(() => data with { Draws = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }

    private static MemorisationVerdict[] Words(Memorisation found) => [.. found.Times.Select(time => time.Verdict)];

    // Data at 0 leave the noise alone to be seen.
    [Test]
    public void No_two_draws_have_the_same_noise()
    {
        var data = MemorisationData<float>.Of(Tensor<float>.Zeros([2, 1]), Tensor<float>.Zeros([2, 1]), Schedule) with { Draws = 5, HeldOutDraws = 5 };
        var seen = new List<float>();
        var done = new List<int>();
        var watched = new DenoiserOf<float>(Schedule, Parameterisation.X0, (xt, _, _, x0) =>
        {
            seen.AddRange(xt.Span);
            x0.Span.Clear();
        });
        _ = Memorisation.Measure(data, Schedule, [Times[4], Times[5]], Random, [watched], done.Add);
        Assert.That(seen, Has.Count.EqualTo(40).And.Unique);
        Assert.That(done, Is.EqualTo((int[])[1, 2]));
    }

    private static MemorisationData<float> Data(int points, RandomSource random, bool exactIsKnown) =>
        MemorisationData<float>.Of(Mixture.Sample<float>(points, random.For(Purpose.Data).At(1)).X0, Mixture.Sample<float>(Math.Max(512, points), random.For(Purpose.Data).At(2)).X0, Schedule)
            with
        { Exact = exactIsKnown ? new ExactDenoiser<float>(Mixture, Schedule) : null, Draws = Math.Max(2, 512 / points) };

    // The network has no classes.
    private sealed class PointsAlone(IDataSource<float> inner) : IDataSource<float>
    {
        public string Description => inner.Description;

        public int Classes => 0;

        public Shape BatchShape(int size) => inner.BatchShape(size);

        public void Fill(Tensor<float> x0, Span<int> labels, Tensor<float>? values, StepRandom random)
        {
            inner.Fill(x0, labels, values, random);
            labels.Fill(DenoiserArguments.NoLabel);
        }
    }
}
