using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>Nearest up-sampling of [N, H, W, C] by whole factors.</summary>
public static class UpsampleNearest
{
    /// <summary>y[n, i, j, c] = x[n, ⌊i/factor⌋, ⌊j/factor⌋, c].</summary>
    public static void Forward<T>(int batch, Size2d size, int channels, Size2d factor, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int height = size.Height * factor.Height, width = size.Width * factor.Width;
        for (int n = 0; n < batch; n++)
        {
            for (int i = 0; i < height; i++)
            {
                for (int j = 0; j < width; j++)
                {
                    for (int c = 0; c < channels; c++)
                        y[(((((n * height) + i) * width) + j) * channels) + c] = x[(((((n * size.Height) + (i / factor.Height)) * size.Width) + (j / factor.Width)) * channels) + c];
                }
            }
        }
    }

    /// <summary>dx[n, h, w, c] = the sum of dy over the positions that show x[n, h, w, c]; overwritten or added to.</summary>
    public static void Backward<T>(int batch, Size2d size, int channels, Size2d factor, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dx.Clear();
        int height = size.Height * factor.Height, width = size.Width * factor.Width;
        for (int n = 0; n < batch; n++)
        {
            for (int i = 0; i < height; i++)
            {
                for (int j = 0; j < width; j++)
                {
                    for (int c = 0; c < channels; c++)
                        dx[(((((n * size.Height) + (i / factor.Height)) * size.Width) + (j / factor.Width)) * channels) + c] += dy[(((((n * height) + i) * width) + j) * channels) + c];
                }
            }
        }
    }
}
