using Diffusion.Guidance;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Outside.Tests;

/// <summary>Autoguidance by weaker models as a user writes them: any <see cref="IDenoiser{T}"/> is one.</summary>
public sealed class OwnWeakModelTests
{
    private static readonly RandomSource Random = new(3);
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Cosine(40);

    // Of Gaussian images of standard deviation 1 the best x_0 is g·x_t. The weaker model finds a share of it.
    [Test]
    public void A_model_leaves_behind_what_a_weaker_one_says()
    {
        var x = Random.At(0).Normal([3, 4, 4, 1]);
        double g = Schedule.At(20).G;
        var guided = new Autoguidance<float>(new Gaussian(1), new Gaussian(0.9), w: 2).Predict(x, [20]);
        for (int i = 0; i < x.Length; i++)
            Assert.That(guided.X0.Span[i], Is.EqualTo(g * x.Span[i] * (1 + (2 * (1 - 0.9)))).Within(1e-5));

        // The guided images are larger than the model's own, and those by the weaker model smaller.
        double Size(IDenoiser<float> denoiser) => new DdimSampler<float>().Sample(denoiser, Schedule, x, default, Random).Square().Mean();
        double own = Size(new Gaussian(1));
        Assert.That(Size(new Autoguidance<float>(new Gaussian(1), new Gaussian(0.9), w: 2)), Is.GreaterThan(1.1 * own));
        Assert.That(Size(new Gaussian(0.9)), Is.LessThan(0.9 * own));
    }

    private sealed class Gaussian(double share) : IDenoiser<float>
    {
        public void Predict(Tensor<float> xt, ReadOnlySpan<double> t, Condition<float> condition, Prediction<float> prediction)
        {
            _ = DenoiserArguments.Check(xt, t, condition, prediction);
            var level = Schedule.At(t[0]);
            for (int i = 0; i < xt.Length; i++)
                prediction.Memory.Span[i] = (float)(share * level.G * xt.Span[i]);
            prediction.Fill(Parameterisation.X0, [level], xt, prediction.Memory);
        }
    }
}
