using Diffusion.Networks;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;
using NUnit.Framework;

namespace Diffusion.Tests.Networks;

/// <summary>Every network says of what shape a sample is, and takes and gives samples of that shape.</summary>
public sealed class SampleShapeTests
{
    private static readonly RandomSource Random = new(1);

    private static IEnumerable<(DenoisingNetwork<float> Network, Shape Sample)> Networks()
    {
        yield return (new MlpDenoiser<float>(new() { Dimensions = 3, Width = 8, Timesteps = 20 }, Random), [3]);
        yield return (new TwoPixelUNet<float>(new() { Timesteps = 20, Channels1 = 16, Channels2 = 64, Embedding = 8 }, Random), [2, 1]);
        yield return (new MnistUNet<float>(new() { Timesteps = 20, Widths = [8, 8, 8, 8], Embedding = 8, Heads = 2 }, Random), [28, 28, 1]);
        yield return (new UNet<float>(TestUNets.Images(5, 4, channels: 3), Random), [5, 4, 3]);
        yield return (new UNet1d<float>(TestUNets.Sequences(9, channels: 2), Random), [9, 2]);
    }

    [Test]
    public void A_network_takes_and_gives_what_it_says()
    {
        foreach (var (network, sample) in Networks())
        {
            Assert.That(network.SampleShape, Is.EqualTo(sample), network.Architecture);
            var x = TestUNets.Numbers<float>(sample.Prepend(2), 1);
            var predicted = Tensor<float>.Zeros(x.Shape);
            Assert.That(() => network.Evaluate(x, [3], default, predicted), Throws.Nothing, network.Architecture);
            Assert.That(predicted.Span.ToArray(), Has.All.Matches<float>(float.IsFinite), network.Architecture);
        }
    }

    [Test]
    public void No_network_of_the_library_is_left_out()
    {
        var all = typeof(DenoisingNetwork<>).Assembly.GetExportedTypes().Where(type => !type.IsAbstract && Derives(type)).Select(type => type.Name);
        Assert.That(Networks().Select(item => item.Network.GetType().Name), Is.EquivalentTo(all));

        static bool Derives(Type? type) => type is not null && ((type.IsGenericType && type.GetGenericTypeDefinition() == typeof(DenoisingNetwork<>)) || Derives(type.BaseType));
    }
}
