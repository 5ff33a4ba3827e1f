using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Objectives;
using Diffusion.Schedules;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Tests.Networks;

/// <summary>UNets of any size: what goes in comes out, conditions matter, samples are alone, files give the same network.</summary>
public sealed class UNetTests
{
    private static IEnumerable<TestCaseData> Networks => TestUNets.Asked<float>().Select(asked => new TestCaseData(asked.Network, asked.Data, asked.Values).SetArgDisplayNames(asked.Name));

    [Test]
    public void Images_and_sequences_of_any_extent_keep_it([Values(1, 2, 3, 7, 16, 28, 33)] int side, [Values(1, 3)] int channels, [Range(1, 4)] int levels)
    {
        using (Assert.EnterMultipleScope())
        {
            Check(new UNet<float>(TestUNets.Images(side, side, channels, levels), TestUNets.Random), [2, side, side, channels]);
            Check(new UNet<float>(TestUNets.Images(side, 5, channels, levels), TestUNets.Random), [2, side, 5, channels]);
            Check(new UNet1d<float>(TestUNets.Sequences(side, channels, levels), TestUNets.Random), [2, side, channels]);
        }

        // Every number of the input can change every number of the output through the middle, so none may be lost.
        static void Check(DenoisingNetwork<float> network, Shape shape)
        {
            var x = TestUNets.Numbers<float>(shape, 0);
            float[] predicted = network.Predict(x, [50], default);
            Assert.That(predicted, Has.All.Matches<float>(float.IsFinite), $"{shape}");
            int last = (x.Length / 2) - 1;
            x.Span[last] += 1;
            float[] changed = network.Predict(x, [50], default);
            Assert.That(changed[last], Is.Not.EqualTo(predicted[last]), $"{shape}");
            Assert.That(changed[(last + 1)..], Is.EqualTo(predicted[(last + 1)..]), $"{shape}: the second sample does not see the first");
        }
    }

    [TestCaseSource(nameof(Networks))]
    public void What_is_asked_matters_and_dropping_it_asks_nothing(DenoisingNetwork<float> network, Shape data, Shape? values)
    {
        var x = TestUNets.Numbers<float>(data, 0);
        int each = x.Length / 4;
        float[] nothing = network.Predict(x, [30], default);
        if (network.Classes > 0)
        {
            float[] labelled = network.Predict(x, [30], new[] { 0, 1, -1, 2 });
            Assert.That(network.Predict(x, [30], new[] { 0, 2, -1, 2 })[each..(2 * each)], Is.Not.EqualTo(labelled[each..(2 * each)]));
            Assert.That(labelled[(2 * each)..(3 * each)], Is.EqualTo(nothing[(2 * each)..(3 * each)]).Within(1e-4f));
            Assert.That(network.Predict(x, [30], -1), Is.EqualTo(nothing));
        }

        if (values is not { } shape)
            return;
        var given = TestUNets.Numbers<float>(shape, 2);
        float[] asked = network.Predict(x, [30], given);
        float[] some = network.Predict(x, [30], new Condition<float>(default, given, new[] { false, true, false, false }));
        Assert.That(asked[each..(2 * each)], Is.Not.EqualTo(nothing[each..(2 * each)]).Within(1e-4f));
        Assert.That(some[each..(2 * each)], Is.EqualTo(nothing[each..(2 * each)]).Within(1e-4f));
        Assert.That(some[..each], Is.EqualTo(asked[..each]).Within(1e-4f));
        Assert.That(network.Predict(x, [30], new Condition<float>(default, given, new[] { true, true, true, true })), Is.EqualTo(nothing).Within(1e-4f));

        // One for all is the same as one for each; zeros are a picture like any other.
        var repeated = Tensor<float>.Zeros(shape);
        for (int i = 0; i < 4; i++)
            repeated.Rows(i, i + 1).CopyFrom(given.Rows(0, 1));
        Assert.That(network.Predict(x, [30], given.Rows(0, 1)), Is.EqualTo(network.Predict(x, [30, 30, 30, 30], repeated)).Within(1e-4f));
        Assert.That(network.Predict(x, [30], Tensor<float>.Zeros(shape)), Is.Not.EqualTo(nothing).Within(1e-4f));
    }

    [TestCaseSource(nameof(Networks))]
    public void A_sample_alone_is_the_sample_among_others(DenoisingNetwork<float> network, Shape data, Shape? values)
    {
        var x = TestUNets.Numbers<float>(data, 0);
        double[] times = [10, 20, 30, 100];
        var condition = new Condition<float>(network.Classes > 0 ? new[] { 1, -1, 2, 0 } : default(ReadOnlyMemory<int>), values is { } shape ? TestUNets.Numbers<float>(shape, 2) : null);
        float[] all = network.Predict(x, times, condition);
        for (int i = 0; i < 4; i++)
            Assert.That(network.Predict(x.Rows(i, i + 1), times.AsSpan(i, 1), condition.Rows(i, i + 1)), Is.EqualTo(all.AsSpan(i * x.Length / 4, x.Length / 4).ToArray()).Within(1e-4f));
    }

    // 8 channels of 16384 positions: inference takes 12 at once, so 30 samples are three batches.
    [Test]
    public void Large_samples_go_through_in_small_batches()
    {
        var network = new UNet1d<float>(TestUNets.Sequences(16_384, levels: 1) with { Middle = AttentionKind.None, Levels = [new() { Width = 8 }] }, TestUNets.Random);
        var x = TestUNets.Numbers<float>([30, 16_384, 1], 0);
        float[] all = network.Predict(x, [30], default);
        Assert.That(network.Predict(x.Rows(10, 15), [30], default), Is.EqualTo(all[(10 * 16_384)..(15 * 16_384)]).Within(1e-4f));
    }

    [TestCaseSource(nameof(Networks))]
    public void A_file_gives_the_same_network(DenoisingNetwork<float> network, Shape data, Shape? values)
    {
        string file = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"unet-{TestContext.CurrentContext.Test.ID}.safetensors");
        ModelFile.Save(file, new Model<float>(network, NoiseSchedule.Cosine(TestUNets.Timesteps), new SimpleObjective<float>(), new(), "noise"));
        var read = ModelFile.Load<float>(file).Network;
        File.Delete(file);
        Assert.That((read.GetType(), read.ConfigurationJson), Is.EqualTo((network.GetType(), network.ConfigurationJson)));
        Condition<float> condition = values is { } shape ? new(default, TestUNets.Numbers<float>(shape, 2)) : default;
        var x = TestUNets.Numbers<float>(data, 0);
        Assert.That(read.Predict(x, [30], condition), Is.EqualTo(network.Predict(x, [30], condition)));
    }
}
