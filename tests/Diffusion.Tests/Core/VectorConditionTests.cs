using Diffusion.Data;
using Diffusion.Guidance;
using Diffusion.Networks;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Core;

/// <summary>Networks that are asked by vectors, with and without guidance, and guidance in the network's own quantity.</summary>
public sealed class VectorConditionTests
{
    private const int Count = 12;

    private static readonly RandomSource Random = new(84);
    private static readonly NoiseSchedule Schedule = NoiseSchedule.Straight(30);
    private static readonly Tensor<double> X = TestSchedules.Normal([Count, 4], 1), Vectors = TestSchedules.Normal([Count, 3], 2);
    private static readonly double[] Times = [.. Enumerable.Range(0, Count).Select(i => 2.5 * (i + 1))];

    // A network that has learned its row for what is missing, so that none is not a vector of zeros.
    private static readonly NetworkDenoiser<double> Denoiser = Make();

    [Test]
    public void A_vector_for_all_is_that_vector_for_each()
    {
        var one = Vectors.Rows(4, 5);
        var repeated = Tensor<double>.Zeros([Count, 3]);
        for (int i = 0; i < Count; i++)
            repeated.Rows(i, i + 1).CopyFrom(one);
        Assert.That(X0(one), Is.EqualTo(X0(repeated)).Within(1e-13));
        for (int i = 0; i < Count; i++)
        {
            double[] alone = Denoiser.Predict(X.Rows(i, i + 1), [Times[i]], Vectors.Rows(i, i + 1)).X0.Span.ToArray();
            Assert.That(X0(Vectors).AsSpan(4 * i, 4).ToArray(), Is.EqualTo(alone).Within(1e-13));
        }
    }

    [Test]
    public void Samples_without_their_vector_are_predicted_as_without_any()
    {
        bool[] dropped = [.. Enumerable.Range(0, Count).Select(i => i % 3 == 0)];
        double[] some = X0(new(default, Vectors, dropped)), all = X0(Vectors), none = X0(default), zeros = X0(Tensor<double>.Zeros([1, 3]));
        Assert.That(X0(new(default, Vectors, new bool[Count])), Is.EqualTo(all));
        for (int i = 0; i < some.Length; i++)
        {
            Assert.That(some[i], Is.EqualTo((dropped[i / 4] ? none : all)[i]).Within(1e-13));
            Assert.That(none[i], Is.Not.EqualTo(all[i]).Within(1e-6).And.Not.EqualTo(zeros[i]).Within(1e-6));
        }

        // What was dropped is not read.
        var spoiled = Vectors.Clone();
        for (int i = 0; i < Count; i += 3)
            spoiled.Rows(i, i + 1).Span.Fill(double.NaN);
        Assert.That(X0(new(default, spoiled, dropped)), Is.EqualTo(some));
    }

    [Test]
    public void Guidance_leads_towards_a_vector_and_away_from_another()
    {
        double[] own = X0(Vectors), none = X0(default), other = X0(Vectors.Rows(2, 3));
        Assert.That(Guided(new(Denoiser, 1.5)), Is.EqualTo(own.Zip(none, (x, y) => (2.5 * x) - (1.5 * y))).Within(1e-12));
        Assert.That(Guided(new(Denoiser, 1.5) { Negative = Vectors.Rows(2, 3) }), Is.EqualTo(own.Zip(other, (x, y) => (2.5 * x) - (1.5 * y))).Within(1e-12));
        Assert.That(Guided(new(Denoiser, 0)), Is.EqualTo(own));
        Assert.That(Guided(new(Denoiser, -1)), Is.EqualTo(none));

        // Sample by sample: those without a vector are not guided.
        bool[] dropped = [.. Enumerable.Range(0, Count).Select(i => i % 2 == 0)];
        double[] some = new ClassifierFreeGuidance<double>(Denoiser, 1.5).Predict(X, Times, new Condition<double>(default, Vectors, dropped)).X0.Span.ToArray();
        for (int i = 0; i < some.Length; i++)
            Assert.That(some[i], Is.EqualTo(dropped[i / 4] ? none[i] : (2.5 * own[i]) - (1.5 * none[i])).Within(1e-12));

        static double[] Guided(ClassifierFreeGuidance<double> guidance) => guidance.Predict(X, Times, Vectors).X0.Span.ToArray();
    }

    [Test]
    public void A_walk_between_vectors_is_a_weighted_mean()
    {
        double[] shares = [.. Enumerable.Range(0, Count).Select(i => i / (Count - 1.0))];
        double[] walked = new ConditionInterpolation<double>(Denoiser, Vectors.Rows(2, 3), shares).Predict(X, Times, Vectors).X0.Span.ToArray(), from = X0(Vectors), to = X0(Vectors.Rows(2, 3));
        for (int i = 0; i < walked.Length; i++)
            Assert.That(walked[i], Is.EqualTo(((1 - shares[i / 4]) * from[i]) + (shares[i / 4] * to[i])).Within(1e-13));
        Assert.That(() => new ConditionInterpolation<double>(Denoiser, 0, [.5, 1.5]), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("1.5 is outside of [0, 1]"));
        Assert.That(() => new ConditionInterpolation<double>(Denoiser, Vectors, [.5]), Throws.ArgumentException.With.Message.Contains("of 1 samples"));
        Assert.That(() => new ConditionInterpolation<double>(Denoiser, 0, [.5]).Predict(X, Times), Throws.ArgumentException.With.Message.Contains("12 samples were given, but 1 shares"));
    }

    [Test]
    public void Batches_and_samplers_carry_vectors_with_their_samples()
    {
        var batched = new BatchedDenoiser<double>(Denoiser, 5).Predict(X, Times, Vectors);
        Assert.That(batched.X0.Span.ToArray(), Is.EqualTo(X0(Vectors)).Within(1e-13));
        var sampler = new HeunSampler<double>(new SamplerSettings { Steps = 6 });
        var all = sampler.Sample(Denoiser, Schedule, X, Vectors, Random);
        for (int i = 0; i < Count; i++)
        {
            double[] alone = sampler.Sample(Denoiser, Schedule, X.Rows(i, i + 1), Vectors.Rows(i, i + 1), Random).Span.ToArray();
            Assert.That(all.Rows(i, i + 1).Span.ToArray(), Is.EqualTo(alone).Within(1e-12));
        }
    }

    // The paper's figure (arXiv:2305.08891, section 3.4) is of a network of v: at low signal that is the data, whose deviation comes back. The
    // noise is nearly the state there whatever the data are, so to rescale it changes next to nothing.
    [Test]
    public void Rescaling_in_v_brings_back_the_deviation_of_the_data_where_the_signal_is_low()
    {
        var schedule = NoiseSchedule.Cosine(50);
        var level = schedule.At(48);
        Assert.That(level.G, Is.LessThan(.08));
        var images = TestSchedules.Normal([3, 16, 16, 1], 5);
        double[] Ratio(Parameterisation asked)
        {
            // Labels know more of the data than none does: half as much again in their direction.
            var denoiser = new DenoiserOf<double>(schedule, asked, (xt, t, condition, q) =>
            {
                var (a, b) = asked.At(level);
                for (int i = 0; i < xt.Length; i++)
                {
                    double x0 = (condition.HasLabels ? .6 : .4) * Math.Sin(.37 * i);
                    q.Span[i] = (a * x0) + (b * (xt.Span[i] - (level.G * x0)) / level.S);
                }
            });
            var plain = denoiser.Predict(images, [48], 1).X0;
            double[] deviations = Deviations(plain);
            Assert.That(Deviations(new ClassifierFreeGuidance<double>(denoiser, 6).Predict(images, [48], 1).X0).Zip(deviations, (x, y) => x / y), Is.All.EqualTo(3).Within(1e-9), ".6 + 6·.2 of .6");
            return [.. Deviations(new ClassifierFreeGuidance<double>(denoiser, 6) { Rescale = 1 }.Predict(images, [48], 1).X0).Zip(deviations, (x, y) => x / y)];
        }

        double[] velocity = Ratio(Parameterisation.V), noise = Ratio(Parameterisation.Epsilon), data = Ratio(Parameterisation.X0);
        TestContext.Out.WriteLine($"deviation of x_0 over the conditional one after rescaling: of v {velocity.Average():F3}, of noise {noise.Average():F3}, of x_0 {data.Average():F3}");
        Assert.That(velocity, Is.All.EqualTo(1).Within(.05));
        Assert.That(data, Is.All.EqualTo(1).Within(1e-9));
        Assert.That(noise, Is.All.GreaterThan(2.5));
    }

    private static double[] Deviations(Tensor<double> x) => [.. Enumerable.Range(0, x.Shape[0]).Select(i =>
    {
        double[] values = x.Rows(i, i + 1).Span.ToArray();
        double mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    })];

    private static double[] X0(Condition<double> condition) => Denoiser.Predict(X, Times, condition).X0.Span.ToArray();

    private static NetworkDenoiser<double> Make()
    {
        var network = new MlpDenoiser<double>(new() { Dimensions = 4, Width = 16, Layers = 2, ConditionFeatures = 3, Timesteps = 30 }, Random);
        network.NamedParameters.Single(named => named.Name == "vector.missing").Parameter.Value.CopyFrom(TestSchedules.Normal([1, 16], 3));
        return new(network, Parameterisation.Flow, Schedule);
    }
}
