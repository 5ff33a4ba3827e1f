using System.Numerics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>How weights are cut for Winograd's algorithms.</summary>
internal static class WinogradWeights
{
    /// <summary>The output channels that are transformed at a time: whole panels of a matrix product, whatever the vectors.</summary>
    public const int Columns = 32;
}

/// <summary>The transform of weights, G·g·Gᵀ, for Winograd's algorithms.</summary>
internal readonly unsafe struct WinogradWeights<TVertical, THorizontal, T>(int inChannels, ConvWeights<T> weight)
    where TVertical : unmanaged, IWinograd
    where THorizontal : unmanaged, IWinograd
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Input channels at a time.
    private const int Rows = 16;

    /// <summary>
    /// The factors of some output channels, as panels for <see cref="MatrixBlock"/>: the first panel of the first factor at <paramref name="target"/>, factors
    /// <paramref name="step"/> apart.
    /// </summary>
    public void Transform<TVector>(int firstColumn, int columns, T* target, nint step)
        where TVector : unmanaged, IVector<TVector, T>
    {
        int patch = THorizontal.Patch, taps = THorizontal.Taps, allTaps = TVertical.Taps * taps, count = TVector.Count, width = 2 * count;
        T* temporary = Scratch<T>.Get(ScratchSlot.Image2, (TVertical.Patch * taps * count) + (allTaps * Rows * WinogradWeights.Columns));
        T* copy = temporary + (TVertical.Patch * taps * count);
        for (int first = 0; first < inChannels; first += Rows)
        {
            T* g = weight.Pointer + (first * weight.In) + (firstColumn * weight.Out);
            nint row = weight.In, tap = weight.Tap;
            if (weight.Out != 1)
            {
                // Seen from the other side, output channels lie apart: they are brought together first.
                for (int k = 0; k < allTaps; k++)
                    Transposition.Copy(columns, Rows, g + (k * tap), weight.Out, copy + (k * Rows * columns), columns);
                g = copy;
                (row, tap) = (columns, Rows * columns);
            }

            // Panel by panel: each factor then goes on where it ended, and few pages are written at a time.
            for (int panel = 0; panel < columns; panel += width)
            {
                for (int r = 0; r < Rows; r++)
                {
                    for (int o = panel; o < panel + width; o += count)
                    {
                        T* factors = target + ((nint)panel * inChannels) + ((nint)(first + r) * width) + (o - panel);
                        for (int kw = 0; kw < taps; kw++)
                            TVertical.Weight<TVector, T>(g + (r * row) + (kw * tap) + o, taps * tap, temporary + (kw * count), taps * count);
                        for (int i = 0; i < TVertical.Patch; i++)
                            THorizontal.Weight<TVector, T>(temporary + (i * taps * count), count, factors + (i * patch * step), step);
                    }
                }
            }
        }
    }
}
