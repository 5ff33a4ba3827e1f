using Diffusion.Data;
using Diffusion.Guidance;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>Guidance of either kind against the exact guided score, and its extras against their formulas.</summary>
public sealed class GuidanceTests
{
    private static readonly RandomSource Random = new(51);
    private static readonly VariancePreservingSchedule Schedule = NoiseSchedule.Cosine(50);
    private static readonly GaussianMixture Mixture = GaussianMixture.TwoPixel;
    private static readonly ExactDenoiser<double> Exact = new(Mixture, Schedule);
    private static readonly ExactClassifier<double> Classifier = new(Mixture, Schedule);
    private static readonly DenoiserOf<double> ByLabel = new(Schedule, Parameterisation.Epsilon, (xt, _, condition, noise) =>
    {
        for (int i = 0; i < xt.Length; i++)
            noise.Span[i] = Math.Sin(xt.Span[i]) + (condition.HasLabels ? .1 * Math.Cos(3 * i) : .05);
    });

    // MATH 7: grad log p(x) + (w + 1) grad log p(y | x) = (w + 1) grad log p(x | y) - w grad log p(x), times -S.
    [Test]
    public void Both_kinds_of_guidance_are_the_exact_guided_score([Values(-.5, 0, 1, 4)] double w)
    {
        var (x, t, labels) = Noisy(400);
        var free = Predict(new ClassifierFreeGuidance<double>(Exact, w), x, t, labels);
        var classifier = Predict(new ClassifierGuidance<double>(Exact, Classifier, Schedule, w + 1), x, t, labels);
        var conditional = Predict(new ClassifierGuidance<double>(Exact, Classifier, Schedule, w) { IsConditional = true }, x, t, labels);
        for (int i = 0; i < labels.Length; i++)
        {
            double a = Schedule.AlphaCumprodAt(t[i]), s = Math.Sqrt(1 - a);
            var (all, own) = (Mixture.At(a).Score(x[i, 0, 0], x[i, 1, 0]), Mixture.Conditional(labels[i]).At(a).Score(x[i, 0, 0], x[i, 1, 0]));
            double left = -s * (((w + 1) * own.Left) - (w * all.Left)), right = -s * (((w + 1) * own.Right) - (w * all.Right));
            foreach (var guided in (Tensor<double>[])[free, classifier, conditional])
            {
                Assert.That(guided[i, 0, 0], Is.EqualTo(left).Within(1e-11));
                Assert.That(guided[i, 1, 0], Is.EqualTo(right).Within(1e-11));
            }
        }
    }

    // One time and one label for all are those of each, and without a label there is no guidance.
    [Test]
    public void Classifier_guidance_takes_labels_and_times_in_every_form()
    {
        var (x, t, _) = Noisy(20);
        var guided = new ClassifierGuidance<double>(Exact, Classifier, Schedule, 2);
        var one = Predict(guided, x, [7], 1);
        Assert.That(Predict(guided, x, Enumerable.Repeat(7.0, 20).ToArray(), Enumerable.Repeat(1, 20).ToArray()).Span.ToArray(), Is.EqualTo(one.Span.ToArray()));
        var plain = Predict(Exact, x, t);
        Assert.That(Predict(guided, x, t).Span.SequenceEqual(plain.Span));
        Assert.That(Predict(guided, x, t, -1).Span.SequenceEqual(plain.Span));
        int[] mixed = [.. Enumerable.Range(0, 20).Select(i => i == 3 ? 0 : -1)];
        var some = Predict(guided, x, t, mixed);
        for (int i = 0; i < 20; i++)
            Assert.That(some[i, 0, 0] == plain[i, 0, 0], Is.EqualTo(i != 3));
    }

    [Test]
    public void Guided_samplers_come_to_the_asked_peak()
    {
        var schedule = Schedule;
        var guided = new ClassifierGuidance<float>(new ExactDenoiser<float>(Mixture, schedule), new ExactClassifier<float>(Mixture, schedule), schedule, 1);
        foreach (string name in (string[])["ddpm", "ddim", "deis3", "dpm++2m-sde", "heun"])
        {
            var x = Samplers.Find(name).Create<float>(new SamplerSettings { Steps = 20 }).Sample(guided, schedule, Start.Draw<float>(Random, [100, 2, 1]), 0, Random);
            for (int i = 0; i < 100; i++)
                Assert.That(x[i, 1, 0], Is.EqualTo(.65f).Within(.6f), name);
        }
    }

    // The network is trained a little, by our own gradients, and must agree with the exact responsibilities; its gradient with differences.
    [Test]
    public void A_trained_classifier_tells_the_labels_of_noisy_pixels()
    {
        var network = new TwoPixelClassifier<double>(2, Schedule.T, Random, features: 32);
        var trainer = new NoisyClassifierTrainer<double>(network, Schedule, new MixtureSource<double>(Mixture), new TrainingConfiguration { Iterations = 400, Batch = 128, LearningRate = 5e-3, Ema = .98, Seed = 5 });
        trainer.Run();
        trainer.Average.CopyTo(network);
        var (x, t, labels) = Noisy(2000);
        var logs = network.LogProbabilities(x, t);
        double cross = 0, best = 0, difference = 0;
        double[] r = new double[2];
        for (int i = 0; i < labels.Length; i++)
        {
            Mixture.At(Schedule.AlphaCumprodAt(t[i])).Responsibilities(x[i, 0, 0], x[i, 1, 0], r);
            cross -= logs[i, labels[i]] / labels.Length;
            best -= Math.Log(r[labels[i]]) / labels.Length;
            difference += Math.Abs(Math.Exp(logs[i, 0]) - r[0]) / labels.Length;
        }

        TestContext.Out.WriteLine($"cross-entropy {cross:F4}, least {best:F4}, mean difference of p {difference:F4}, losses {trainer.Losses[0]:F3} to {trainer.Losses[^1]:F3}");
        Assert.That(cross, Is.LessThan(best + .03));
        Assert.That(difference, Is.LessThan(.05));

        var gradient = Tensor<double>.Uninitialized(x.Shape);
        network.LogProbabilityGradient(x, t, labels, gradient);
        Assert.That(network.Parameters.All(parameter => parameter.Gradient is null), "the weights keep no gradient");
        foreach (int pixel in (int[])[0, 1])
        {
            const double Step = 1e-5;
            Tensor<double> up = x.Clone(), down = x.Clone();
            for (int i = 0; i < labels.Length; i++)
                (up[i, pixel, 0], down[i, pixel, 0]) = (x[i, pixel, 0] + Step, x[i, pixel, 0] - Step);
            Tensor<double> high = network.LogProbabilities(up, t), low = network.LogProbabilities(down, t);
            for (int i = 0; i < labels.Length; i++)
                Assert.That(gradient[i, pixel, 0], Is.EqualTo((high[i, labels[i]] - low[i, labels[i]]) / (2 * Step)).Within(1e-6));
        }
    }

    [Test]
    public void Guidance_can_be_kept_to_an_interval()
    {
        var (x, _, labels) = Noisy(30);
        IDenoiser<double> strong = new ClassifierFreeGuidance<double>(Exact, 3);
        var interval = new GuidanceInterval<double>(strong, Exact, 10, 30);
        foreach (double t in (double[])[5, 9.99, 10, 20, 30, 30.01])
            Assert.That(Predict(interval, x, [t], labels).Span.SequenceEqual(Predict(t is >= 10 and <= 30 ? strong : Exact, x, [t], labels).Span), $"t = {t}");

        double[] times = [.. Enumerable.Range(1, 30).Select(i => 1.5 * i)];
        Tensor<double> mixed = Predict(interval, x, times, labels), guided = Predict(strong, x, times, labels), plain = Predict(Exact, x, times, labels);
        for (int i = 0; i < 30; i++)
            Assert.That(mixed.Rows(i, i + 1).Span.SequenceEqual((times[i] is >= 10 and <= 30 ? guided : plain).Rows(i, i + 1).Span));
        Assert.That(() => new GuidanceInterval<double>(strong, Exact, 3, 2), Throws.ArgumentException);
        Assert.That(() => new GuidanceInterval<double>(strong, Exact, -1, 2), Throws.ArgumentException);
    }

    [Test]
    public void A_negative_label_takes_the_place_of_no_label()
    {
        var (x, t, labels) = Noisy(40);
        Tensor<double> own = Predict(Exact, x, t, labels), other = Predict(Exact, x, t, 1);
        var guided = Predict(new ClassifierFreeGuidance<double>(Exact, 1.5) { Negative = 1 }, x, t, labels);
        for (int i = 0; i < x.Length; i++)
            Assert.That(guided.Span[i], Is.EqualTo((2.5 * own.Span[i]) - (1.5 * other.Span[i])).Within(1e-13));
        Assert.That(Predict(new ClassifierFreeGuidance<double>(Exact, -1) { Negative = 1 }, x, t, labels).Span.SequenceEqual(other.Span));
        var unlabelled = Predict(new ClassifierFreeGuidance<double>(Exact, 1) { Negative = 1 }, x, t);
        var all = Predict(Exact, x, t);
        for (int i = 0; i < x.Length; i++)
            Assert.That(unlabelled.Span[i], Is.EqualTo((2 * all.Span[i]) - other.Span[i]).Within(1e-13));
        Assert.That(() => Predict(new ClassifierFreeGuidance<double>(Exact, 1) { Negative = -2 }, x, t, labels), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Rescaled_guidance_has_the_deviation_of_the_conditional_prediction([Values(.3, 1)] double share)
    {
        var images = Random.For(Purpose.Noise).At(3).Normal<double>([5, 8, 8, 1]);
        var plain = Predict(ByLabel, images, [3], 2);
        var guided = Predict(new ClassifierFreeGuidance<double>(ByLabel, 4), images, [3], 2);
        var rescaled = Predict(new ClassifierFreeGuidance<double>(ByLabel, 4) { Rescale = share }, images, [3], 2);
        for (int i = 0; i < 5; i++)
        {
            double own = Deviation(plain, i), full = Deviation(guided, i);
            Assert.That(Deviation(rescaled, i), Is.EqualTo((share * own) + ((1 - share) * full)).Within(1e-12));
            Assert.That(rescaled[i, 2, 3, 0] / guided[i, 2, 3, 0], Is.EqualTo(rescaled[i, 7, 1, 0] / guided[i, 7, 1, 0]).Within(1e-12));
        }

        Assert.That(() => new ClassifierFreeGuidance<double>(Exact, 1) { Rescale = 1.1 }, Throws.InstanceOf<ArgumentOutOfRangeException>());

        static double Deviation(Tensor<double> x, int row)
        {
            double[] values = x.Rows(row, row + 1).Span.ToArray();
            double mean = values.Average();
            return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        }
    }

    [Test]
    public void A_classifier_for_other_classes_is_refused()
    {
        var network = new TwoPixelUNet<float>(new() { Timesteps = 50 }, Random);
        var classifier = new TwoPixelClassifier<float>(3, 50, Random);
        Assert.That(() => new ClassifierGuidance<float>(new NetworkDenoiser<float>(network, Parameterisation.Epsilon, Schedule), classifier, Schedule, 1), Throws.ArgumentException.With.Message.Contains("3 classes, but the network 2"));
        Assert.That(() => new ClassifierGuidance<double>(Exact, Classifier, Schedule, double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Predict(new ClassifierGuidance<double>(Exact, Classifier, Schedule, 1), Noisy(3).X, [2], 2), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("0 to 1"));
        Assert.That(
            () => new NoisyClassifierTrainer<float>(classifier, Schedule, new MixtureSource<float>(Mixture), new TrainingConfiguration { Iterations = 1 }),
            Throws.ArgumentException.With.Message.Contains("classifier knows 3"));
    }

    private static Tensor<double> Predict(IDenoiser<double> denoiser, Tensor<double> x, double[] t, Condition<double> condition = default) =>
        denoiser.Predict(x, t, condition).Noise;

    // Noisy data at times of 1 to T.
    private static (Tensor<double> X, double[] Times, int[] Labels) Noisy(int count)
    {
        var (x0, labels) = Mixture.Sample<double>(count, Random.For(Purpose.Data).At(2));
        double[] t = [.. Enumerable.Range(0, count).Select(i => 1.0 + (i % Schedule.T))];
        return (Schedule.QSample(x0, t, Random.For(Purpose.Noise).At(2).Normal<double>(x0.Shape)), t, labels);
    }
}
