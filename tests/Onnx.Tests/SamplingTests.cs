using System.Text.Json;
using Diffusion.Guidance;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Onnx;
using Diffusion.Sampling;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Onnx.Tests;

/// <summary>A loop of DDIM around ONNX Runtime, with nothing but the file, ends where ours does.</summary>
public sealed class SamplingTests
{
    private const int Samples = 50;

    private const double Guidance = 1.5;

    private static readonly Parameterisation[] Quantities = [Parameterisation.Epsilon, Parameterisation.V];

    // The loop of docs/onnx.md: two evaluations a step, from the metadata alone.
    [TestCaseSource(nameof(Quantities))]
    public void Around_the_network(Parameterisation asked)
    {
        var model = Model(asked);
        using var runtime = new Runtime(ModelExport.Of(model));
        double[] List(string name) => JsonSerializer.Deserialize<double[]>(runtime.Metadata[name])!;
        var (g, s, a, b) = (List("g"), List("s"), List("x0_factor"), List("noise_factor"));
        var (labels, x) = Start();
        int[] none = [.. Enumerable.Repeat(-1, Samples)];
        for (int t = g.Length - 1; t > 0; t--)
        {
            double[] times = [.. Enumerable.Repeat((double)t, Samples)];
            float[] conditional = runtime.Run(("x_t", x), ("t", times), ("label", labels))[0], unconditional = runtime.Run(("x_t", x), ("t", times), ("label", none))[0];
            for (int i = 0; i < x.Length; i++)
            {
                double q = ((1 + Guidance) * conditional[i]) - (Guidance * unconditional[i]), determinant = (b[t] * g[t]) - (a[t] * s[t]);
                double x0 = ((b[t] * x.Span[i]) - (s[t] * q)) / determinant, noise = ((g[t] * q) - (a[t] * x.Span[i])) / determinant;
                x.Span[i] = (float)((g[t - 1] * x0) + (s[t - 1] * noise));
            }
        }

        Check(model, x.Span);
    }

    [TestCaseSource(nameof(Quantities))]
    public void By_exported_steps(Parameterisation asked)
    {
        var model = Model(asked);
        using var runtime = new Runtime(ModelExport.DdimStep(model));
        var (labels, x) = Start();
        for (int t = model.Schedule.T; t > 0; t--)
        {
            double[] times = [.. Enumerable.Repeat((double)t, Samples)];
            x = Tensor<float>.From(x.Shape, runtime.Run(("x_t", x), ("t", times), ("t_next", Array.ConvertAll(times, each => each - 1)), ("label", labels), ("w", Guidance))[0]);
        }

        Check(model, x.Span);
    }

    [Test]
    public void Of_a_network_that_is_shown_scaled_data_and_takes_no_condition()
    {
        var schedule = NoiseSchedule.Cosine(8);
        var network = Drawn.Moved(new MlpDenoiser<float>(new() { Dimensions = 2, Width = 16, Layers = 1, Timesteps = 8 }, new RandomSource(4)));
        var model = new Model<float>(network, schedule, new EdmObjective<float>(), new(), "none");
        using var runtime = new Runtime(ModelExport.DdimStep(model));
        Tensor<float> start = Drawn.Normal([Samples, 2]), x = start.Clone();
        for (int t = schedule.T; t > 0; t--)
        {
            double[] times = [.. Enumerable.Repeat((double)t, Samples)];
            x = Tensor<float>.From(x.Shape, runtime.Run(("x_t", x), ("t", times), ("t_next", Array.ConvertAll(times, each => each - 1)))[0]);
        }

        var ours = new DdimSampler<float>().Sample(model.Denoiser, schedule, start, default, new RandomSource(0));
        Assert.That(Runtime.Difference(ours.Span, x.Span), Is.LessThan(1e-4));
    }

    [Test]
    public void Of_a_network_that_is_shown_an_image()
    {
        UNetLevel[] levels = [new() { Width = 8 }];
        var schedule = NoiseSchedule.Cosine(6);
        var network = Drawn.Moved(new UNet<float>(new() { Height = 4, Width = 4, Channels = 1, Classes = 2, ConditionChannels = 1, Levels = levels, Embedding = 16, Timesteps = 6 }, new RandomSource(4)));
        var model = new Model<float>(network, schedule, new SimpleObjective<float>(), new(), "none");
        using var runtime = new Runtime(ModelExport.DdimStep(model));
        Tensor<float> start = Drawn.Normal([Samples, 4, 4, 1]), image = Drawn.Normal([Samples, 4, 4, 1], 1), x = start.Clone();
        int[] labels = Drawn.Labels(Samples, 2);
        bool[] given = Array.ConvertAll(labels, label => label != 1);
        for (int t = schedule.T; t > 0; t--)
        {
            double[] times = [.. Enumerable.Repeat((double)t, Samples)];
            x = Tensor<float>.From(x.Shape, runtime.Run(
                ("x_t", x), ("t", times), ("t_next", Array.ConvertAll(times, each => each - 1)), ("label", labels), ("condition", image), ("has_condition", given), ("w", Guidance))[0]);
        }

        var condition = new Condition<float>(labels, image, Array.ConvertAll(given, has => !has));
        var ours = new DdimSampler<float>().Sample(new ClassifierFreeGuidance<float>(model.Denoiser, Guidance), schedule, start, condition, new RandomSource(0));
        Assert.That(Runtime.Difference(ours.Span, x.Span), Is.LessThan(1e-4));
    }

    // More classes than a probe has samples.
    [Test]
    public void Of_a_thousand_classes()
    {
        var network = Drawn.Moved(new MlpDenoiser<float>(new() { Dimensions = 2, Width = 16, Layers = 1, Classes = 1000, Timesteps = 8 }, new RandomSource(4)));
        using var runtime = new Runtime(OnnxExport.Of(network));
        var x = Drawn.Normal([Samples, 2]);
        int[] labels = [-1, 0, 999, .. Drawn.Labels(Samples - 3, 1000)];
        double[] t = Drawn.Times(Samples, 8);
        var ours = Tensor<float>.Uninitialized(x.Shape);
        network.Evaluate(x, t, labels, ours);
        Assert.That(Runtime.Difference(ours.Span, runtime.Run(("x_t", x), ("t", t), ("label", labels))[0]), Is.LessThan(1e-4));
    }

    private static (int[] Labels, Tensor<float> X) Start() => ([.. Enumerable.Range(0, Samples).Select(i => (i % 3) - 1)], Drawn.Normal([Samples, 2, 1]));

    private static Model<float> Model(Parameterisation asked) => new(
        Drawn.Moved(new TwoPixelUNet<float>(new() { Channels1 = 16, Channels2 = 64, Embedding = 16, Classes = 2, Timesteps = 50 }, new RandomSource(3))),
        NoiseSchedule.Cosine(50), new SimpleObjective<float>(asked), new(), "none");

    // Rounding grows along the steps, which a network without training does not contract.
    private static void Check(Model<float> model, ReadOnlySpan<float> theirs)
    {
        var (labels, start) = Start();
        var ours = new DdimSampler<float>().Sample(new ClassifierFreeGuidance<float>(model.Denoiser, Guidance), model.Schedule, start, labels, new RandomSource(0));
        double difference = Runtime.Difference(ours.Span, theirs);
        TestContext.Out.WriteLine($"{model.Objective.Parameterisation}: the difference after {model.Schedule.T} steps is {difference:E1}");
        Assert.That(difference, Is.LessThan(1e-4));
    }
}
