using Diffusion.Data;
using Diffusion.Guidance;
using Diffusion.Likelihood;
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

namespace Diffusion.Outside.Tests.HowTo;

/// <summary>The code of docs/how-to/exact.md.</summary>
public sealed class ExactHowToTests
{
    private static readonly GaussianMixture Mixture = new(
    [
        new MixtureComponent(0.25, mean: [1, 0, -1], sigma: 0.2),
        new MixtureComponent(0.75, mean: [-1, 0.5, 0], covariance: [0.20, 0.10, 0, 0.10, 0.10, 0, 0, 0, 0.05]),
    ]);

    [Test]
    public void A_mixture_has_exact_answers()
    {
        var random = new RandomSource(1);

        var mixture = new GaussianMixture(
        [
            new MixtureComponent(0.25, mean: [1, 0, -1], sigma: 0.2),
            new MixtureComponent(0.75, mean: [-1, 0.5, 0], covariance: [0.20, 0.10, 0, 0.10, 0.10, 0, 0, 0, 0.05]),
        ]);
        var (x0, labels) = mixture.Sample(2000, random.At(0));                    // [N, 3], [N]
        var schedule = NoiseSchedule.Cosine(100);
        var exact = new ExactDenoiser<float>(mixture, schedule);                  // what a perfect network predicts
        var classifier = new ExactClassifier<float>(mixture, schedule);           // the gradient of log p(label | x_t)
        double[] logDensity = new FlowLikelihood().LogDensity(new MixtureDivergence<float>(mixture, schedule), schedule, x0[..20], condition: default);

        // Guided by the exact classifier with scale 1 the denoiser is the conditional one.
        var guided = new ClassifierGuidance<float>(exact, classifier, schedule, scale: 1);
        Assert.That((guided.Predict(x0, [40], labels).X0 - exact.Predict(x0, [40], labels).X0).Abs().Max(), Is.LessThan(1e-3f));

        // The flow's density is that of the data with the little noise of its start.
        var start = mixture.At(schedule.At(new FlowLikelihood().TimesFor(schedule).Start));
        for (int i = 0; i < 20; i++)
            Assert.That(logDensity[i], Is.EqualTo(start.LogDensity([x0[i, 0], x0[i, 1], x0[i, 2]])).Within(0.02));
    }

    [Test]
    public void It_judges_a_network()
    {
        var (random, mixture, schedule) = (new RandomSource(1), Mixture, NoiseSchedule.Cosine(100));
        var model = Train(schedule);

        var ratio = LossRatio.Measure(model.Denoiser, mixture, schedule, random, draws: 20_000)[0];    // of all labels; [1 + y] of label y
        var error = NoiseError.Measure(model.Denoiser, mixture, schedule, random, drawsPerStep: 200)[0];
        var samples = new DdimSampler<float>().Sample(model.Denoiser, schedule, Start.Draw<float>(random, [2000, 3]), default, random);
        double distance = SlicedWasserstein.Between(samples, mixture.Sample(2000, random.At(1)).X0);
        var modes = MixtureStatistics.Of(mixture, samples);
        Console.WriteLine($"loss {ratio.Ratio:F3} ± {ratio.StandardError:F3} of the least, noise off by {error.Overall:F3}");
        Console.WriteLine($"distance {distance:F3}, weights {modes.Modes[0].Weight:F3} and {modes.Modes[1].Weight:F3}, outliers {modes.OutlierShare:P1}");

        // The densities that the network gives to data, beside the exact ones.
        var points = mixture.Sample(20, random.At(2)).X0;
        var likelihood = new FlowLikelihood { Steps = 30 };
        double learned = likelihood.LogDensity(NetworkDivergence<float>.Exact(model.Denoiser), schedule, points, default).Average();
        double known = likelihood.LogDensity(new MixtureDivergence<float>(mixture, schedule), schedule, points, default).Average();
        TestContext.Out.WriteLine($"log p of data {learned:F3}, exactly {known:F3} nats");

        // No network is better than the exact answer; this one is near to it, and the exact one is at it.
        var best = LossRatio.Measure(new ExactDenoiser<float>(mixture, schedule), mixture, schedule, random, draws: 2000)[0];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(best.Ratio, Is.EqualTo(1).Within(1e-9));
            Assert.That(ratio.Ratio, Is.InRange(1 - (3 * ratio.StandardError), 1.3));
            Assert.That(error.Overall, Is.InRange(0.005, 0.3));
            Assert.That(distance, Is.LessThan(0.15));
            Assert.That(learned, Is.EqualTo(known).Within(0.5));
            Assert.That(modes.Modes[0].Weight, Is.EqualTo(0.25).Within(0.1));
        }
    }

    private static Model<float> Train(NoiseSchedule schedule)
    {
        MlpDenoiser<float> Network() => new(new() { Dimensions = 3, Width = 64, Layers = 2, Classes = 2, Timesteps = schedule.T }, new RandomSource(1));
        var trainer = new Trainer<float>(Network(), schedule, new SimpleObjective<float>(Parameterisation.V) { Times = TimeSampling.Continuous }, new MixtureSource<float>(Mixture), new() { Iterations = 800, Batch = 256, LearningRate = 5e-3, Ema = 0.98 });
        trainer.Run();
        return Model<float>.Of(trainer, Network());
    }
}
