using System.Numerics;

namespace Diffusion.Pictures;

/// <summary>
/// Resizing by a triangle filter: linear between pixels where an image grows, and as wide as the factor where it shrinks, so that
/// each pixel counts (Pillow's BILINEAR). In one direction after the other; the same on every machine.
/// </summary>
internal static class Triangle
{
    /// <summary>An image [height, width, C] in another size; the same image if the size is the same.</summary>
    public static byte[] Resize(byte[] image, int width, int height, int channels, int newWidth, int newHeight)
    {
        if (width == newWidth && height == newHeight)
            return image;

        // First in the direction that leaves less: a line of many pixels would take much memory in the other.
        float[] resized = (long)height * newWidth <= (long)width * newHeight
            ? Along<float>(Along<byte>(image, height, width, channels, newWidth), 1, height, newWidth * channels, newHeight)
            : Along<float>(Along<byte>(image, 1, height, width * channels, newHeight), newHeight, width, channels, newWidth);
        return Array.ConvertAll(resized, value => (byte)Math.Clamp(MathF.Round(value), 0, 255));
    }

    // [outer, old, inner] to [outer, size, inner].
    private static float[] Along<T>(ReadOnlySpan<T> image, int outer, int old, int inner, int size)
        where T : INumber<T>
    {
        var taps = Taps(old, size);
        float[] result = new float[outer * size * inner];
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < size; i++)
            {
                var sum = result.AsSpan(((o * size) + i) * inner, inner);
                var (first, weights) = taps[i];
                for (int k = 0; k < weights.Length; k++)
                {
                    var from = image.Slice(((o * old) + first + k) * inner, inner);
                    for (int j = 0; j < inner; j++)
                        sum[j] += weights[k] * float.CreateTruncating(from[j]);
                }
            }
        }

        return result;
    }

    // For each new pixel, the first old one that it takes from, and the weights, of sum 1.
    private static (int First, float[] Weights)[] Taps(int old, int size)
    {
        var taps = new (int First, float[] Weights)[size];
        double scale = (double)old / size, reach = Math.Max(1, scale);
        for (int i = 0; i < size; i++)
        {
            double centre = (i + 0.5) * scale;
            int first = Math.Max(0, (int)(centre - reach + 0.5)), end = Math.Min(old, (int)(centre + reach + 0.5));
            double[] weights = [.. Enumerable.Range(first, end - first).Select(pixel => Math.Max(0, 1 - (Math.Abs(pixel + 0.5 - centre) / reach)))];
            double sum = weights.Sum();
            taps[i] = (first, Array.ConvertAll(weights, weight => (float)(weight / sum)));
        }

        return taps;
    }
}
