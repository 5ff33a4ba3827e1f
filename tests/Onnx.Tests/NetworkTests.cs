using Diffusion.Networks;
using Diffusion.Onnx;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Onnx.Tests;

/// <summary>Every network of the library: ONNX Runtime says the same of a thousand inputs, and of batches of all sizes with one file.</summary>
public sealed class NetworkTests
{
    private const double Tolerance = 1e-4;

    private const int Count = 1000;

    private static readonly int[] Batches = [1, 2, 7, 64, Count - 74];

    private static readonly RandomSource Seed = new(3);

    private static UNetLevel[] Levels => [new() { Width = 8, Attention = AttentionKind.Linear, Heads = 2 }, new() { Width = 16, Blocks = 2, Attention = AttentionKind.Softmax, Heads = 4 }];

    private static IEnumerable<TestCaseData> Networks()
    {
        yield return Row("two-pixel", new TwoPixelUNet<float>(new() { Channels1 = 16, Channels2 = 64, Embedding = 16, Classes = 2, Timesteps = 50 }, Seed));
        yield return Row("two-pixel with variance", new TwoPixelUNet<float>(new() { Channels1 = 16, Channels2 = 64, Embedding = 16, Classes = 1, Timesteps = 20, LearnsVariance = true }, Seed));
        yield return Row("digits", new MnistUNet<float>(new() { Widths = [8, 8, 16, 16], Embedding = 16, Timesteps = 400 }, Seed));
        yield return Row("images without a condition", new UNet<float>(new() { Height = 5, Width = 7, Channels = 3, Levels = Levels, Embedding = 16, Timesteps = 100 }, Seed));
        yield return Row("images of classes, with an image", new UNet<float>(new() { Height = 6, Width = 4, Channels = 1, Classes = 3, ConditionChannels = 2, Levels = Levels, Embedding = 16, Timesteps = 100 }, Seed));
        yield return Row("images with a vector", new UNet<float>(new() { Height = 4, Width = 4, Channels = 2, ConditionFeatures = 3, Levels = Levels, Embedding = 16, Timesteps = 100 }, Seed));
        yield return Row("sequences", new UNet1d<float>(new() { Length = 11, Channels = 2, Classes = 5, Levels = Levels, Embedding = 16, Timesteps = 100 }, Seed));
        yield return Row("points of classes, with a vector", new MlpDenoiser<float>(new() { Dimensions = 3, Width = 16, Layers = 2, Classes = 4, ConditionFeatures = 2, Timesteps = 30 }, Seed));
    }

    [TestCaseSource(nameof(Networks))]
    public void A_denoising_network_predicts_the_same(DenoisingNetwork<float> network)
    {
        _ = Drawn.Moved(network);
        var file = OnnxExport.Of(network);
        using var runtime = new Runtime(file);
        double worst = 0;
        int from = 0;
        foreach (int batch in Batches)
        {
            uint stream = (uint)from;
            var x = Drawn.Normal(network.SampleShape!.Value.Prepend(batch), stream);
            double[] t = Drawn.Times(batch, network.Timesteps!.Value, stream);
            int[] labels = Drawn.Labels(batch, network.Classes, stream);
            bool[] given = [.. labels.Select((_, i) => (i + stream) % 3 != 0)];
            var values = ValuesOf(network, batch, stream);
            var condition = new Condition<float>(network.Classes > 0 ? labels : default, values, values is null ? default : Array.ConvertAll(given, has => !has));
            Tensor<float> ours = Tensor<float>.Uninitialized(x.Shape), variance = Tensor<float>.Uninitialized(x.Shape);
            network.Evaluate(x, t, condition, ours, network.LearnsVariance ? variance : null);

            float[][] theirs = runtime.Run(("x_t", x), ("t", t), ("label", labels), ("condition", values ?? x), ("has_condition", given));
            worst = Math.Max(worst, Runtime.Difference(ours.Span, theirs[0]));
            if (network.LearnsVariance)
                worst = Math.Max(worst, Runtime.Difference(variance.Span, theirs[1]));
            from += batch;
        }

        TestContext.Out.WriteLine($"{network.Architecture}: {from} inputs, the worst difference is {worst:E1}");
        Assert.That(worst, Is.LessThan(Tolerance));
    }

    [Test]
    public void The_state_has_the_names_of_state_dictionaries()
    {
        var network = Drawn.Moved(new TwoPixelUNet<float>(new() { Channels1 = 16, Channels2 = 64, Embedding = 16, Classes = 2, Timesteps = 50 }, Seed));
        var file = OnnxExport.Of(network);
        Assert.That(file.Constants, Is.SupersetOf(Nn.Serialization.StateDict.Of(network).Keys));
        Assert.That(file.Inputs, Is.EqualTo((string[])["x_t", "t", "label"]));
        Assert.That(file.Outputs, Is.EqualTo((string[])["prediction"]));
    }

    // Convolutions, normalisations and functions between them stay in one order of dimensions: only the data are turned, at both ends.
    [Test]
    public void A_network_of_convolutions_has_no_transposition_inside()
    {
        UNetLevel[] levels = [new() { Width = 8 }, new() { Width = 16 }];
        var network = Drawn.Moved(new UNet<float>(new() { Height = 4, Width = 4, Channels = 2, Classes = 2, Levels = levels, Middle = AttentionKind.None, Embedding = 16, Timesteps = 100 }, Seed));
        Assert.That(OnnxExport.Of(network).Operators.Count(each => each == "Transpose"), Is.EqualTo(2));
    }

    [Test]
    public void A_classifier_of_noisy_points_says_the_same()
    {
        var classifier = Drawn.Moved(new TwoPixelClassifier<float>(3, 50, Seed, features: 16));
        using var runtime = new Runtime(OnnxExport.Of(classifier, [2, 1], 50));
        Check(classifier, runtime, [Count, 2, 1], 50);
    }

    [Test]
    public void A_classifier_of_noisy_images_says_the_same()
    {
        var classifier = Drawn.Moved(new NoisyImageClassifier<float>(new() { Height = 8, Width = 12, Channels = 3, Widths = [8, 16], Features = 16, Classes = 4 }, 100, Seed));
        using var runtime = new Runtime(OnnxExport.Of(classifier, [8, 12, 3], 100));
        Check(classifier, runtime, [Count, 8, 12, 3], 100);
    }

    [Test]
    public void A_classifier_of_images_says_the_same()
    {
        var classifier = Drawn.Moved(new ImageClassifier<float>(new() { Height = 8, Width = 12, Channels = 3, Widths = [8, 16], Features = 16, Classes = 4 }, Seed));
        using var runtime = new Runtime(OnnxExport.Of(classifier));
        var images = Drawn.Normal([Count, 8, 12, 3]);
        var (features, classes) = classifier.Classify(images);
        float[][] theirs = runtime.Run(("images", images));
        double worst = Runtime.Difference(features.Span, theirs[0]);
        TestContext.Out.WriteLine($"image classifier: the worst difference of features is {worst:E1}");
        Assert.That(worst, Is.LessThan(Tolerance));
        var told = theirs[1].Chunk(4).Select(logits => Array.IndexOf(logits, logits.Max()));
        Assert.That(told.Zip(classes).Count(pair => pair.First != pair.Second), Is.LessThanOrEqualTo(1), "classes told otherwise");
    }

    private static void Check(NoisyClassifier<float> classifier, Runtime runtime, Shape shape, int timesteps)
    {
        var x = Drawn.Normal(shape);
        double[] t = Drawn.Times(shape[0], timesteps);
        var ours = classifier.LogProbabilities(x, t);
        float[] theirs = [.. runtime.Run(("x_t", x), ("t", t))[0].Chunk(classifier.Classes).SelectMany(logits =>
        {
            double sum = Math.Log(logits.Sum(logit => Math.Exp(logit)));
            return logits.Select(logit => (float)(logit - sum));
        })];
        double worst = Runtime.Difference(ours.Span, theirs);
        TestContext.Out.WriteLine($"{classifier.GetType().Name}: the worst difference is {worst:E1}");
        Assert.That(worst, Is.LessThan(Tolerance));
    }

    private static Tensor<float>? ValuesOf(DenoisingNetwork<float> network, int batch, uint stream) => network switch
    {
        UNet<float> { Configuration.ConditionChannels: > 0 and var channels } => Drawn.Normal(network.SampleShape!.Value.With(^1, channels).Prepend(batch), stream + 5000),
        UNet<float> { Configuration.ConditionFeatures: > 0 and var features } => Drawn.Normal([batch, features], stream + 5000),
        MlpDenoiser<float> { Configuration.ConditionFeatures: > 0 and var features } => Drawn.Normal([batch, features], stream + 5000),
        _ => null,
    };

    private static TestCaseData Row(string name, DenoisingNetwork<float> network) => new TestCaseData(network).SetArgDisplayNames(name);
}
