using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Diffusion.Models;
using Diffusion.Networks;
using Diffusion.Nn.Serialization;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Networks;

/// <summary>The network of the digits is one configuration of the general one, and what it was before there was that: recorded then.</summary>
public sealed class MnistUNetTests
{
    private static readonly RandomSource Random = new(7);
    private static readonly MnistUNetConfiguration Small = new() { Timesteps = 400, Widths = [8, 16, 16, 8], Embedding = 16, Classes = 3, Heads = 2 };

    [Test]
    public void Names_shapes_and_first_weights_are_those_of_before()
    {
        var network = new MnistUNet<float>(Small, Random);
        string names = string.Join("|", network.NamedParameters.Select(named => named.Name + named.Parameter.Shape));
        float[] weights = [.. network.Parameters.SelectMany(parameter => parameter.Value.Span.ToArray())];
        Assert.That(Hash(Encoding.UTF8.GetBytes(names)), Is.EqualTo("d3f828d9e5b359416f409b55ed573e3d3aa4b6b5a2508a4a1cbf89b5e0a11c8b"), names);
        Assert.That(Hash(MemoryMarshal.AsBytes<float>(weights)), Is.EqualTo("43b1957adadde00be9de0ebd0dbd2d58ede1548aaa2227c829670392a102726c"));
    }

    // To the rounding in which widths of vectors differ, a few units of the last place.
    [Test]
    public void The_trained_model_predicts_what_it_predicted_before()
    {
        var model = ModelFile.Load<float>(Pretrained());
        var predicted = Tensor<float>.Zeros([4, 28, 28, 1]);
        model.Network.Evaluate(Random.For(Purpose.Noise).At(0).Normal<float>(predicted.Shape), [10, 120, 250, 400], new[] { -1, 0, 5, 9 }, predicted);
        float[] before = [0.8505516f, 0.38924384f, 0.05189994f, 0.3780371f, 1.1666873f, 2.266562f, 1.0052667f, 0.96642995f];
        Assert.That(Enumerable.Range(0, before.Length).Select(i => predicted.Span[(i * 391) + 200]), Is.EqualTo(before).Within(1e-5f));
    }

    [Test]
    public void The_general_network_with_its_sizes_gives_its_bytes()
    {
        var digits = new MnistUNet<float>(Small, Random);
        var general = new UNet<float>(
            new()
            {
                Height = 28,
                Width = 28,
                Channels = 1,
                Levels = [Level(8, AttentionKind.Linear), Level(16), Level(16), Level(8)],
                Embedding = 16,
                Classes = 3,
                Timesteps = 400,
            },
            new RandomSource(8));
        StateDict.Load(general, StateDict.Of(digits));
        var x = Random.For(Purpose.Noise).At(0).Normal<float>([3, 28, 28, 1]);
        Tensor<float> first = Tensor<float>.Zeros(x.Shape), second = Tensor<float>.Zeros(x.Shape);
        digits.Evaluate(x, [7, 100.5, 7], new[] { 0, -1, 2 }, first);
        general.Evaluate(x, [7, 100.5, 7], new[] { 0, -1, 2 }, second);
        Assert.That(second.Span.SequenceEqual(first.Span));

        static UNetLevel Level(int width, AttentionKind attention = AttentionKind.Softmax) => new() { Width = width, Attention = attention, Heads = 2 };
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string Pretrained()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Diffusion.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "samples", "Mnist", "pretrained", "model.safetensors");
    }
}
