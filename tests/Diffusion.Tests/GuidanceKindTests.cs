using Diffusion.Data;
using Diffusion.Guidance;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests;

/// <summary>Autoguidance, adaptive projected guidance and CFG++ against their formulas and against classifier-free guidance, of points and images, in float and double.</summary>
[TestFixture(typeof(float), 2e-4)]
[TestFixture(typeof(double), 1e-12)]
public sealed class GuidanceKindTests<T>(double tolerance)
    where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
{
    private static readonly RandomSource Random = new(52);
    private static readonly VariancePreservingSchedule Schedule = NoiseSchedule.Cosine(50);

    // A network of images [N, 8, 8, 3]: some smooth function of x_t, t and the label.
    private static readonly DenoiserOf<T> Images = new(Schedule, Parameterisation.V, (xt, t, condition, v) =>
    {
        for (int i = 0; i < xt.Length; i++)
        {
            int sample = i / (xt.Length / xt.Shape[0]);
            double x = double.CreateTruncating(xt.Span[i]), time = DenoiserArguments.TimeOf(t, sample);
            v.Span[i] = T.CreateTruncating(Math.Sin(x + (0.02 * time)) + (0.3 * Math.Cos((condition.LabelOf(sample) + 2) * (i % 7))));
        }
    });

    private static readonly GaussianMixture Points3 = new(
    [
        new MixtureComponent(0.25, [1, 0, -1], 0.4),
        new MixtureComponent(0.75, [-1, 0.5, 0], [0.20, 0.10, 0, 0.10, 0.10, 0, 0, 0, 0.05]),
    ]);

    private static IEnumerable<(string Name, IDenoiser<T> Denoiser, Tensor<T> X)> Cases()
    {
        yield return ("images", Images, Random.For(Purpose.Noise).At(1).Normal<T>([4, 8, 8, 3]));
        yield return ("points", new ExactDenoiser<T>(Points3, Schedule), Random.For(Purpose.Noise).At(2).Normal<T>([6, 3]));
    }

    [Test]
    public void Without_weight_each_is_the_conditional_prediction_to_the_bit()
    {
        foreach (var (name, denoiser, x) in Cases())
        {
            var plain = denoiser.Predict(x, [20], 1);
            foreach (IDenoiser<T> guided in (IDenoiser<T>[])[new Autoguidance<T>(denoiser, Images, 0), new AdaptiveProjectedGuidance<T>(denoiser, 0) { Threshold = 0.1, Momentum = -0.5 }])
                Same(guided.Predict(x, [20], 1), plain, 0, name);
            Same(new Autoguidance<T>(Images, denoiser, -1).Predict(x, [20], 1), plain, 0, name);
            Same(new AdaptiveProjectedGuidance<T>(denoiser, 2).Predict(x, [20]), denoiser.Predict(x, [20]), 0, name);
        }
    }

    [Test]
    public void Autoguidance_by_the_unconditional_prediction_is_classifier_free_guidance([Values(-0.5, 1, 3)] double w)
    {
        foreach (var (name, denoiser, x) in Cases())
        {
            double[] times = [.. Enumerable.Range(0, x.Shape[0]).Select(i => 5.0 + (6 * i))];
            foreach (double[] t in (double[][])[[20], times])
                Same(new Autoguidance<T>(denoiser, new Unconditional(denoiser), w).Predict(x, t, 1), new ClassifierFreeGuidance<T>(denoiser, w).Predict(x, t, 1), 0, name);
        }
    }

    // Both are asked for the same label.
    [Test]
    public void Autoguidance_leads_away_from_the_weaker_model_with_the_condition()
    {
        var x = Random.For(Purpose.Noise).At(3).Normal<T>([5, 3]);
        IDenoiser<T> model = new ExactDenoiser<T>(Points3, Schedule), weaker = new ExactDenoiser<T>(Blurred(Points3), Schedule);
        Prediction<T> guided = new Autoguidance<T>(model, weaker, 1.5).Predict(x, [20], 0), strong = model.Predict(x, [20], 0), weak = weaker.Predict(x, [20], 0);
        for (int i = 0; i < x.Length; i++)
        {
            Assert.That(Number(guided.X0, i), Is.EqualTo((2.5 * Number(strong.X0, i)) - (1.5 * Number(weak.X0, i))).Within(20 * tolerance));
            Assert.That(Number(guided.Noise, i), Is.EqualTo((2.5 * Number(strong.Noise, i)) - (1.5 * Number(weak.Noise, i))).Within(20 * tolerance));
        }

        var other = new ExactDenoiser<T>(Points3, NoiseSchedule.Linear(50));
        Assert.That(() => new Autoguidance<T>(model, other, 1).Predict(x, [20], 0), Throws.ArgumentException.With.Message.Contains("one schedule"));
        Assert.That(() => new Autoguidance<T>(model, weaker, double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Unprojected_guidance_is_classifier_free_guidance([Values(-0.5, 1, 3)] double w)
    {
        foreach (var (name, denoiser, x) in Cases())
            Same(new AdaptiveProjectedGuidance<T>(denoiser, w) { Eta = 1 }.Predict(x, [20], 1), new ClassifierFreeGuidance<T>(denoiser, w).Predict(x, [20], 1), 100 * tolerance, name);
    }

    // In every sample by itself: the guidance has eta of its part along x_0c, all of the rest, and the length r at most.
    [Test]
    public void Projected_guidance_keeps_what_it_says([Values(0, 0.3)] double eta, [Values(null, 0.4)] double? threshold)
    {
        const double W = 2;
        foreach (var (name, denoiser, x) in Cases())
        {
            var guided = new AdaptiveProjectedGuidance<T>(denoiser, W) { Eta = eta, Threshold = threshold }.Predict(x, [20], 1);
            Prediction<T> own = denoiser.Predict(x, [20], 1), free = denoiser.Predict(x, [20]);
            for (int i = 0; i < x.Shape[0]; i++)
            {
                double[] c = Row(own.X0, i), full = Minus(c, Row(free.X0, i)), got = [.. Minus(Row(guided.X0, i), c).Select(value => value / W)];
                double length = Math.Sqrt(Dot(full, full)), scale = threshold < length ? threshold.Value / length : 1, part = Dot(full, c) / Dot(c, c);
                for (int j = 0; j < c.Length; j++)
                    Assert.That(got[j], Is.EqualTo(scale * (full[j] - (part * c[j]) + (eta * part * c[j]))).Within(50 * tolerance), name);
                Assert.That(Dot(got, c), Is.EqualTo(eta * scale * Dot(full, c)).Within(500 * tolerance), name);
                Assert.That(Math.Sqrt(Dot(got, got)), Is.LessThanOrEqualTo((threshold ?? double.PositiveInfinity) + (50 * tolerance)), name);
            }

            // The noise follows from x_0.
            var level = Schedule.At(20);
            for (int i = 0; i < x.Length; i++)
                Assert.That((level.G * Number(guided.X0, i)) + (level.S * Number(guided.Noise, i)), Is.EqualTo(Number(x, i)).Within(20 * tolerance), name);
        }
    }

    [Test]
    public void Momentum_adds_up_while_times_fall_and_begins_anew_where_they_rise()
    {
        const double Beta = -0.6, W = 1.5;
        foreach (var (name, denoiser, x) in Cases())
        {
            var guided = new AdaptiveProjectedGuidance<T>(denoiser, W) { Eta = 1, Momentum = Beta };
            double[] first = Guidance(denoiser, x, 30), second = Guidance(denoiser, x, 20), third = Guidance(denoiser, x, 10);
            double[] Sum(double[] own, double[] before) => [.. own.Select((value, i) => value + (Beta * before[i]))];
            double[] two = Sum(second, first), three = Sum(third, two);
            foreach (string run in (string[])["a run", "another one"])
            {
                Expect(30, first);
                Expect(20, two);
                Expect(20, two);
                Expect(10, three);
                Expect(10, three);
            }

            Expect(45, Guidance(denoiser, x, 45));
            guided.Reset();
            Expect(10, third);

            // Other samples are another run, and times of samples are their own.
            Same(guided.Predict(x.Rows(0, 2), [5], 1), new ClassifierFreeGuidance<T>(denoiser, W).Predict(x.Rows(0, 2), [5], 1), 200 * tolerance, name);
            double[] mixed = [.. Enumerable.Range(0, x.Shape[0]).Select(i => i == 1 ? 30.0 : 20)];
            guided.Reset();
            _ = guided.Predict(x, [30], 1);
            var each = guided.Predict(x, mixed, 1);
            Assert.That(Row(each.X0, 1), Is.EqualTo(Row(denoiser.Predict(x, [30], 1).X0, 1).Select((value, j) => value + (W * first[Row(x, 0).Length + j]))).Within(200 * tolerance), name);
            Assert.That(Row(each.X0, 0), Is.EqualTo(Row(denoiser.Predict(x, [20], 1).X0, 0).Select((value, j) => value + (W * two[j]))).Within(200 * tolerance), name);

            void Expect(double t, double[] guidance)
            {
                Tensor<T> got = guided.Predict(x, [t], 1).X0, own = denoiser.Predict(x, [t], 1).X0;
                for (int i = 0; i < x.Length; i++)
                    Assert.That(Number(got, i), Is.EqualTo(Number(own, i) + (W * guidance[i])).Within(200 * tolerance), $"{name}, t = {t}");
            }
        }
    }

    // By hand, and as DDIM under classifier-free guidance with w + 1 = lambda rho / (rho - rho_s).
    [Test]
    public void A_step_of_cfg_plus_plus_is_the_papers([Values(0, 0.1, 1)] double lambda)
    {
        foreach (var (name, denoiser, x) in Cases())
        {
            var settings = new SamplerSettings { Times = [30, 24] };
            var (from, to) = (Schedule.At(30), Schedule.At(24));
            var sampler = new CfgPlusPlusSampler<T>(lambda, settings);
            var run = sampler.Begin(denoiser, Schedule, x, 1, Random);
            Assert.That(run.Step() && run.Evaluations == sampler.EvaluationsFor(Schedule) && run.Evaluations == 2);
            Prediction<T> own = denoiser.Predict(x, [30], 1), free = denoiser.Predict(x, [30]);
            var guided = new ClassifierFreeGuidance<T>(denoiser, (lambda * from.Rho / (from.Rho - to.Rho)) - 1);
            var same = new DdimSampler<T>(settings).Sample(guided, Schedule, x, 1, Random);
            for (int i = 0; i < x.Length; i++)
            {
                double noise = Number(free.Noise, i) + (lambda * (Number(own.Noise, i) - Number(free.Noise, i)));
                double x0 = (Number(x, i) - (from.S * noise)) / from.G;
                Assert.That(Number(run.X, i), Is.EqualTo((to.G * x0) + (to.S * Number(free.Noise, i))).Within(50 * tolerance), name);
                Assert.That(Number(same, i), Is.EqualTo(Number(run.X, i)).Within(100 * tolerance), name);
            }

            // Where nothing is asked for, it is DDIM.
            var plain = new DdimSampler<T>(settings).Sample(denoiser, Schedule, x, default, Random);
            Assert.That(Values(sampler.Sample(denoiser, Schedule, x, default, Random)), Is.EqualTo(Values(plain)).Within(20 * tolerance), name);
        }
    }

    [Test]
    public void Settings_that_make_no_sense_are_refused()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => new AdaptiveProjectedGuidance<T>(Images, double.PositiveInfinity), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => new AdaptiveProjectedGuidance<T>(Images, 1) { Eta = 1.1 }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Eta is 1.1"));
            Assert.That(() => new AdaptiveProjectedGuidance<T>(Images, 1) { Threshold = 0 }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Threshold is 0"));
            Assert.That(() => new AdaptiveProjectedGuidance<T>(Images, 1) { Momentum = -1 }, Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Momentum is -1"));
            Assert.That(() => new CfgPlusPlusSampler<T>(1.5), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("lambda is 1.5"));
        }
    }

    private static double[] Guidance(IDenoiser<T> denoiser, Tensor<T> x, double t) => Minus(Values(denoiser.Predict(x, [t], 1).X0), Values(denoiser.Predict(x, [t]).X0));

    private static GaussianMixture Blurred(GaussianMixture mixture) =>
        new([.. mixture.Components.Select(component => new MixtureComponent(component.Weight, component.Mean.Span, 1.0))]);

    private static double Number(Tensor<T> tensor, int i) => double.CreateTruncating(tensor.Span[i]);

    private static double[] Values(Tensor<T> tensor) => [.. Enumerable.Range(0, tensor.Length).Select(i => Number(tensor, i))];

    private static double[] Row(Tensor<T> tensor, int i) => Values(tensor.Rows(i, i + 1));

    private static double[] Minus(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x - y)];

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static void Same(Prediction<T> got, Prediction<T> wanted, double within, string name)
    {
        Assert.That(Values(got.X0), Is.EqualTo(Values(wanted.X0)).Within(within), name);
        Assert.That(Values(got.Noise), Is.EqualTo(Values(wanted.Noise)).Within(within), name);
    }

    private sealed class Unconditional(IDenoiser<T> inner) : IDenoiser<T>
    {
        public void Predict(Tensor<T> xt, ReadOnlySpan<double> t, Condition<T> condition, Prediction<T> prediction) => inner.Predict(xt, t, default, prediction);
    }
}
