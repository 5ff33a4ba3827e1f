using System.Numerics;
using Diffusion.Nn;
using Diffusion.Tensors;

namespace Diffusion.Networks;

/// <summary>The convolutions of a UNet, over sequences [N, L, C] (one dimension) or images [N, H, W, C] (two).</summary>
internal static class Convolutions
{
    /// <summary>Keeps all extents: an odd kernel, padded by half of it.</summary>
    public static ConvolutionLayer<T> Same<T>(int dimensions, int inChannels, int outChannels, int kernel, WeightInitializer weights)
        where T : unmanaged, IFloatingPointIeee754<T> => dimensions switch
        {
            1 => new Conv1d<T>(inChannels, outChannels, kernel, weights, padding: kernel / 2),
            2 => new Conv2d<T>(inChannels, outChannels, kernel, weights, padding: kernel / 2),
            _ => throw new ArgumentOutOfRangeException(nameof(dimensions), dimensions, $"The dimensions are {dimensions}; accepted are 1 (sequences) and 2 (images)."),
        };

    /// <summary>An extent n to ⌈n/2⌉: kernel 3, stride 2.</summary>
    public static ConvolutionLayer<T> Down<T>(int dimensions, int channels, WeightInitializer weights)
        where T : unmanaged, IFloatingPointIeee754<T> => dimensions == 1
            ? new Conv1d<T>(channels, channels, 3, weights, stride: 2, padding: 1)
            : new Conv2d<T>(channels, channels, 3, weights, stride: 2, padding: 1);

    /// <summary>Extents ⌈n/2⌉ back to n, one of each dimension: kernel 4 where n is even, 3 where it is odd.</summary>
    public static ConvolutionLayer<T> Up<T>(ReadOnlySpan<int> to, int inChannels, int outChannels, WeightInitializer weights)
        where T : unmanaged, IFloatingPointIeee754<T> => to.Length == 1
            ? new ConvTranspose1d<T>(inChannels, outChannels, Kernel(to[0]), weights, stride: 2, padding: 1)
            : new ConvTranspose2d<T>(inChannels, outChannels, new Size2d(Kernel(to[0]), Kernel(to[1])), weights, stride: 2, padding: 1);

    private static int Kernel(int extent) => extent % 2 == 0 ? 4 : 3;
}
