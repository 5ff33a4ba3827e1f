using Diffusion.Data;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using Diffusion.Tensors.Threading;
using NUnit.Framework;

namespace Diffusion.Tests.Data;

/// <summary>The ideal denoiser of a set against the textbook's sum, against a mixture of narrow Gaussians, and at its limits.</summary>
[NonParallelizable]
public sealed class IdealDenoiserTests
{
    private static readonly RandomSource Random = new(5);

    private static readonly NoiseSchedule[] Schedules = [NoiseSchedule.Cosine(100), NoiseSchedule.Straight(100), NoiseSchedule.VarianceExploding(100)];

    // Weights are off by 1e-9 at most where distances come from products, and by sqrt(d) 2^-53 |x| / S where they come from differences.
    [Test]
    public void It_is_the_textbooks_mean_at_every_level([ValueSource(nameof(Schedules))] NoiseSchedule schedule, [Values(1, 2, 37)] int d)
    {
        var data = Random.For(Purpose.Data).At(d).Normal<double>([90, d]);
        var denoiser = new IdealDenoiser<double>(data, schedule, block: 40);
        foreach (double rho in (double[])[1e-7, 1e-5, 1e-3, .02, .3, 2, .99 * Math.Exp(-schedule.LambdaAt(schedule.T))])
        {
            // At each level points that are the noised data, points halfway between two of them, and points far away.
            var level = schedule.AtRho(Math.Min(rho, .99 * Math.Exp(-schedule.LambdaAt(schedule.T))));
            var x = Random.For(Purpose.Noise).At(d).Normal<double>([90, d]);
            for (int i = 0; i < x.Length; i++)
                x.Span[i] = (level.G * (i / d % 3 == 1 ? (data.Span[i] + data.Span[(i + d) % x.Length]) / 2 : data.Span[i])) + (level.S * x.Span[i] * (i / d % 3 == 2 ? 5 : 1));
            double[] found = denoiser.Predict(x, [level.Time]).X0.Span.ToArray(), expected = Mean(data, x, level);
            Assert.That(found, Is.EqualTo(expected).Within(1e-8 + (1e-14 * d / level.S)), $"rho = {rho}");
            Assert.That(found, Is.All.Matches<double>(double.IsFinite));
        }
    }

    [Test]
    public void Few_points_are_a_mixture_of_narrow_Gaussians()
    {
        double[] left = [-.5, .2, .7], right = [.1, -.6, .4];
        var data = Tensor<double>.From([3, 2, 1], [.. left.Zip(right, (l, r) => (double[])[l, r]).SelectMany(pair => pair)]);
        var mixture = new GaussianMixture([.. left.Zip(right, (l, r) => new MixtureComponent { Weight = 1 / 3.0, Left = l, Right = r, Sigma = 1e-6 })]);
        var schedule = NoiseSchedule.Cosine(50);
        IDenoiser<double> ideal = new IdealDenoiser<double>(data, schedule, new[] { 0, 1, 2 }), exact = new ExactDenoiser<double>(mixture, schedule);
        var x = Random.For(Purpose.Noise).At(0).Normal<double>([90, 2, 1]);
        int[] labels = [.. Enumerable.Range(0, 90).Select(i => (i % 4) - 1)];
        double[] perSample = [.. Enumerable.Range(0, 90).Select(i => 1 + (i % 49.0))];
        foreach (var (t, condition) in ((double[], Condition<double>)[])[([1], default), ([20.5], default), ([49], 1), ([7], labels), (perSample, default), (perSample, labels), ([50], default)])
        {
            Prediction<double> found = ideal.Predict(x, t, condition), expected = exact.Predict(x, t, condition);

            // What is left is sigma² |grad of x_0|, of the order of (sigma / S)² <= 1e-9.
            Assert.That(found.X0.Span.ToArray(), Is.EqualTo(expected.X0.Span.ToArray()).Within(1e-6));
            Assert.That(found.Noise.Span.ToArray(), Is.EqualTo(expected.Noise.Span.ToArray()).Within(1e-6));
        }

        Assert.That(ideal.Predict(x, [1], 2).X0.Span[..2].ToArray(), Is.EqualTo(new[] { .7, .4 }).Within(1e-14), "one point alone");
    }

    [Test]
    public void At_the_limits_it_is_the_nearest_point_and_the_mean()
    {
        var schedule = NoiseSchedule.FromFunctions(4, t => 1 - (t / 4), t => t == 0 ? 0 : t < 1 ? 1e-200 * t : t);
        var data = Tensor<float>.From([4, 2], [0, 0, 1, 0, 1, 0, 0, 3]);
        var denoiser = new IdealDenoiser<float>(data, schedule);
        var x = Tensor<float>.From([4, 2], [.4f, .1f, .9f, 0, .5f, 0, 10, -10]);
        using (Assert.EnterMultipleScope())
        {
            // The point that stands twice counts twice, where two points are as near as where nothing is seen.
            float[] nearest = [0, 0, 1, 0, 2 / 3f, 0, 1, 0];
            Assert.That(denoiser.Predict(x, [0]).X0.Span.ToArray(), Is.EqualTo(nearest).Within(1e-6f));
            Assert.That(denoiser.Predict(x, [.5]).X0.Span[..4].ToArray(), Is.EqualTo(nearest[..4]).Within(1e-6f), "S = 5e-201");
            Assert.That(denoiser.Predict(x, [4]).X0.Span.ToArray(), Is.EqualTo((float[])[.5f, .75f, .5f, .75f, .5f, .75f, .5f, .75f]).Within(1e-6f), "g = 0");
            Assert.That(denoiser.Predict(x, [4]).Noise.Span[0], Is.EqualTo(.1f).Within(1e-6f));
            Assert.That(denoiser.Predict(Tensor<float>.Full([1, 2], 1e18f), [2]).X0.Span.ToArray(), Is.All.Matches<float>(float.IsFinite));
            Assert.That(() => denoiser.Predict(x, [0]).Noise, Throws.InvalidOperationException);
        }
    }

    [Test]
    public void Blocks_and_threads_change_nothing_that_matters()
    {
        var schedule = NoiseSchedule.Cosine(100);
        var data = Random.For(Purpose.Data).At(1).Normal<float>([3000, 5]);
        int[] labels = [.. Enumerable.Range(0, 3000).Select(i => i % 3)];
        var x = Random.For(Purpose.Noise).At(1).Normal<float>([700, 5]);
        double[] t = [.. Enumerable.Range(0, 700).Select(i => .1 + (i / 7.1))];
        int[] asked = [.. Enumerable.Range(0, 700).Select(i => (i % 4) - 1)];
        var one = new IdealDenoiser<float>(data, schedule, labels, block: 3000).Predict(x, t, asked).X0.Span.ToArray();
        Assert.That(new IdealDenoiser<float>(data, schedule, labels, block: 17).Predict(x, t, asked).X0.Span.ToArray(), Is.EqualTo(one).Within(1e-6f));
        int before = Workers.ThreadCount;
        try
        {
            var results = new List<float[]>();
            foreach (int threads in (int[])[1, 2, 5])
            {
                Workers.ThreadCount = threads;
                results.Add(new IdealDenoiser<float>(data, schedule, labels).Predict(x, t, asked).X0.Span.ToArray());
            }

            Assert.That(results, Is.All.EqualTo(results[0]));
        }
        finally
        {
            Workers.ThreadCount = before;
        }
    }

    // To the letter what memorising is: whatever the noise, the end is a point of the set, and with a label one of that label.
    [Test]
    public void Samples_end_on_points_of_the_set([Values] bool labelled)
    {
        // A jittered lattice: no two points are nearer than some twenty times the noise of the last step.
        var schedule = NoiseSchedule.Cosine(1000);
        var data = Random.For(Purpose.Data).At(2).Uniform<float>([100, 2, 1]);
        int[] labels = [.. Enumerable.Range(0, 100).Select(i => i % 10 < 5 ? 0 : 1)];
        for (int i = 0; i < 200; i++)
            data.Span[i] = (.2f * (i % 2 == 0 ? i / 2 % 10 : i / 20)) - .9f + (.04f * data.Span[i]);
        var denoiser = new IdealDenoiser<float>(data, schedule, labels);
        var start = Start.Draw<float>(Random, [200, 2, 1]);
        foreach (var sampler in (ISampler<float>[])[new DdimSampler<float>(), new DdpmSampler<float>(), new DpmSolverSampler<float>()])
        {
            var x = sampler.Sample(denoiser, schedule, start, labelled ? 1 : default(Condition<float>), Random);
            var reached = new HashSet<int>();
            for (int i = 0; i < 200; i++)
            {
                int nearest = Enumerable.Range(0, 100).MinBy(k => Distance(x, i, data, k));
                Assert.That(Distance(x, i, data, nearest), Is.LessThan(1e-3), sampler.Name);
                if (labelled)
                    Assert.That(labels[nearest], Is.EqualTo(1));
                _ = reached.Add(nearest);
            }

            Assert.That(reached, Has.Count.GreaterThan(25), "different points");
        }

        // The exact denoiser of the mixture does not end on them.
        var other = new DdimSampler<float>().Sample(new ExactDenoiser<float>(GaussianMixture.TwoPixel, schedule), schedule, start, default, Random);
        Assert.That(Enumerable.Range(0, 200).Count(i => Enumerable.Range(0, 100).Min(k => Distance(other, i, data, k)) > 1e-3), Is.GreaterThan(190));
    }

    [Test]
    public void Sets_of_points_and_images_are_data_as_they_are()
    {
        var schedule = NoiseSchedule.Cosine(10);
        var points = new PointSet(Tensor<float>.From([2, 2, 1], [0, 1, 1, 0]), new[] { 0, 1 });
        var images = ImageSet.Of(Random.For(Purpose.Data).At(3).Uniform<float>([4, 3, 3, 1]));
        Assert.That(new IdealDenoiser<float>(points.Points, schedule, points.Labels).Predict(Tensor<float>.Zeros([1, 2, 1]), [3], 1).X0.Span.ToArray(), Is.EqualTo(new[] { 1f, 0 }));
        Assert.That(new IdealDenoiser<float>(images.ToTensor<float>(), schedule, images.Labels).Predict(images.ToTensor<float>(), [1e-3]).X0.Span.ToArray(), Is.EqualTo(images.ToTensor<float>().Span.ToArray()).Within(1e-6f));
    }

    [Test]
    public void Bad_input_is_named()
    {
        var schedule = NoiseSchedule.Cosine(10);
        var data = Tensor<float>.From([2, 2], [0, 1, 1, 0]);
        var denoiser = new IdealDenoiser<float>(data, schedule, new[] { 0, 2 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new IdealDenoiser<float>(Tensor<float>.Zeros([0, 2]), schedule), Throws.ArgumentException.With.Message.Contains("at least one"));
            Assert.That(() => new IdealDenoiser<float>(Tensor<float>.From([1, 2], [0, float.NaN]), schedule), Throws.ArgumentException.With.Message.Contains("Number 1 of point 0 is NaN"));
            Assert.That(() => new IdealDenoiser<float>(data, schedule, new[] { 0 }), Throws.ArgumentException.With.Message.Contains("1 labels"));
            Assert.That(() => new IdealDenoiser<float>(data, schedule, new[] { 0, -2 }), Throws.ArgumentException.With.Message.Contains("-2"));
            Assert.That(() => new IdealDenoiser<float>(data, schedule, block: 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => denoiser.Predict(Tensor<float>.Zeros([2, 3]), [1]), Throws.ArgumentException.With.Message.Contains("samples of 2 numbers"));
            Assert.That(() => denoiser.Predict(data, [1], 1), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("no point"));
            Assert.That(() => denoiser.Predict(data, [1], 3), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new IdealDenoiser<float>(data, schedule).Predict(data, [1], 0), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("no labels"));
            Assert.That(() => denoiser.Predict(data, [11]), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }
    }

    private static double Distance(Tensor<float> x, int i, Tensor<float> y, int k) =>
        Math.Sqrt(Math.Pow(x.Span[2 * i] - y.Span[2 * k], 2) + Math.Pow(x.Span[(2 * i) + 1] - y.Span[(2 * k) + 1], 2));

    // As a textbook has it: all distances from differences, the softmax with its largest exponent taken out.
    private static double[] Mean(Tensor<double> data, Tensor<double> x, NoiseLevel level)
    {
        int n = data.Shape[0], d = data.Length / n;
        double[] means = new double[x.Length];
        for (int row = 0; row < x.Shape[0]; row++)
        {
            double[] logits = [.. Enumerable.Range(0, n).Select(i => -Enumerable.Range(0, d).Sum(j => Math.Pow(x.Span[(row * d) + j] - (level.G * data.Span[(i * d) + j]), 2)) / (2 * level.B))];
            double most = logits.Max(), total = logits.Sum(logit => Math.Exp(logit - most));
            for (int j = 0; j < d; j++)
                means[(row * d) + j] = Enumerable.Range(0, n).Sum(i => Math.Exp(logits[i] - most) * data.Span[(i * d) + j]) / total;
        }

        return means;
    }
}
