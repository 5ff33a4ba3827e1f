using System.Numerics;
using Diffusion.Networks;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Tests.Networks;

/// <summary>Small UNets of all kinds, and what they are asked.</summary>
internal static class TestUNets
{
    public const int Timesteps = 100;

    public static readonly RandomSource Random = new(7);

    /// <summary>Levels of 8 channels in 4 groups: linear attention above, softmax below, and two blocks at the second.</summary>
    public static IReadOnlyList<UNetLevel> Levels(int count) =>
    [
        .. Enumerable.Range(0, count).Select(i => new UNetLevel
        {
            Width = 8 + (4 * (i % 2)),
            Heads = 2,
            Blocks = i == 1 ? 2 : 1,
            Attention = i == 0 && count > 1 ? AttentionKind.Linear : i == count - 1 ? AttentionKind.Softmax : AttentionKind.None,
        }),
    ];

    public static UNetConfiguration Images(int height, int width, int channels = 1, int levels = 2, int classes = 0, int features = 0, int image = 0) => new()
    {
        Height = height,
        Width = width,
        Channels = channels,
        Levels = Levels(levels),
        Groups = 4,
        Embedding = 8,
        Classes = classes,
        ConditionFeatures = features,
        ConditionChannels = image,
        Timesteps = Timesteps,
    };

    public static UNet1dConfiguration Sequences(int length, int channels = 1, int levels = 2, int classes = 0, int features = 0, int image = 0) => new()
    {
        Length = length,
        Channels = channels,
        Levels = Levels(levels),
        Groups = 4,
        Embedding = 8,
        Classes = classes,
        ConditionFeatures = features,
        ConditionChannels = image,
        Timesteps = Timesteps,
    };

    /// <summary>A network of each kind that can be asked something, with what it is asked: labels, vectors, images, both, and nothing.</summary>
    public static IEnumerable<(string Name, DenoisingNetwork<T> Network, Shape Data, Shape? Values)> Asked<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        yield return ("nothing", new UNet<T>(Images(5, 4), Random), [4, 5, 4, 1], null);
        yield return ("classes", new UNet<T>(Images(5, 4, channels: 2, classes: 3), Random), [4, 5, 4, 2], null);
        yield return ("vectors", new UNet<T>(Images(3, 3, features: 5), Random), [4, 3, 3, 1], [4, 5]);
        yield return ("images", new UNet<T>(Images(4, 3, channels: 2, image: 3), Random), [4, 4, 3, 2], [4, 4, 3, 3]);
        yield return ("classes and images", new UNet<T>(Images(3, 2, classes: 3, image: 1, levels: 3), Random), [4, 3, 2, 1], [4, 3, 2, 1]);
        yield return ("sequences, nothing", new UNet1d<T>(Sequences(9), Random), [4, 9, 1], null);
        yield return ("sequences, classes and vectors", new UNet1d<T>(Sequences(6, channels: 3, classes: 3, features: 2, levels: 3), Random), [4, 6, 3], [4, 2]);
        yield return ("sequences, sequences", new UNet1d<T>(Sequences(7, image: 2), Random), [4, 7, 1], [4, 7, 2]);
    }

    /// <summary>Numbers of their own for each step.</summary>
    public static Tensor<T> Numbers<T>(Shape shape, long step)
        where T : unmanaged, IFloatingPointIeee754<T> => Random.For(Purpose.Noise).At(step).Normal<T>(shape);

    /// <summary>The prediction without a record.</summary>
    public static T[] Predict<T>(this DenoisingNetwork<T> network, Tensor<T> x, ReadOnlySpan<double> t, Condition<T> condition)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var predicted = Tensor<T>.Zeros(x.Shape);
        network.Evaluate(x, t, condition, predicted);
        return predicted.Span.ToArray();
    }
}
