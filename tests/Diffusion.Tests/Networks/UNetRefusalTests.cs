using Diffusion.Autograd;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Nn;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Tests.Networks;

/// <summary>What UNets and their blocks do not take, and that they say what they do.</summary>
public sealed class UNetRefusalTests
{
    private static readonly UNetConfiguration Plain = TestUNets.Images(6, 5);

    private static IEnumerable<TestCaseData> Settings()
    {
        yield return Case("Height is 0; accepted is 1 to", () => Plain with { Height = 0 });
        yield return Case("Width is -1; accepted is 1 to", () => Plain with { Width = -1 });
        yield return Case("Length is 0; accepted is 1 to", () => TestUNets.Sequences(0));
        yield return Case("Channels is 0; accepted is 1 to", () => Plain with { Channels = 0 });
        yield return Case("Levels has 0 entries", () => Plain with { Levels = [] });
        yield return Case("Levels has no list", () => Plain with { Levels = null! });
        yield return Case("Middle is 7; accepted are None, Linear, Softmax", () => Plain with { Middle = (AttentionKind)7 });
        yield return Case("Groups is 0", () => Plain with { Groups = 0 });
        yield return Case("Embedding is 7; accepted are even numbers", () => Plain with { Embedding = 7 });
        yield return Case("Classes is -1", () => Plain with { Classes = -1 });
        yield return Case("ConditionFeatures is -1", () => Plain with { ConditionFeatures = -1 });
        yield return Case("ConditionChannels is -1", () => Plain with { ConditionChannels = -1 });
        yield return Case("Timesteps is 0", () => Plain with { Timesteps = 0 });
        yield return Case("Width is 0; accepted is 1 to 4096", () => new UNetLevel { Width = 0 });
        yield return Case("Blocks is 0", () => new UNetLevel { Width = 8, Blocks = 0 });
        yield return Case("Heads is 0", () => new UNetLevel { Width = 8, Heads = 0 });
        yield return Case("Attention is 9; accepted are None", () => new UNetLevel { Width = 8, Attention = (AttentionKind)9 });
        yield return Case("level 1 is 10; it must be a multiple of the 4 groups", () => Make(Plain with { Levels = [new() { Width = 8 }, new() { Width = 10 }] }));
        yield return Case("level 0 is 8; it must be a multiple of its 3 heads", () => Make(Plain with { Levels = [new() { Width = 8, Heads = 3, Attention = AttentionKind.Linear }] }));
        yield return Case("level 0 is 8; it must be a multiple of its 3 heads", () => Make(Plain with { Levels = [new() { Width = 8, Heads = 3 }] }));
        yield return Case("level 1 is 4 in as many groups", () => Make(TestUNets.Images(2, 1) with { Levels = [new() { Width = 8 }, new() { Width = 4 }] }));
        yield return Case("ConditionFeatures is 2 and ConditionChannels is 1", () => Make(Plain with { ConditionFeatures = 2, ConditionChannels = 1 }));
        yield return Case("8 channels cannot be split into 3 heads", () => new AttentionBlock<float>(8, 3, new WeightInitializer(TestUNets.Random)));
        yield return Case("attention is None; a block accepts Linear and Softmax", () => new AttentionBlock<float>(8, 2, new WeightInitializer(TestUNets.Random), AttentionKind.None));
        yield return Case("dimensions are 3; accepted are 1 (sequences) and 2 (images)", () => new ResidualBlock<float>(8, 8, 8, new WeightInitializer(TestUNets.Random), dimensions: 3));
        yield return Case("3 times were given for 2 samples", () => Embed(3));
        yield return Case("timesteps", () => new StepEmbedding<float>(8, 0, new WeightInitializer(TestUNets.Random)));
        yield return Case("classes", () => new ClassEmbedding<float>(0, 8, new WeightInitializer(TestUNets.Random)));
        yield return Case("no rows to combine", () => Combine());
        yield return Case("Rows of 2 features for 1 samples cannot be added to rows of 3 for 1", () => Combine(2, 3));

        static TestCaseData Case(string message, Func<object> make) => new TestCaseData(message, make).SetArgDisplayNames(message);

        static UNet<float> Make(UNetConfiguration configuration) => new(configuration, TestUNets.Random);

        static TableRows<float> Embed(int times)
        {
            using var tape = Tape<float>.StartInference();
            return new StepEmbedding<float>(8, 10, new WeightInitializer(TestUNets.Random)).Forward(tape, new double[times], 2);
        }

        static TableRows<float> Combine(params int[] features)
        {
            using var tape = Tape<float>.StartInference();
            return ConditionRows.Combine(tape, [.. features.Select(each => new TableRows<float>(tape.Variable(Tensor<float>.Zeros([1, each])), [0]))]);
        }
    }

    [TestCaseSource(nameof(Settings))]
    public void Settings_that_are_not_accepted_are_named(string message, Func<object> make) =>
        Assert.That(() => make(), Throws.InstanceOf<ArgumentException>().With.Message.Contains(message));

    [Test]
    public void Data_and_conditions_of_other_shapes_are_refused()
    {
        var plain = new UNet<float>(Plain, TestUNets.Random);
        var labels = new UNet<float>(Plain with { Classes = 3 }, TestUNets.Random);
        var images = new UNet<float>(Plain with { ConditionChannels = 2 }, TestUNets.Random);
        var sequences = new UNet1d<float>(TestUNets.Sequences(6, features: 2), TestUNets.Random);
        using (Assert.EnterMultipleScope())
        {
            Refused(plain, [2, 5, 6, 1], default, "images [N, 6, 5, 1], not [2, 5, 6, 1]");
            Refused(plain, [2, 6, 5], default, "images [N, 6, 5, 1], not [2, 6, 5]");
            Refused(sequences, [2, 6, 2], default, "sequences [N, 6, 1], not [2, 6, 2]");
            Refused(plain, [2, 6, 5, 1], 0, "knows no classes");
            Refused(plain, [2, 6, 5, 1], Tensor<float>.Zeros([2, 3]), "takes no vectors or images, but values [2, 3]");
            Refused(labels, [2, 6, 5, 1], 3, "label 3 is not one of the 3 classes");
            Refused(labels, [2, 6, 5, 1], Tensor<float>.Zeros([2, 3]), "takes no vectors or images");
            Refused(images, [2, 6, 5, 1], Tensor<float>.Zeros([2, 6, 5, 1]), "images [N, 6, 5, 2] as a condition, not [2, 6, 5, 1]");
            Refused(images, [2, 6, 5, 1], Tensor<float>.Zeros([2, 6, 5]), "images [N, 6, 5, 2] as a condition, not [2, 6, 5]");
            Refused(images, [2, 6, 5, 1], Tensor<float>.Zeros([3, 6, 5, 2]), "of 2 samples");
            Refused(sequences, [2, 6, 1], Tensor<float>.Zeros([2, 3]), "vectors of 2 numbers");
            Refused(plain, [2, 6, 5, 1], default, "[0, 100]", t: 101);
        }

        static void Refused(DenoisingNetwork<float> network, Shape shape, Condition<float> condition, string message, double t = 5) =>
            Assert.That(() => network.Predict(Tensor<float>.Zeros(shape), [t], condition), Throws.InstanceOf<ArgumentException>().With.Message.Contains(message));
    }

    [TestCase("\"Height\":6", "\"Depth\":3,\"Height\":6", "Depth")]
    [TestCase("\"Linear\"", "\"Some\"", "Attention")]
    [TestCase("\"Channels\":1,", "", "Channels")]
    [TestCase("\"Levels\":[", "\"Levels\":[null,", "none of them null")]
    [TestCase("\"Groups\":4", "\"Groups\":3", "level 0 is 8; it must be a multiple of the 3 groups")]
    public void A_file_with_other_settings_is_refused(string before, string after, string message)
    {
        string json = new UNet<float>(Plain, TestUNets.Random).ConfigurationJson;
        Assert.That(json, Does.Contain(before));
        Assert.That(() => Architectures<float>.Create("unet", json), Throws.Nothing);
        Assert.That(() => Architectures<float>.Create("unet", json.Replace(before, after)), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("'unet'").And.Message.Contains(message));
    }
}
