using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>Average pooling of [N, H, W, C], as one loop for each dimension of the output and each of the window.</summary>
public static class AvgPool2d
{
    /// <summary>
    /// y[n, i, j, c] = the sum over the window's taps that lie in the image of x, divided by the number of all taps, or
    /// without <paramref name="countPadding"/> of those that lie in the image.
    /// </summary>
    public static void Forward<T>(
        int batch, Size2d size, int channels, Size2d kernel, Size2d stride, Size2d padding, bool countPadding, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = 0;
        foreach (var (n, i, j, c) in MaxPool2d.Outputs(batch, size, channels, kernel, stride, padding))
        {
            T sum = T.Zero;
            var taps = Taps(size, kernel, stride, padding, i, j).ToArray();
            foreach (var (h, w) in taps)
                sum += x[(((((n * size.Height) + h) * size.Width) + w) * channels) + c];
            y[at] = sum / T.CreateChecked(countPadding ? kernel.Area : taps.Length);
            at++;
        }
    }

    /// <summary>Every tap in the image gets its share of dy; dx is overwritten or added to.</summary>
    public static void Backward<T>(
        int batch, Size2d size, int channels, Size2d kernel, Size2d stride, Size2d padding, bool countPadding, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dx.Clear();
        int at = 0;
        foreach (var (n, i, j, c) in MaxPool2d.Outputs(batch, size, channels, kernel, stride, padding))
        {
            var taps = Taps(size, kernel, stride, padding, i, j).ToArray();
            T share = dy[at] / T.CreateChecked(countPadding ? kernel.Area : taps.Length);
            foreach (var (h, w) in taps)
                dx[(((((n * size.Height) + h) * size.Width) + w) * channels) + c] += share;
            at++;
        }
    }

    // The positions under a window that lie in the image.
    private static IEnumerable<(int H, int W)> Taps(Size2d size, Size2d kernel, Size2d stride, Size2d padding, int i, int j)
    {
        for (int kh = 0; kh < kernel.Height; kh++)
        {
            for (int kw = 0; kw < kernel.Width; kw++)
            {
                int h = (i * stride.Height) - padding.Height + kh, w = (j * stride.Width) - padding.Width + kw;
                if (h >= 0 && w >= 0 && h < size.Height && w < size.Width)
                    yield return (h, w);
            }
        }
    }
}
