using System.Buffers.Binary;
using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>PNG encoding with the resolution stated, which Skia leaves out.</summary>
internal static class PngFile
{
    // Signature (8 bytes) and IHDR (4 length + 4 type + 13 data + 4 checksum); pHYs may follow directly.
    private const int HeaderLength = 8 + 25;

    /// <summary>The image as PNG with a pHYs chunk of <paramref name="dotsPerInch"/>.</summary>
    public static byte[] Encode(SKImage image, double dotsPerInch)
    {
        using var pixels = image.PeekPixels();
        using var data = pixels.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, 6))
            ?? throw new InvalidOperationException("The picture cannot be encoded as PNG.");
        var png = data.AsSpan();
        var chunk = ResolutionChunk(dotsPerInch);
        return [.. png[..HeaderLength], .. chunk, .. png[HeaderLength..]];
    }

    // pHYs (PNG specification, 11.3.4.3): pixels per metre in x and y, then unit 1 = metre.
    private static byte[] ResolutionChunk(double dotsPerInch)
    {
        var chunk = new byte[4 + 4 + 9 + 4];
        var perMetre = (uint)Math.Round(dotsPerInch / 0.0254);
        BinaryPrimitives.WriteUInt32BigEndian(chunk, 9);
        "pHYs"u8.CopyTo(chunk.AsSpan(4));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8), perMetre);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(12), perMetre);
        chunk[16] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(17), Checksum(chunk.AsSpan(4, 13)));
        return chunk;
    }

    // CRC-32 of the PNG specification, annex D; bit by bit, since 13 bytes are all there is.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }

        return ~crc;
    }
}
