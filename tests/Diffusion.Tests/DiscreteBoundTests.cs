using System.Globalization;
using Diffusion.Data;
using Diffusion.Likelihood;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>The variational bound against closed forms, brute force and the entropy that no bound can be below.</summary>
public sealed class DiscreteBoundTests
{
    private const int Points = 4000;

    private static readonly RandomSource Random = new(23);
    private static readonly GaussianMixture Mixture = GaussianMixture.TwoPixel;
    private static readonly Tensor<double> X0 = Mixture.Sample<double>(Points, Random.For(Purpose.Data).At(0)).X0;
    private static readonly double[] LogDensity = [.. Enumerable.Range(0, Points).Select(i => Mixture.At(1).LogDensity(X0.Span.Slice(2 * i, 2)))];

    // With the exact denoiser E |x_0 - mean|² = d C_t, so every term is known: that of the optimal variance is log(v / beta~) d/2.
    [TestCase(10)]
    [TestCase(50)]
    public void With_the_exact_denoiser_each_term_is_its_closed_form(int timesteps)
    {
        var schedule = NoiseSchedule.Cosine(timesteps);
        var table = OptimalVariance.For(Mixture, schedule);
        foreach (var variance in (ReverseVariance[])[ReverseVariance.Posterior, ReverseVariance.Upper, ReverseVariance.Optimal])
        {
            var bound = new DiscreteBound { Variance = variance, Optimal = table, DecoderVariance = .01 }.Measure(new ExactDenoiser<double>(Mixture, schedule), schedule, X0, default, Random);
            double[] expected = new double[timesteps];
            for (int t = 1; t <= timesteps; t++)
            {
                var step = schedule.PosteriorOf(t, t - 1);
                double v = t == 1 ? .01 : variance switch { ReverseVariance.Posterior => step.Variance, ReverseVariance.Upper => step.Beta, _ => table.Of(step, t) };
                double squares = step.MeanCoefX0 * step.MeanCoefX0 * 2 * table.Covariance(t) / v;
                expected[t - 1] = t == 1 ? Math.Log(2 * Math.PI * v) + (squares / 2) : (step.Variance / v) - 1 - Math.Log(step.Variance / v) + (squares / 2);
            }

            Assert.That(bound.Terms[..^1], Is.EqualTo(expected).Within(4 * bound.StandardError), $"{variance}: each term");
            Assert.That(bound.Nats - bound.Terms[^1], Is.EqualTo(expected.Sum()).Within(4 * bound.StandardError), $"{variance}: four standard errors");
            Assert.That(bound.StandardError, Is.LessThan(.05));
            Assert.That(bound.Terms.Sum(), Is.EqualTo(bound.Nats).Within(1e-9));
            Assert.That(bound.BitsPerDimension, Is.EqualTo(bound.Nats / (2 * Math.Log(2))).Within(1e-12));
        }
    }

    // MATH 6: -.8078 bits. Beyond() takes off what chance does to both; four standard errors.
    [Test]
    public void It_is_above_the_entropy_and_comes_to_it()
    {
        var beyond = new List<(double Bits, double Error)>();
        foreach (int timesteps in (int[])[10, 50, 200])
        {
            var schedule = NoiseSchedule.Cosine(timesteps);
            var exact = new ExactDenoiser<double>(Mixture, schedule);
            var table = OptimalVariance.For(Mixture, schedule);
            BoundTerms Of(ReverseVariance variance) => new DiscreteBound { Variance = variance, Optimal = table }.Measure(exact, schedule, X0, default, Random);
            beyond.Add(Of(ReverseVariance.Optimal).Beyond(LogDensity));
            foreach (var variance in timesteps > 50 ? [] : (ReverseVariance[])[ReverseVariance.Posterior, ReverseVariance.Upper])
                Assert.That(Of(variance).Beyond(LogDensity).Bits, Is.GreaterThan(beyond[^1].Bits), $"{variance}, T = {timesteps}");
            TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"T = {timesteps}: {beyond[^1].Bits:F4} ± {beyond[^1].Error:F4} bits per dimension above the entropy"));
        }

        foreach (var (bits, error) in beyond)
            Assert.That(bits, Is.GreaterThan(-4 * error));
        Assert.That(beyond[0].Bits, Is.EqualTo(.23).Within(.06), "ten steps of Gaussians cost a quarter of a bit");
        Assert.That(beyond[1].Bits, Is.LessThan(.05 + (4 * beyond[1].Error)).And.LessThan(beyond[0].Bits));
        Assert.That(beyond[2].Bits, Is.LessThan(.03 + (4 * beyond[2].Error)));
        Assert.That(FlowLikelihood.BitsPerDimension(LogDensity.Average(), 2), Is.EqualTo(-.8078).Within(.04));
    }

    // For a single Gaussian the reverse steps are Gaussian, so that the chain's own density is known: a Gaussian too, whose -log is at most the bound.
    [Test]
    public void For_one_Gaussian_it_is_the_density_of_the_chain_and_the_divergence_that_is_left()
    {
        var data = Mixture.Conditional(1);
        var schedule = NoiseSchedule.Cosine(200);
        var (x0, _) = data.Sample<double>(Points, Random.For(Purpose.Data).At(1));
        var bound = new DiscreteBound { Optimal = OptimalVariance.For(data, schedule) }.Measure(new ExactDenoiser<double>(data, schedule), schedule, x0, default, Random);
        double[] log = [.. Enumerable.Range(0, Points).Select(i => data.At(1).LogDensity(x0.Span.Slice(2 * i, 2)))];
        var (bits, error) = bound.Beyond(log);
        Assert.That(bits, Is.EqualTo(0).Within((4 * error) + 1e-6), "optimal Gaussian steps lose nothing");
    }

    [Test]
    public void A_wrong_denoiser_has_a_larger_bound()
    {
        var schedule = NoiseSchedule.Cosine(50);
        var exact = new ExactDenoiser<double>(Mixture, schedule);
        var bound = new DiscreteBound { Optimal = OptimalVariance.For(Mixture, schedule) };
        double right = bound.Measure(exact, schedule, X0, default, Random).BitsPerDimension, before = right;
        foreach (double bias in (double[])[.02, .1, .3])
        {
            var wrong = new DenoiserOf<double>(schedule, Parameterisation.Epsilon, (xt, t, condition, noise) =>
            {
                noise.CopyFrom(exact.Predict(xt, t, condition).Noise);
                foreach (ref double value in noise.Span)
                    value += bias;
            });
            var found = bound.Measure(wrong, schedule, X0, default, Random);

            // c² |S/g bias|² / 2v for each number and step on average, since the exact error has no part along a constant.
            double expected = Enumerable.Range(1, 50).Sum(t =>
            {
                var step = schedule.PosteriorOf(t, t - 1);
                return Math.Pow(step.MeanCoefX0 * schedule.At(t).Rho * bias, 2) / (2 * bound.Optimal!.Of(step, t) * Math.Log(2));
            });
            Assert.That(found.BitsPerDimension - right, Is.EqualTo(expected).Within((.15 * expected) + .01));
            Assert.That(found.BitsPerDimension, Is.GreaterThan(before));
            before = found.BitsPerDimension;
        }
    }

    // A sum over a fine grid of ln(q/p) q.
    [Test]
    public void The_divergence_is_that_of_brute_force()
    {
        const double A = .3, B = .7, Mean = .4, Step = 1e-3;
        double sum = 0;
        for (double x = -8; x < 8; x += Step)
        {
            double q = Math.Exp(-x * x / (2 * A)) / Math.Sqrt(2 * Math.PI * A), p = Math.Exp(-(x - Mean) * (x - Mean) / (2 * B)) / Math.Sqrt(2 * Math.PI * B);
            sum += q > 0 ? q * Math.Log(q / p) * Step : 0;
        }

        Assert.That(DiscreteBound.Divergence(1, A, Mean * Mean, B), Is.EqualTo(sum).Within(1e-9));
        Assert.That(DiscreteBound.Divergence(3, A, 3 * Mean * Mean, B), Is.EqualTo(3 * sum).Within(3e-9));
    }

    [Test]
    public void The_decoder_is_what_is_said()
    {
        var schedule = NoiseSchedule.Cosine(20);
        var exact = new ExactDenoiser<double>(Mixture, schedule);
        var table = OptimalVariance.For(Mixture, schedule);
        double Of(DiscreteBound bound) => bound.Measure(exact, schedule, X0.Rows(0, 10), default, Random).DecoderVariance;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Of(new DiscreteBound { Variance = ReverseVariance.Upper }), Is.EqualTo(schedule.PosteriorOf(1, 0).Beta));
            Assert.That(Of(new DiscreteBound { Variance = ReverseVariance.Posterior }), Is.EqualTo(schedule.PosteriorOf(2, 1).Variance));
            Assert.That(Of(new DiscreteBound { Optimal = table }), Is.EqualTo(table.Covariance(1)).Within(1e-15));
            Assert.That(Of(new DiscreteBound { Optimal = table, DecoderVariance = .5 }), Is.EqualTo(.5));
            Assert.That(() => new DiscreteBound { Variance = ReverseVariance.Learned }, Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new DiscreteBound { DecoderVariance = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("DecoderVariance"));
            Assert.That(() => Of(new DiscreteBound()), Throws.ArgumentException.With.Message.Contains("none was given"));
            Assert.That(() => Of(new DiscreteBound { Optimal = OptimalVariance.For(Mixture, NoiseSchedule.Cosine(5)) }), Throws.ArgumentException.With.Message.Contains("T = 5"));
            Assert.That(() => new DiscreteBound { Optimal = table }.Measure(exact, schedule, X0.Rows(0, 1), default, Random), Throws.ArgumentException.With.Message.Contains("two samples"));
            Assert.That(() => new DiscreteBound { Variance = ReverseVariance.Posterior }.Measure(new ExactDenoiser<double>(Mixture, NoiseSchedule.Cosine(1)), NoiseSchedule.Cosine(1), X0, default, Random), Throws.ArgumentException.With.Message.Contains("DecoderVariance"));
        }
    }
}
