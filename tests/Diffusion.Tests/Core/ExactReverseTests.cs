using Diffusion.Data;
using Diffusion.Metrics;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>The exact reverse process gives the data with any number of steps.</summary>
public sealed class ExactReverseTests
{
    private const int Samples = 40_000;

    // The radius that holds all but exp(-8) of a Gaussian in the plane.
    private static readonly double Tail = Math.Exp(-8);

    private static MixtureStatistics Run(Func<NoiseSchedule, ISampler<double>> sampler, NoiseSchedule schedule, Condition<double> condition = default)
    {
        var mixture = GaussianMixture.TwoPixel;
        var random = new RandomSource(2);

        // The noise of t = T with what is left of the data, so that nothing but the kernel is judged.
        var (data, _) = mixture.Sample<double>(Samples, random.Derive(7).For(Purpose.Data).At(0));
        if (condition.HasLabels)
            data = mixture.Conditional(condition.LabelOf(0)).Sample<double>(Samples, random.Derive(7).For(Purpose.Data).At(0)).X0;
        var start = schedule.QSample(data, [schedule.T], Start.Draw<double>(random, data.Shape));
        return MixtureStatistics.Of(mixture, sampler(schedule).Sample(new ExactDenoiser<double>(mixture, schedule), schedule, start, condition, random));
    }

    [Test]
    public void Weights_spread_and_tails_are_the_mixtures([Values(1, 2, 5, 10)] int timesteps)
    {
        var exact = Run(_ => new ExactReverseSampler<double>(GaussianMixture.TwoPixel), NoiseSchedule.Cosine(timesteps));
        double gaussian = Run(_ => new DdpmSampler<double>(), NoiseSchedule.Cosine(timesteps)).OutlierShare;
        TestContext.Out.WriteLine($"T = {timesteps}: weight {exact.Modes[0].Weight:F4}, beyond 4 sigma {exact.OutlierShare:P3} (the mixture's own {Tail:P3}); DDPM's kernel leaves {gaussian:P1}");
        using (Assert.EnterMultipleScope())
        {
            // Four standard deviations of counts.
            Assert.That(exact.Modes[0].Weight, Is.EqualTo(0.35).Within(4 * Math.Sqrt(0.35 * 0.65 / Samples)));
            Assert.That(exact.OutlierShare, Is.EqualTo(Tail).Within(4 * Math.Sqrt(Tail / Samples)));
            Assert.That(exact.Modes.Select(mode => mode.StandardDeviation), Has.All.EqualTo(0.1).Within(0.002));
            Assert.That(gaussian, Is.GreaterThan(timesteps <= 5 ? 0.03 : Tail), "the same measurement sees what a Gaussian kernel leaves");
        }
    }

    [Test]
    public void Of_a_label_it_gives_the_label([Values(0, 1)] int label) => Assert.That(
        Run(_ => new ExactReverseSampler<double>(GaussianMixture.TwoPixel), NoiseSchedule.Cosine(2), label).Modes[label].Weight, Is.GreaterThan(0.999));

    [Test]
    public void Full_covariances_in_three_dimensions_come_out_on_every_way([Values("cosine", "straight", "exploding")] string way)
    {
        double[] covariance = [0.5, 0.2, 0, 0.2, 0.3, -0.1, 0, -0.1, 0.2];
        var mixture = new GaussianMixture([new MixtureComponent(0.4, [1, 0, -1], covariance), new MixtureComponent(0.6, [-2, 1, 0], sigma: 0.3)]);
        NoiseSchedule schedule = way switch { "cosine" => NoiseSchedule.Cosine(3), "straight" => NoiseSchedule.Straight(3), _ => NoiseSchedule.VarianceExploding(3) };
        var random = new RandomSource(3);
        var (data, _) = mixture.Sample<double>(Samples, random.Derive(7).For(Purpose.Data).At(0));
        var start = schedule.QSample(data, [schedule.T], Start.Draw<double>(random, data.Shape));
        var x = new ExactReverseSampler<double>(mixture).Sample(new ExactDenoiser<double>(mixture, schedule), schedule, start, default, random);
        double[] wanted = Moments(data), got = Moments(x);
        for (int i = 0; i < wanted.Length; i++)
            Assert.That(got[i], Is.EqualTo(wanted[i]).Within(0.06), $"moment {i}");
    }

    // Means and second moments.
    private static double[] Moments(Tensor<double> points)
    {
        double[] moments = new double[12];
        for (int n = 0; n < points.Shape[0]; n++)
        {
            var x = points.Span.Slice(3 * n, 3);
            for (int i = 0; i < 3; i++)
            {
                moments[i] += x[i] / points.Shape[0];
                for (int j = 0; j < 3; j++)
                    moments[3 + (3 * i) + j] += x[i] * x[j] / points.Shape[0];
            }
        }

        return moments;
    }

    [Test]
    public void A_sample_does_not_depend_on_how_many_there_are_and_other_labels_are_refused()
    {
        var schedule = NoiseSchedule.Cosine(4);
        var random = new RandomSource(1);
        var sampler = new ExactReverseSampler<float>(GaussianMixture.TwoPixel);
        var denoiser = new ExactDenoiser<float>(GaussianMixture.TwoPixel, schedule);
        Assert.That(() => sampler.Sample(denoiser, schedule, Start.Draw<float>(random, [5, 2, 1]), 7, random), Throws.InstanceOf<ArgumentException>());
        var whole = sampler.Sample(denoiser, schedule, Start.Draw<float>(random, [1000, 2, 1]), default, random);
        var part = sampler.Sample(denoiser, schedule, Start.Draw<float>(random, [10, 2, 1]), default, random);
        Assert.That(whole.Rows(0, 10).Span.SequenceEqual(part.Span), "a sample does not depend on how many there are");
    }
}
