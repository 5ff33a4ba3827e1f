using Diffusion.Autograd;
using Diffusion.Data;
using Diffusion.Guidance;
using Diffusion.Models;
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
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(20);
    private static readonly GaussianMixture Mixture = GaussianMixture.TwoPixel;

    // From the means and variances themselves (DDPM eqs. 6, 7, 11), in terms of x_0, not of the noise.
    [Test]
    public void The_bound_is_the_divergence_and_at_the_first_step_the_likelihood()
    {
        double[] t = [.. Enumerable.Range(1, 20).Select(i => (double)i)];
        var (x0, _) = Mixture.Sample<double>(20, Random.For(Purpose.Data).At(0));
        Tensor<double> noise = Normal(0), predicted = Normal(1), output = Normal(2);
        var xt = Schedule.QSample(x0, t, noise);
        var guess = Schedule.PredictX0FromNoise(xt, t, predicted);
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
            var trainer = new Trainer<double>(network, Schedule, new MixtureSource<double>(Mixture), new TrainingConfiguration { Iterations = 1, Batch = 16, BoundWeight = weight });
            trainer.Run();
            Assert.That(trainer.StepsTaken, Is.EqualTo(1), "a run without a callback ends");
            return network.NamedParameters.Zip(trainer.Optimizer.State["exp_avg"]).ToDictionary(pair => pair.First.Name, pair => pair.Second.Span.ToArray());
        }
    }

    [TestCase(0, ReverseVariance.Posterior)]
    [TestCase(1, ReverseVariance.Upper)]
    public void The_ends_of_the_range_are_the_posterior_and_the_upper_variance(double fraction, ReverseVariance variance)
    {
        var start = Start.Draw<double>(Random, [50, 2, 1]);
        TrajectoryRecorder<double> learned = new(), known = new();
        var exact = new ExactDenoiser<double>(Mixture, Schedule);
        _ = new DdpmSampler<double>(new DdpmSettings { Variance = ReverseVariance.Learned }).Sample(new FixedVariance(exact, fraction), Schedule, start, [], Random, learned);
        _ = new DdpmSampler<double>(new DdpmSettings { Variance = variance }).Sample(exact, Schedule, start, [], Random, known);
        Assert.That(learned.States, Has.Count.EqualTo(known.States.Count));
        for (int i = 0; i < known.States.Count; i++)
            Assert.That(learned.States[i].X.Span.ToArray(), Is.EqualTo(known.States[i].X.Span.ToArray()).Within(1e-10), $"t = {known.States[i].Time}");
    }

    [Test]
    public void What_has_no_variance_to_sample_with_is_refused()
    {
        var sampler = new DdpmSampler<float>(new DdpmSettings { Variance = ReverseVariance.Learned });
        var network = Learner<float>();
        var start = Start.Draw<float>(Random, [4, 2, 1]);
        var half = new DdpmSampler<float>(new DdpmSettings { Variance = ReverseVariance.Learned, Steps = 10 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => sampler.Sample(network, Schedule, start, [], Random), Throws.Nothing);
            Assert.That(() => sampler.Sample(new ClassifierFreeGuidance<float>(network, 1), Schedule, start, [0], Random), Throws.ArgumentException);
            Assert.That(() => sampler.Sample(new TwoPixelUNet<float>(new() { Timesteps = 20 }, Random), Schedule, start, [], Random), Throws.InstanceOf<Exception>());
            Assert.That(() => half.Sample(network, Schedule, start, [], Random), Throws.ArgumentException.With.Message.Contains("single whole steps"));
            Assert.That(() => VariationalBound.Range(NoiseSchedule.Cosine(1), 1), Throws.ArgumentException.With.Message.Contains("T = 1"));
            foreach (var bad in (TrainingConfiguration[])[new() { Parameterisation = Parameterisation.V }, new() { Times = TimeSampling.Continuous }])
                Assert.That(() => new Trainer<float>(network, Schedule, new MixtureSource<float>(Mixture), bad), Throws.ArgumentException.With.Message.Contains("whole steps"));
        }
    }

    private static TwoPixelUNet<T> Learner<T>()
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> => new(new() { Timesteps = 20, Channels1 = 16, Channels2 = 64, Embedding = 8, LearnsVariance = true }, Random);

    private static Tensor<double> Normal(int draw) => Random.For(Purpose.Noise).At(draw).Normal<double>([20, 2, 1]);
}

/// <summary>A denoiser whose variance is the same share of its range everywhere.</summary>
internal sealed class FixedVariance(IDenoiser<double> inner, double share) : ILearnedVariance<double>
{
    public void PredictNoise(Tensor<double> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels, Tensor<double> noise) => inner.PredictNoise(xt, t, labels, noise);

    public void PredictNoiseAndVariance(Tensor<double> xt, ReadOnlySpan<double> t, ReadOnlySpan<int> labels, Tensor<double> noise, Tensor<double> fraction)
    {
        inner.PredictNoise(xt, t, labels, noise);
        fraction.Span.Fill(share);
    }
}
