using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>Max pooling of [N, H, W, C], as one loop for each dimension of the output and each of the window.</summary>
public static class MaxPool2d
{
    /// <summary>
    /// y[n, i, j, c] = max over the window's taps that lie in the image of x; place receives which tap it is, kh·Kw + kw, the
    /// first where several are equal. NaN in a window makes its maximum NaN.
    /// </summary>
    public static void Forward<T>(
        int batch, Size2d size, int channels, Size2d kernel, Size2d stride, Size2d padding, ReadOnlySpan<T> x, Span<T> y, Span<T> place)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = 0;
        foreach (var (n, i, j, c) in Outputs(batch, size, channels, kernel, stride, padding))
        {
            T max = T.NegativeInfinity;
            int first = -1;
            for (int kh = 0; kh < kernel.Height; kh++)
            {
                for (int kw = 0; kw < kernel.Width; kw++)
                {
                    int h = (i * stride.Height) - padding.Height + kh, w = (j * stride.Width) - padding.Width + kw;
                    if (h < 0 || w < 0 || h >= size.Height || w >= size.Width)
                        continue;
                    T value = x[(((((n * size.Height) + h) * size.Width) + w) * channels) + c];
                    if (first < 0 || value > max || (T.IsNaN(value) && !T.IsNaN(max)))
                        (max, first) = (value, (kh * kernel.Width) + kw);
                }
            }

            (y[at], place[at]) = (max, T.CreateChecked(first));
            at++;
        }
    }

    /// <summary>dx at the tap that was the maximum gets dy; dx is overwritten or added to.</summary>
    public static void Backward<T>(
        int batch, Size2d size, int channels, Size2d kernel, Size2d stride, Size2d padding, ReadOnlySpan<T> place, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dx.Clear();
        int at = 0;
        foreach (var (n, i, j, c) in Outputs(batch, size, channels, kernel, stride, padding))
        {
            int tap = int.CreateChecked(place[at]);
            int h = (i * stride.Height) - padding.Height + (tap / kernel.Width), w = (j * stride.Width) - padding.Width + (tap % kernel.Width);
            dx[(((((n * size.Height) + h) * size.Width) + w) * channels) + c] += dy[at];
            at++;
        }
    }

    /// <summary>The indices of every output, in the order of memory.</summary>
    internal static IEnumerable<(int N, int I, int J, int C)> Outputs(int batch, Size2d size, int channels, Size2d kernel, Size2d stride, Size2d padding)
    {
        int outHeight = ((size.Height + (2 * padding.Height) - kernel.Height) / stride.Height) + 1;
        int outWidth = ((size.Width + (2 * padding.Width) - kernel.Width) / stride.Width) + 1;
        for (int n = 0; n < batch; n++)
        {
            for (int i = 0; i < outHeight; i++)
            {
                for (int j = 0; j < outWidth; j++)
                {
                    for (int c = 0; c < channels; c++)
                        yield return (n, i, j, c);
                }
            }
        }
    }
}
