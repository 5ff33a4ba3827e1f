using Diffusion.Guidance;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>Adaptive projected guidance at t = 0, where x is x_0: the noise is guided as it is in the limit of little noise. Inversion begins there.</summary>
public sealed class GuidanceOfDataTests
{
    private const double W = 2;

    private static readonly RandomSource Random = new(52);
    private static readonly VariancePreservingSchedule Schedule = NoiseSchedule.Cosine(50);

    // A network that predicts the noise, at t = 0 too.
    private static readonly DenoiserOf<double> Denoiser = new(Schedule, Parameterisation.Epsilon, (xt, t, condition, noise) =>
    {
        for (int i = 0; i < xt.Length; i++)
            noise.Span[i] = Math.Sin(xt.Span[i] + (0.02 * DenoiserArguments.TimeOf(t, i / 2))) + (0.3 * Math.Cos((condition.LabelOf(i / 2) + 2) * (1 + (i % 2))));
    });

    private static readonly Tensor<double> X = Random.For(Purpose.Noise).At(2).Normal<double>([6, 2, 1]);

    [Test]
    public void Unprojected_it_is_classifier_free_guidance()
    {
        var got = new AdaptiveProjectedGuidance<double>(Denoiser, W) { Eta = 1 }.Predict(X, [0], 1);
        var wanted = new ClassifierFreeGuidance<double>(Denoiser, W).Predict(X, [0], 1);
        Assert.That(got.Noise.Span.ToArray(), Is.EqualTo(wanted.Noise.Span.ToArray()).Within(1e-9));
        Assert.That(got.X0.Span.ToArray(), Is.EqualTo(X.Span.ToArray()));
    }

    // By the definition at a time at which the noise is hardly any, and in one call with samples at other times.
    [Test]
    public void It_is_the_limit_of_earlier_and_earlier_times([Values(0, 0.4)] double eta)
    {
        var guided = new AdaptiveProjectedGuidance<double>(Denoiser, W) { Eta = eta };
        double[] limit = guided.Predict(X, [1e-6], 1).Noise.Span.ToArray();
        double size = limit.Max(Math.Abs);
        Assert.That(guided.Predict(X, [0], 1).Noise.Span.ToArray(), Is.EqualTo(limit).Within(1e-3 * size));
        Assert.That(new ClassifierFreeGuidance<double>(Denoiser, W).Predict(X, [0], 1).Noise.Span.ToArray(), Is.Not.EqualTo(limit).Within(1e-2 * size), "the projection does something");

        var mixed = guided.Predict(X, [0, 20, 0, 20, 0, 20], 1);
        double[] at20 = guided.Predict(X, [20], 1).Noise.Span.ToArray();
        for (int i = 0; i < X.Length; i++)
            Assert.That(mixed.Noise.Span[i], Is.EqualTo((i / 2) % 2 == 0 ? limit[i] : at20[i]).Within((i / 2) % 2 == 0 ? 1e-3 * size : 1e-12));
    }

    [Test]
    public void Inversion_begins_at_data_and_forgets_what_was_before()
    {
        var guided = new AdaptiveProjectedGuidance<double>(Denoiser, W) { Momentum = -0.5, Threshold = 0.3 };
        foreach (ISampler<double> sampler in (ISampler<double>[])[new DdimSampler<double>(new() { Steps = 10, Inverted = true }), new HeunSampler<double>(new() { Steps = 10, Inverted = true })])
        {
            double[] first = sampler.Sample(guided, Schedule, X, 1, Random).Span.ToArray();
            _ = new DdimSampler<double>(new() { Steps = 10 }).Sample(guided, Schedule, X, 1, Random);
            Assert.That(sampler.Sample(guided, Schedule, X, 1, Random).Span.ToArray(), Is.EqualTo(first), sampler.Name);
        }
    }
}
