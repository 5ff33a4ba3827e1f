using Diffusion.Data;
using Diffusion.Guidance;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests;

public sealed class DenoiserTests
{
    private static readonly VariancePreservingSchedule Schedule = NoiseSchedule.Cosine(50);

    private static readonly GaussianMixture Three = new(
    [
        new MixtureComponent { Weight = .2, Left = -1, Right = .5, Sigma = .05 },
        new MixtureComponent { Weight = .5, Left = .4, Right = -.3, Sigma = .3 },
        new MixtureComponent { Weight = .3, Left = .6, Right = .9, Sigma = .6 },
    ]);

    private static readonly GaussianMixture[] Mixtures = [GaussianMixture.TwoPixel, Three];

    [TestCaseSource(nameof(Mixtures))]
    public void The_exact_denoiser_is_the_closed_form(GaussianMixture mixture)
    {
        const int Count = 9000;
        var xt = Noise<double>(Count, 0);
        var denoiser = new ExactDenoiser<double>(mixture, Schedule);
        foreach (double t in (double[])[0, .3, 1, 17.5, 50])
        {
            foreach (int label in (int[])[-1, 0, 1])
            {
                var noise = Predict(denoiser, xt, [t], label);
                var marginal = mixture.Conditional(label).At(Schedule.AlphaCumprodAt(t));
                for (int i = 0; i < Count; i += 31)
                {
                    var (left, right) = marginal.Noise(xt.Span[2 * i], xt.Span[(2 * i) + 1]);

                    // 1 - A of a real time near 0 is known to fewer digits from A than from the schedule.
                    Assert.That(noise.Span[2 * i], Is.EqualTo(left).Within(1e-11 * (1 + Math.Abs(left))));
                    Assert.That(noise.Span[(2 * i) + 1], Is.EqualTo(right).Within(1e-11 * (1 + Math.Abs(right))));
                }
            }
        }
    }

    [TestCaseSource(nameof(Mixtures))]
    public void Times_and_labels_of_samples_are_those_of_the_batch(GaussianMixture mixture)
    {
        const int Count = 300;
        var xt = Noise<float>(Count, 1);
        var denoiser = new ExactDenoiser<float>(mixture, Schedule);
        double[] t = [.. Enumerable.Range(0, Count).Select(i => i % 51 + (i % 2 * .5 * (i % 51 < 50 ? 1 : 0)))];
        int[] labels = [.. Enumerable.Range(0, Count).Select(i => (i % 3) - 1)];
        var both = Predict(denoiser, xt, t, labels);
        var onlyTimes = Predict(denoiser, xt, t, 1);
        var onlyLabels = Predict(denoiser, xt, [9], labels);
        for (int i = 0; i < Count; i++)
        {
            var row = xt.Rows(i, i + 1);
            Assert.That(both.Rows(i, i + 1).Span.SequenceEqual(Predict(denoiser, row, [t[i]], labels[i]).Span), $"sample {i}");
            Assert.That(onlyTimes.Rows(i, i + 1).Span.SequenceEqual(Predict(denoiser, row, [t[i]], 1).Span), $"sample {i}");
            Assert.That(onlyLabels.Rows(i, i + 1).Span.SequenceEqual(Predict(denoiser, row, [9], labels[i]).Span), $"sample {i}");
        }
    }

    [Test]
    public void Batches_give_what_the_whole_gives()
    {
        const int Count = 101;
        var xt = Noise<float>(Count, 2);
        var denoiser = new ExactDenoiser<float>(GaussianMixture.TwoPixel, Schedule);
        double[] t = [.. Enumerable.Range(0, Count).Select(i => i / 4.0)];
        int[] labels = [.. Enumerable.Range(0, Count).Select(i => (i % 3) - 1)];
        var batched = new BatchedDenoiser<float>(denoiser, 7);
        Assert.That(Predict(batched, xt, t, labels).Span.SequenceEqual(Predict(denoiser, xt, t, labels).Span));
        Assert.That(Predict(batched, xt, [3]).Span.SequenceEqual(Predict(denoiser, xt, [3]).Span));
        Assert.That(() => new BatchedDenoiser<float>(denoiser, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Guidance_of_weight_0_and_minus_1_is_one_pass_bit_for_bit()
    {
        var xt = Noise<float>(1000, 3);
        var counting = new Counting<float>(new ExactDenoiser<float>(GaussianMixture.TwoPixel, Schedule));
        int[] labels = [.. Enumerable.Range(0, 1000).Select(i => i % 2)];
        var conditional = Predict(counting, xt, [20], labels);
        var unconditional = Predict(counting, xt, [20]);
        counting.Calls = 0;
        Assert.That(Bits(Predict(new ClassifierFreeGuidance<float>(counting, 0), xt, [20], labels)), Is.EqualTo(Bits(conditional)));
        Assert.That(Bits(Predict(new ClassifierFreeGuidance<float>(counting, -1), xt, [20], labels)), Is.EqualTo(Bits(unconditional)));
        Assert.That(Bits(Predict(new ClassifierFreeGuidance<float>(counting, 3), xt, [20], -1)), Is.EqualTo(Bits(unconditional)));
        Assert.That(counting.Calls, Is.EqualTo(3));
    }

    // Assignment eq. 18; and with the exact classifier, eps_u - S (w + 1) grad log p(y | x_t), MATH 7.
    [TestCase(-.5)]
    [TestCase(1)]
    [TestCase(7.5)]
    public void Guidance_is_equation_18_and_classifier_guidance(double w)
    {
        var xt = Noise<double>(200, 4);
        var exact = new ExactDenoiser<double>(GaussianMixture.TwoPixel, Schedule);
        var guided = new ClassifierFreeGuidance<double>(exact, w);
        foreach (double t in (double[])[1, 25, 50])
        {
            var noise = Predict(guided, xt, [t], 1);
            var conditional = Predict(exact, xt, [t], 1);
            var unconditional = Predict(exact, xt, [t]);
            var marginal = GaussianMixture.TwoPixel.At(Schedule.AlphaCumprodAt(t));
            double s = Math.Sqrt(Schedule.OneMinusAlphaCumprodAt(t));
            for (int i = 0; i < 200; i++)
            {
                var (left, right) = marginal.ClassifierGradient(1, xt.Span[2 * i], xt.Span[(2 * i) + 1]);
                Assert.That(noise.Span[2 * i], Is.EqualTo(((w + 1) * conditional.Span[2 * i]) - (w * unconditional.Span[2 * i])).Within(1e-12));
                Assert.That(noise.Span[2 * i], Is.EqualTo(unconditional.Span[2 * i] - (s * (w + 1) * left)).Within(1e-9));
                Assert.That(noise.Span[(2 * i) + 1], Is.EqualTo(unconditional.Span[(2 * i) + 1] - (s * (w + 1) * right)).Within(1e-9));
            }
        }
    }

    [Test]
    public void Refusals()
    {
        var denoiser = new ExactDenoiser<float>(GaussianMixture.TwoPixel, Schedule);
        var x = Tensor<float>.Zeros([3, 2, 1]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => denoiser.Predict(x, [1], 2), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("0 to 1"));
            Assert.That(() => denoiser.Predict(x, [1], -2), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => denoiser.Predict(x, [51]), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => denoiser.Predict(x, [1, 2]), Throws.ArgumentException);
            Assert.That(() => denoiser.Predict(x, []), Throws.ArgumentException);
            Assert.That(() => denoiser.Predict(x, [1], new[] { 0, 1 }), Throws.ArgumentException);
            Assert.That(() => denoiser.Predict(x, [1], default, new Prediction<float>([3, 1, 2])), Throws.ArgumentException);
            Assert.That(() => denoiser.Predict(Tensor<float>.Zeros([3, 3]), [1]), Throws.ArgumentException.With.Message.Contains("points of 2 numbers"));
            Assert.That(() => new ClassifierFreeGuidance<float>(denoiser, double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("finite"));
            Assert.That(() => new ClassifierFreeGuidance<float>(denoiser, double.PositiveInfinity), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }

    private static Tensor<T> Noise<T>(int count, int step)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T> => new RandomSource(6).For(Purpose.Metrics).At(step).Normal<T>([count, 2, 1]);

    private static Tensor<T> Predict<T>(IDenoiser<T> denoiser, Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition = default)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        // What is not written to shows.
        var prediction = new Prediction<T>(xt.Shape);
        prediction.Memory.Span.Fill(T.NaN);
        denoiser.Predict(xt, t, condition, prediction);
        return prediction.Noise;
    }

    private static int[] Bits(Tensor<float> tensor) => Array.ConvertAll(tensor.Span.ToArray(), BitConverter.SingleToInt32Bits);
}
