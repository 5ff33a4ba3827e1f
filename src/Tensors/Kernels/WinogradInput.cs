using System.Numerics;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>The transform of patches of images, which the forward pass and the weight gradient of Winograd's algorithms share.</summary>
internal static unsafe class WinogradInput
{
    /// <summary>
    /// Bᵀ·d·B of the patch d of an image [H, W, C] that begins at <paramref name="start"/>, with zeros where it reaches over
    /// the edge: first its columns, then its rows. Factor f of channel c goes to factors[f·step + c];
    /// <paramref name="temporary"/> has room for Patch² vectors.
    /// </summary>
    public static void Transform<TScheme, TVector, T>(T* image, Size2d size, int channels, Size2d start, T* factors, nint step, T* temporary)
        where TScheme : unmanaged, IWinograd
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int patch = TScheme.Patch, count = TVector.Count;
        var window = ConvWindow<T>.Of(image, size, channels, start, patch);
        T* d = window.Pointer;
        nint pitch = window.Pitch;
        for (int c = 0; c < channels; c += count)
        {
            for (int j = 0; j < patch; j++)
                TScheme.Input<TVector, T>(d + c + (j * channels), pitch, temporary + (j * count), patch * count);
            for (int i = 0; i < patch; i++)
                TScheme.Input<TVector, T>(temporary + (i * patch * count), count, factors + c + (i * patch * step), step);
        }
    }
}
