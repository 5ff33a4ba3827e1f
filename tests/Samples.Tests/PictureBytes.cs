using System.Buffers.Binary;
using System.IO.Compression;

namespace Diffusion.Samples.Tests;

/// <summary>The bytes of picture files, put together by hand: what no encoder at hand writes, and pixels that are known exactly.</summary>
internal static class PictureBytes
{
    /// <summary>A PNG (specification, 11.2) of rows that are given as they stand in it, without filters.</summary>
    /// <param name="type">The colour type: 0 grey, 2 RGB, 4 grey with alpha, 6 RGB with alpha.</param>
    public static byte[] Png(int width, int height, int depth, int type, params byte[] rows)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = ((byte)depth, (byte)type);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest))
        {
            foreach (byte[] row in rows.Chunk(Math.Max(1, rows.Length / height)))
                zlib.Write([0, .. row]);
        }

        return [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, packed.ToArray()), .. Chunk("IEND"u8, [])];
    }

    /// <summary>A grey PNG of 8 bits.</summary>
    public static byte[] Grey(int width, int height, params byte[] rows) => Png(width, height, 8, 0, rows);

    /// <summary>A JPEG with an APP1 segment that says how it is to be turned (EXIF 2.3, tag 274).</summary>
    public static byte[] WithOrientation(byte[] jpeg, int orientation) =>
    [
        .. jpeg[..2], 0xFF, 0xE1, 0, 34, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8,
        0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0, .. jpeg[2..],
    ];

    /// <summary>
    /// A JPEG of 8 x 8 pixels of one colour in cyan, magenta, yellow and black, inverted as Adobe's programs write it: 255 is no ink.
    /// One block for each component, of which only the mean is not 0 (ITU T.81, annex B and F).
    /// </summary>
    public static byte[] CmykJpeg(byte cyan, byte magenta, byte yellow, byte black)
    {
        // Means are coded in a table of 12 codes of 4 bits, their sizes in order; "no more" is the one code 0 of the other.
        string bits = "";
        foreach (byte value in (byte[])[cyan, magenta, yellow, black])
        {
            int difference = value - 128, size = difference == 0 ? 0 : 32 - int.LeadingZeroCount(Math.Abs(difference));
            bits += Convert.ToString(size, 2).PadLeft(4, '0');
            if (size > 0)
                bits += Convert.ToString(difference > 0 ? difference : difference + (1 << size) - 1, 2).PadLeft(size, '0');
            bits += "0";
        }

        byte[] data = [.. bits.PadRight((bits.Length + 7) / 8 * 8, '1').Chunk(8).SelectMany(word => Stuffed(Convert.ToByte(new string(word), 2)))];
        return
        [
            0xFF, 0xD8,
            0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0,
            0xFF, 0xDB, 0, 67, 0, 8, .. Enumerable.Repeat((byte)1, 63),
            0xFF, 0xC0, 0, 20, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0,
            0xFF, 0xC4, 0, 31, 0x00, 0, 0, 0, 12, .. new byte[12], .. Enumerable.Range(0, 12).Select(size => (byte)size),
            0xFF, 0xC4, 0, 20, 0x10, 1, .. new byte[15], 0,
            0xFF, 0xDA, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0, .. data,
            0xFF, 0xD9,
        ];
    }

    /// <summary>A BMP of one pixel of 24 bits.</summary>
    public static byte[] Bmp(byte red, byte green, byte blue) =>
    [
        .. "BM"u8, 58, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0,
        40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 24, 0, 0, 0, 0, 0, 4, 0, 0, 0, .. new byte[16], blue, green, red, 0,
    ];

    /// <summary>A GIF of one red pixel.</summary>
    public static byte[] RedGif() => Convert.FromBase64String("R0lGODdhAQABAIAAAP8AAAAAACwAAAAAAQABAAACAkQBADs=");

    private static byte[] Stuffed(byte value) => value == 0xFF ? [value, 0] : [value];

    private static byte[] Chunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        byte[] chunk = [0, 0, 0, 0, .. type, .. content, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        uint crc = uint.MaxValue;
        foreach (byte value in chunk.AsSpan(4..^4))
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }

        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), ~crc);
        return chunk;
    }
}
