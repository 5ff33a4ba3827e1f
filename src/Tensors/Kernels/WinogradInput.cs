using System.Numerics;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>The transform of patches of images, which the forward pass and the weight gradient of Winograd's algorithms share.</summary>
internal static unsafe class WinogradInput
{
    // So many tiles ahead are asked for where a tile is a piece of one row; tiles of several rows share most of theirs, and asking costs more than it gains.
    private const int Ahead = 4;

    /// <summary>
    /// Bᵀ·d·B of the patch d under a tile of the images x, [N, H, W, C], with zeros where it reaches over the edge: first its
    /// columns, where it has more than one row, then its rows. Factor f of channel c goes to factors[f·step + c], for some of the channels of the images,
    /// the first of which is <paramref name="x"/>; <paramref name="temporary"/> has room for a vector for each factor.
    /// </summary>
    public static void Transform<TVertical, THorizontal, TVector, T>(
        in WinogradTiles tiles, int tile, T* x, Size2d size, int imageChannels, int channels, Size2d padding, T* factors, nint step, T* temporary)
        where TVertical : unmanaged, IWinograd
        where THorizontal : unmanaged, IWinograd
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = THorizontal.Patch, count = TVector.Count;
        Size2d patch = (TVertical.Patch, width);
        nint imageLength = (nint)size.Area * imageChannels;
        if (TVertical.Patch == 1 && channels == imageChannels && tile + Ahead < tiles.Count)
        {
            var (imageAhead, ahead, _) = tiles[tile + Ahead];
            ConvWindow<T>.Ask(x + (imageAhead * imageLength), size, channels, (ahead.Height - padding.Height, ahead.Width - padding.Width), patch);
        }

        var (image, at, _) = tiles[tile];
        var window = ConvWindow<T>.Of(x + (image * imageLength), size, imageChannels, channels, (at.Height - padding.Height, at.Width - padding.Width), patch);
        T* d = window.Pointer;
        nint pitch = window.Pitch;
        for (int c = 0; c < channels; c += count)
        {
            if (TVertical.Patch == 1)
            {
                THorizontal.Input<TVector, T>(d + c, window.Step, factors + c, step);
                continue;
            }

            for (int j = 0; j < width; j++)
                TVertical.Input<TVector, T>(d + c + (j * window.Step), pitch, temporary + (j * count), width * count);
            for (int i = 0; i < TVertical.Patch; i++)
                THorizontal.Input<TVector, T>(temporary + (i * width * count), count, factors + c + (i * width * step), step);
        }
    }
}
