using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>A small image whose pixels are drawn as squares.</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Channels">1 for grey, 3 for red, green and blue.</param>
/// <param name="Pixels">The bytes of the rows, one after the other: 0 is dark and 255 light.</param>
public sealed record PixelImage(int Width, int Channels, ReadOnlyMemory<byte> Pixels)
{
    /// <summary>The number of rows.</summary>
    public int Height => Pixels.Length / (Width * Channels);

    /// <summary>An image from numbers in [-1, 1]; what is beyond is clamped, and NaN is dark.</summary>
    public static PixelImage From(int width, int channels, ReadOnlySpan<float> values)
    {
        var bytes = new byte[values.Length];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = ToByte(values[i]);
        return new PixelImage(width, channels, bytes);
    }

    /// <summary>The byte of a number in [-1, 1]: round((x + 1)·127.5), clamped.</summary>
    public static byte ToByte(float value) => float.IsNaN(value) ? (byte)0 : (byte)Math.Clamp(MathF.Round((value + 1) * 127.5f), 0, 255);

    // Pixels stay squares at any size: no interpolation. What is not square keeps its proportions.
    internal void Draw(SKCanvas canvas, SKRect place)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Width, Height, Channels == 1 ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque));
        var to = bitmap.GetPixelSpan();
        if (Channels == 1)
        {
            Pixels.Span.CopyTo(to);
        }
        else
        {
            for (var i = 0; i < Width * Height; i++)
            {
                Pixels.Span.Slice(3 * i, 3).CopyTo(to[(4 * i)..]);
                to[(4 * i) + 3] = 255;
            }
        }

        using var image = SKImage.FromBitmap(bitmap);
        canvas.DrawImage(image, place.AspectFit(new SKSize(Width, Height)), new SKSamplingOptions(SKFilterMode.Nearest), null);
    }
}
