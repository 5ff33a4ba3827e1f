using System.Globalization;
using Diffusion.Data;
using Diffusion.Likelihood;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Training;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>The flow's log-density against the mixture's own, and divergences of networks against differences.</summary>
public sealed class LikelihoodTests
{
    private static readonly RandomSource Random = new(71);
    private static readonly GaussianMixture Mixture = GaussianMixture.TwoPixel;

    // Against the mixture at the starting t: noise is part of what the flow describes.
    [TestCase(1000, -1)]
    [TestCase(1000, 0)]
    [TestCase(200, -1)]
    public void The_exact_flow_has_the_density_of_the_mixture(int timesteps, int label)
    {
        var schedule = NoiseSchedule.Cosine(timesteps);
        var likelihood = new FlowLikelihood();
        var (start, end) = likelihood.TimesFor(schedule);
        var truth = Mixture.Conditional(label).At(schedule.AlphaCumprodAt(start));
        var points = new List<double>();
        for (double left = -1.5; left <= 1.5; left += .05)
        {
            for (double right = -1.5; right <= 1.5; right += .05)
            {
                if (truth.Density(left, right) > 1e-3)
                    points.AddRange([left, right]);
            }
        }

        var x = Tensor<double>.From([points.Count / 2, 2, 1], [.. points]);
        double[] logs = likelihood.LogDensity(new MixtureDivergence<double>(Mixture, schedule), schedule, x, label);
        double[] errors = [.. logs.Select((log, i) => Math.Abs(log - truth.LogDensity(points[2 * i], points[(2 * i) + 1])))];
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{errors.Length} points from t = {start} to lambda = {schedule.LambdaAt(end):F2}: mean error {errors.Average():E2} nats, largest {errors.Max():E2}"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(schedule.LambdaAt(end), Is.LessThanOrEqualTo(-7));
            Assert.That(errors.Average(), Is.LessThan(1e-3));
            Assert.That(errors, Has.Length.GreaterThan(100));
        }
    }

    // MATH 6: the truth is negative, -.8078.
    [Test]
    public void Bits_per_dimension_of_the_mixture()
    {
        var schedule = NoiseSchedule.Cosine(1000);
        var likelihood = new FlowLikelihood { StartTime = .05, Steps = 60 };
        var (x, labels) = Mixture.Sample<double>(4000, Random.For(Purpose.Data).At(0));
        double bits = FlowLikelihood.BitsPerDimension(likelihood.LogDensity(new MixtureDivergence<double>(Mixture, schedule), schedule, x, default).Average(), 2);
        double conditional = likelihood.LogDensity(new MixtureDivergence<double>(Mixture, schedule), schedule, x, labels).Average();

        // The log-density of a sample has a standard deviation of about 1.1 nats; four standard errors of 4000 are .05 bits.
        Assert.That(bits, Is.EqualTo(-.8078).Within(.05));
        Assert.That(conditional, Is.EqualTo(-Math.Log(2 * Math.PI * .01) - 1).Within(.07), "-log(2 pi sigma²) - 1");
        Assert.That(() => FlowLikelihood.BitsPerDimension(1, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_network_of_whole_steps_is_refused_unless_it_is_meant()
    {
        var schedule = NoiseSchedule.Cosine(50);
        var network = new TwoPixelUNet<double>(new() { Timesteps = 50 }, Random);
        Model<double> Trained(TimeSampling times) => new(network, schedule, new SimpleObjective<double> { Times = times }, new TrainingConfiguration(), "points");
        var x = Mixture.Sample<double>(3, Random.For(Purpose.Data).At(3)).X0;
        var likelihood = new FlowLikelihood { Steps = 2 };
        double[] Of(NetworkDenoiser<double> denoiser, FlowLikelihood by) => by.LogDensity(NetworkDivergence<double>.Exact(denoiser), schedule, x, default);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => Of(Trained(TimeSampling.Discrete).Denoiser, likelihood), Throws.ArgumentException.With.Message.Contains("trained on whole steps").And.Message.Contains("0.05").And.Message.Contains("AcceptsWholeTimes"));
            Assert.That(Of(Trained(TimeSampling.Discrete).Denoiser, likelihood with { AcceptsWholeTimes = true }), Is.All.Not.NaN);
            Assert.That(Of(Trained(TimeSampling.Continuous).Denoiser, likelihood), Is.All.Not.NaN);
        }
    }

    [Test]
    public void The_divergence_of_the_two_pixel_network_is_exact([Values] bool labelled)
    {
        var network = new TwoPixelUNet<double>(new() { Timesteps = 50 }, Random);
        var x = Random.For(Purpose.Noise).At(1).Normal<double>([300, 2, 1]);
        int[] labels = labelled ? [.. Enumerable.Range(0, 300).Select(i => (i % 3) - 1)] : [];
        var noise = Tensor<double>.Uninitialized(x.Shape);
        var expected = Tensor<double>.Uninitialized(x.Shape);
        double[] divergence = new double[300];
        NetworkDivergence<double>.Exact(Denoiser(network)).Predict(x, 17.5, labels, noise, divergence);
        network.Evaluate(x, [17.5], labels, expected);
        Assert.That(noise.Span.ToArray(), Is.EqualTo(expected.Span.ToArray()).Within(1e-12));
        Assert.That(network.Parameters.All(parameter => parameter.Gradient is null), "the weights keep no gradient");

        double[] differences = new double[300];
        for (int pixel = 0; pixel < 2; pixel++)
        {
            var unit = Tensor<double>.Zeros(x.Shape);
            for (int i = 0; i < 300; i++)
                unit[i, pixel, 0] = 1;
            var slope = Slope(network, x, unit, labels);
            for (int i = 0; i < 300; i++)
                differences[i] += slope[i, pixel, 0];
        }

        Assert.That(divergence, Is.EqualTo(differences).Within(1e-6));
    }

    // With one vector of signs v the estimate is v·Jv, whatever it is worth.
    [Test]
    public void Hutchinsons_estimate_is_the_mean_over_its_vectors()
    {
        var network = new MnistUNet<double>(new() { Timesteps = 40, Widths = [8, 8, 8, 8], Embedding = 16, Heads = 2 }, Random);
        var x = Random.For(Purpose.Noise).At(2).Normal<double>([2, 28, 28, 1]);
        var noise = Tensor<double>.Uninitialized(x.Shape);
        double[] estimate = new double[2], sum = new double[2];
        NetworkDivergence<double>.Hutchinson(Denoiser(network), 3, Random).Predict(x, 20, 4, noise, estimate);
        for (int k = 0; k < 3; k++)
        {
            var signs = Random.For(Purpose.Metrics).At(k).Uniform<double>(x.Shape);
            foreach (ref double sign in signs.Span)
                sign = sign < .5 ? -1 : 1;
            var slope = Slope(network, x, signs, [4], 20);
            for (int i = 0; i < x.Length; i++)
                sum[i / 784] += signs.Span[i] * slope.Span[i] / 3;
        }

        Assert.That(estimate, Is.EqualTo(sum).Within(1e-5));
        Assert.That(sum[0], Is.Not.EqualTo(sum[1]).Within(1e-3));
    }

    // Over many vectors it comes to the exact divergence, and the log-density with it.
    [Test]
    public void Hutchinsons_estimate_comes_to_the_exact_divergence()
    {
        var network = new TwoPixelUNet<double>(new() { Timesteps = 50 }, Random);
        var schedule = NoiseSchedule.Cosine(50);
        var x = Random.For(Purpose.Noise).At(3).Normal<double>([4, 2, 1]);
        var likelihood = new FlowLikelihood { Steps = 10, StartTime = 1 };
        double[] exact = likelihood.LogDensity(NetworkDivergence<double>.Exact(Denoiser(network)), schedule, x, 0);
        double[] one = likelihood.LogDensity(NetworkDivergence<double>.Hutchinson(Denoiser(network), 1, Random), schedule, x, 0);
        double[] many = likelihood.LogDensity(NetworkDivergence<double>.Hutchinson(Denoiser(network), 512, Random), schedule, x, 0);
        for (int i = 0; i < 4; i++)
        {
            // In two dimensions v·Jv = tr J ± (J_12 + J_21): one vector is off by just the standard deviation.
            double deviation = Math.Abs(one[i] - exact[i]);
            Assert.That(many[i], Is.EqualTo(exact[i]).Within((4 * deviation / Math.Sqrt(512)) + 1e-9));
        }

        Assert.That(() => NetworkDivergence<double>.Hutchinson(Denoiser(network), 0, Random), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => NetworkDivergence<double>.Hutchinson(Denoiser(network), 513, Random), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Bad_settings_are_refused()
    {
        var schedule = NoiseSchedule.Cosine(10);
        var field = new MixtureDivergence<float>(Mixture, schedule);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new FlowLikelihood { Steps = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new FlowLikelihood { StartTime = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new FlowLikelihood { EndLambda = 1 }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new FlowLikelihood { StartTime = 10 }.TimesFor(schedule), Throws.ArgumentException.With.Message.Contains("not before its end"));
            Assert.That(() => field.Predict(Tensor<float>.Zeros([3, 2, 1]), 5, default, Tensor<float>.Zeros([3, 2, 1]), new double[2]), Throws.ArgumentException.With.Message.Contains("2 divergences of 3"));
        }
    }

    private static NetworkDenoiser<double> Denoiser(DenoisingNetwork<double> network) => new(network, Parameterisation.Epsilon, NoiseSchedule.Cosine(network.Timesteps!.Value));

    // J v by a central difference.
    private static Tensor<double> Slope(DenoisingNetwork<double> network, Tensor<double> x, Tensor<double> v, int[] labels, double t = 17.5)
    {
        const double Step = 1e-5;
        Tensor<double> up = Tensor<double>.Uninitialized(x.Shape), down = Tensor<double>.Uninitialized(x.Shape);
        network.Evaluate(x + (Step * v), [t], labels, up);
        network.Evaluate(x - (Step * v), [t], labels, down);
        return (1 / (2 * Step)) * (up - down);
    }
}
