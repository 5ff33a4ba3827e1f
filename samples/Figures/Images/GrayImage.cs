using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>A grey image, row by row: 0 is drawn black and 255 white.</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Pixels">The rows, one after the other.</param>
public sealed record GrayImage(int Width, ReadOnlyMemory<byte> Pixels)
{
    /// <summary>The number of rows.</summary>
    public int Height => Pixels.Length / Width;

    /// <summary>An image from numbers in [-1, 1]; what is beyond is clamped, and NaN is black.</summary>
    public static GrayImage From(int width, ReadOnlySpan<float> values)
    {
        var bytes = new byte[values.Length];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = ToByte(values[i]);
        return new GrayImage(width, bytes);
    }

    /// <summary>The byte of a number in [-1, 1]: round((x + 1)·127.5), clamped.</summary>
    public static byte ToByte(float value) => float.IsNaN(value) ? (byte)0 : (byte)Math.Clamp(MathF.Round((value + 1) * 127.5f), 0, 255);

    // Pixels stay squares at any size: no interpolation.
    internal void Draw(SKCanvas canvas, SKRect place)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Gray8, SKAlphaType.Opaque));
        Pixels.Span.CopyTo(bitmap.GetPixelSpan());
        using var image = SKImage.FromBitmap(bitmap);
        canvas.DrawImage(image, place, new SKSamplingOptions(SKFilterMode.Nearest), null);
    }
}
