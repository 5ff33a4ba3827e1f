using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Guidance;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>The learned variance: its bound against the divergence and the likelihood themselves, its gradients, and its sampler.</summary>
public sealed class LearnedVarianceTests
{
    private static readonly RandomSource Random = new(91);
    private static readonly VariancePreservingSchedule Schedule = NoiseSchedule.Cosine(20);
    private static readonly GaussianMixture Mixture = GaussianMixture.TwoPixel;

    // From the means and variances themselves (DDPM eqs. 6, 7, 11), in terms of x_0, not of the noise.
    [Test]
    public void The_bound_is_the_divergence_and_at_the_first_step_the_likelihood()
    {
        double[] t = [.. Enumerable.Range(1, 20).Select(i => (double)i)];
        var (x0, _) = Mixture.Sample<double>(20, Random.For(Purpose.Data).At(0));
        Tensor<double> noise = Normal(0), predicted = Normal(1), output = Normal(2);
        var xt = Schedule.QSample(x0, t, noise);
        var guess = Parameterisation.Epsilon.ToX0(Schedule, xt, t, predicted);
        double expected = 0;
        for (int i = 0; i < x0.Length; i++)
        {
            var step = Schedule.PosteriorOf(t[i / 2], t[i / 2] - 1);
            double mean = (step.MeanCoefX0 * guess.Span[i]) + (step.MeanCoefXt * xt.Span[i]), truth = (step.MeanCoefX0 * x0.Span[i]) + (step.MeanCoefXt * xt.Span[i]);
            double low = t[i / 2] > 1 ? step.Variance : Schedule.PosteriorOf(2, 1).Variance, f = (output.Span[i] + 1) / 2;
            double v = Math.Pow(step.Beta, f) * Math.Pow(low, 1 - f);
            expected += t[i / 2] > 1
                ? (Math.Log(v / step.Variance) + ((step.Variance + ((truth - mean) * (truth - mean))) / v) - 1) / 2
                : (Math.Log(2 * Math.PI * v) + ((x0.Span[i] - mean) * (x0.Span[i] - mean) / v)) / 2;
        }

        using var tape = Tape<double>.Start();
        double bound = VariationalBound.Of(Schedule, t, noise, predicted, tape.Variable(output, requiresGradient: true)).Value.Span[0];
        Assert.That(bound, Is.EqualTo(expected / x0.Length).Within(1e-9 * Math.Abs(expected)));
    }

    // One t is drawn where the bound is a sum over all.
    [Test]
    public void The_objective_adds_the_bound_times_the_number_of_steps()
    {
        double[] t = [1, 5, 20];
        Tensor<double> x0 = Normal(3).Rows(0, 3), noise = Normal(4).Rows(0, 3);
        var network = new TwoPixelUNet<double>(new() { Timesteps = Schedule.T, LearnsVariance = true }, new RandomSource(7));
        using var tape = Tape<double>.Start();
        var batch = new TrainingBatch<double>(tape, network, Schedule, x0, t, noise, default);
        double Loss(double weight) => ((IObjective<double>)new LearnedVarianceObjective<double>(weight)).Loss(batch).Value.Span[0];
        var (predicted, variance) = batch.PredictWithVariance(Parameterisation.Epsilon);
        double bound = VariationalBound.Of(Schedule, t, noise, predicted.Value, variance).Value.Span[0];
        Assert.That(Loss(2) - Loss(0), Is.EqualTo(2 * Schedule.T * bound).Within(1e-9 * Math.Abs(bound)));
    }

    [Test]
    public void Inference_gives_the_share_of_each_number()
    {
        var network = new TwoPixelUNet<double>(new() { Timesteps = Schedule.T, LearnsVariance = true }, new RandomSource(7));
        Tensor<double> xt = Normal(6), predicted = Tensor<double>.Zeros(xt.Shape), share = Tensor<double>.Zeros(xt.Shape);
        network.Evaluate(xt, [3], default, predicted, share);
        using var tape = Tape<double>.StartInference();
        var (prediction, variance) = network.ForwardWithVariance(tape, xt, [3], default);
        Assert.That(predicted.Span.ToArray(), Is.EqualTo(prediction.Value.Span.ToArray()).Within(1e-12));
        Assert.That(share.Span.ToArray(), Is.EqualTo(variance.Value.Span.ToArray().Select(o => (o + 1) / 2)).Within(1e-12));
    }

    [Test]
    public void The_bound_teaches_the_variance_by_its_slope()
    {
        const double Step = 1e-5;
        double[] t = [.. Enumerable.Range(1, 20).Select(i => (double)i)];
        Tensor<double> noise = Normal(0), predicted = Normal(1), output = Normal(2);
        using var tape = Tape<double>.Start();
        var variance = tape.Variable(output, requiresGradient: true);
        tape.Backward(VariationalBound.Of(Schedule, t, noise, predicted, variance));
        for (int i = 0; i < output.Length; i++)
        {
            double slope = (At(i, Step) - At(i, -Step)) / (2 * Step);
            Assert.That(variance.Gradient!.Span[i], Is.EqualTo(slope).Within(1e-6 * (1 + Math.Abs(slope))));
        }

        double At(int i, double by)
        {
            var moved = output.Clone();
            moved.Span[i] += by;
            using var other = Tape<double>.Start();
            return VariationalBound.Of(Schedule, t, noise, predicted, other.Variable(moved, requiresGradient: true)).Value.Span[0];
        }
    }

    // After the first step Adam's first moment is a tenth of the gradient.
    [Test]
    public void The_bound_gives_the_noise_nothing_to_learn()
    {
        var (plain, heavy) = (Gradients(0), Gradients(1000));
        using (Assert.EnterMultipleScope())
        {
            foreach (string name in plain.Keys.Where(name => name.StartsWith("decoder2.", StringComparison.Ordinal)))
            {
                Assert.That(heavy[name], Is.EqualTo(plain[name]), name);
                Assert.That(plain[name], Has.Some.Not.Zero);
            }

            foreach (string name in plain.Keys.Where(name => name.StartsWith("variance.", StringComparison.Ordinal)))
            {
                Assert.That(plain[name], Is.All.Zero, name);
                Assert.That(heavy[name], Has.Some.Not.Zero, name);
            }
        }

        static Dictionary<string, double[]> Gradients(double weight)
        {
            var network = Learner<double>();
            var trainer = new Trainer<double>(network, Schedule, new LearnedVarianceObjective<double>(weight), new MixtureSource<double>(Mixture), new TrainingConfiguration { Iterations = 1, Batch = 16 });
            trainer.Run();
            Assert.That(trainer.StepsTaken, Is.EqualTo(1), "a run without a callback ends");
            return network.NamedParameters.Zip(trainer.Optimizer.State["exp_avg"]).ToDictionary(pair => pair.First.Name, pair => pair.Second.Span.ToArray());
        }
    }

    // The paper's 0.001 is for bits, and the bound here is in nats: the same product.
    [Test]
    public void The_default_weight_is_the_papers_for_bits()
    {
        Assert.That(LearnedVarianceObjective<double>.DefaultBoundWeight * Math.Log(2), Is.EqualTo(.001).Within(1e-15));
        Assert.That(new LearnedVarianceObjective<double>().BoundWeight, Is.EqualTo(LearnedVarianceObjective<double>.DefaultBoundWeight));
        Assert.That((ObjectiveKinds<double>.Create("learned-variance", new LearnedVarianceObjective<double>(.001).Settings) as LearnedVarianceObjective<double>)?.BoundWeight, Is.EqualTo(.001), "files keep what they were trained with");
    }

    // At skipped steps the range is that of the longer step.
    [Test]
    public void The_ends_of_the_range_are_the_posterior_and_the_upper_variance([Values(ReverseVariance.Posterior, ReverseVariance.Upper)] ReverseVariance variance, [Values(20, 7)] int steps)
    {
        var (start, settings) = (Start.Draw<double>(Random, [50, 2, 1]), new SamplerSettings { Steps = steps });
        TrajectoryRecorder<double> learned = new(), known = new();
        var exact = new ExactDenoiser<double>(Mixture, Schedule);
        var denoiser = new FixedVariance<double>(exact, variance == ReverseVariance.Upper ? 1 : 0);
        _ = new DdpmSampler<double>(settings) { Variance = ReverseVariance.Learned }.Sample(denoiser, Schedule, start, default, Random, learned);
        _ = new DdpmSampler<double>(settings) { Variance = variance }.Sample(exact, Schedule, start, default, Random, known);
        Assert.That(known.States, Has.Count.EqualTo(steps + 1));
        Assert.That(learned.States, Has.Count.EqualTo(known.States.Count));
        for (int i = 0; i < known.States.Count; i++)
            Assert.That(learned.States[i].X.Span.ToArray(), Is.EqualTo(known.States[i].X.Span.ToArray()).Within(1e-10), $"t = {known.States[i].Time}");
    }

    // ln v = f ln beta + (1 - f) ln beta~ of the whole step, written out.
    [TestCase(12, 11)]
    [TestCase(12, 5)]
    public void A_share_of_the_range_is_a_geometric_mean(int from, int to)
    {
        var start = Start.Draw<double>(Random, [30, 2, 1]);
        var exact = new ExactDenoiser<double>(Mixture, Schedule);
        var moved = new DdpmSampler<double>(new SamplerSettings { Times = [from, to] }) { Variance = ReverseVariance.Learned }
            .Sample(new FixedVariance<double>(exact, .3), Schedule, start, default, Random);
        var x0 = exact.Predict(start, [from]).X0;
        var z = Random.For(Purpose.ReverseStep).At(from).Normal<double>(start.Shape);
        double a = Schedule.AlphasCumprod[from], before = Schedule.AlphasCumprod[to], beta = 1 - (a / before), rest = 1 - a;
        double deviation = Math.Sqrt(Math.Pow(beta, .3) * Math.Pow(beta * (1 - before) / rest, .7));
        for (int i = 0; i < start.Length; i++)
        {
            double mean = (Math.Sqrt(before) * beta / rest * x0.Span[i]) + (Math.Sqrt(a / before) * (1 - before) / rest * start.Span[i]);
            Assert.That(moved.Span[i], Is.EqualTo(mean + (deviation * z.Span[i])).Within(1e-12));
        }
    }

    // Guidance moves the mean; the variance is the conditional prediction's, whatever the unconditional one's is.
    [Test]
    public void A_learned_variance_passes_through_guidance()
    {
        var (start, exact) = (Start.Draw<double>(Random, [50, 2, 1]), new ExactDenoiser<double>(Mixture, Schedule));
        var guided = new ClassifierFreeGuidance<double>(new FixedVariance<double>(exact, 1, unlabelled: 0), 1.5);
        var learned = new DdpmSampler<double> { Variance = ReverseVariance.Learned }.Sample(guided, Schedule, start, 1, Random);
        var upper = new DdpmSampler<double> { Variance = ReverseVariance.Upper }.Sample(new ClassifierFreeGuidance<double>(exact, 1.5), Schedule, start, 1, Random);
        Assert.That(learned.Span.ToArray(), Is.EqualTo(upper.Span.ToArray()).Within(1e-10));
        Assert.That(guided.Predict(start, [7], 1).VarianceFraction.Span.ToArray(), Is.All.EqualTo(1));
        Assert.That(guided.Predict(start, [7]).VarianceFraction.Span.ToArray(), Is.All.EqualTo(0));
    }

    [Test]
    public void What_has_no_variance_to_sample_with_is_refused()
    {
        var sampler = new DdpmSampler<float> { Variance = ReverseVariance.Learned };
        TwoPixelUNet<float> network = Learner<float>(), plain = new(new() { Timesteps = 20 }, Random);
        var start = Start.Draw<float>(Random, [4, 2, 1]);
        var data = new MixtureSource<float>(Mixture);
        NetworkDenoiser<float> Denoiser(TwoPixelUNet<float> of) => new(of, Parameterisation.Epsilon, Schedule);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => sampler.Sample(Denoiser(network), Schedule, start, default, Random), Throws.Nothing);
            Assert.That(() => sampler.Sample(Denoiser(plain), Schedule, start, default, Random), Throws.InvalidOperationException.With.Message.Contains("gives no variance"));
            Assert.That(() => NoiseSchedule.Cosine(1).LogVarianceRange(1, 0), Throws.ArgumentException.With.Message.Contains("at least two steps"));
            Assert.That(() => new LearnedVarianceObjective<float>().Check(network, NoiseSchedule.Cosine(1)), Throws.ArgumentException.With.Message.Contains("T = 1"));
            Assert.That(
                () => new Trainer<float>(network, Schedule, new LearnedVarianceObjective<float> { Times = TimeSampling.Continuous }, data, new TrainingConfiguration()),
                Throws.ArgumentException.With.Message.Contains("whole steps"));
            Assert.That(
                () => new Trainer<float>(plain, Schedule, new LearnedVarianceObjective<float>(), data, new TrainingConfiguration()),
                Throws.ArgumentException.With.Message.Contains("no output for the variance"));
        }
    }

    private static TwoPixelUNet<T> Learner<T>()
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> => new(new() { Timesteps = 20, Channels1 = 16, Channels2 = 64, Embedding = 8, LearnsVariance = true }, Random);

    private static Tensor<double> Normal(int draw) => Random.For(Purpose.Noise).At(draw).Normal<double>([20, 2, 1]);
}
