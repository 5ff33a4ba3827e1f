using System.Buffers.Binary;
using NUnit.Framework;
using SkiaSharp;

namespace Diffusion.Samples.Tests;

/// <summary>What holds for every PNG figure.</summary>
[TestFixture]
internal sealed class FiguresRenderingTests
{
    private static readonly byte[] PngSignature = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    private static IEnumerable<TestCaseData> Figures() => FiguresSyntheticData.Figures()
        .Select(f => new TestCaseData(f.Save).SetArgDisplayNames(f.Name));

    [TestCaseSource(nameof(Figures))]
    public void A_figure_is_a_wide_png_with_text_and_always_the_same_bytes(Action<string> save)
    {
        using var folder = new TemporaryFolder();
        save(folder["first.png"]);
        save(folder["second.png"]);

        var bytes = File.ReadAllBytes(folder["first.png"]);
        using var picture = SKBitmap.Decode(bytes);
        Assert.Multiple(() =>
        {
            Assert.That(bytes.AsSpan(0, 8).ToArray(), Is.EqualTo(PngSignature));
            Assert.That(picture.Width, Is.InRange(1400, 2800), "7 to 14 inches at 200 dpi");
            Assert.That(picture.Height, Is.GreaterThan(400));
            Assert.That(DarkPixels(picture, 0.0, 0.06), Is.GreaterThan(300), "the title has ink");
            // Frame and ticks end 118 pixels above the lower edge; below are names only.
            Assert.That(DarkPixels(picture, 1 - (108.0 / picture.Height), 1), Is.GreaterThan(100), "the axis has names");
            Assert.That(BorderIsWhite(picture), "nothing is cut off at the border");
            Assert.That(File.ReadAllBytes(folder["second.png"]), Is.EqualTo(bytes), "same input, same bytes");
            Assert.That(folder.Files, Is.EqualTo(new[] { "first.png", "second.png" }), "no temporary file is left");
        });
    }

    [Test]
    public void A_png_states_200_dots_per_inch_and_stays_valid()
    {
        using var folder = new TemporaryFolder();
        FiguresSyntheticData.Figures().First().Save(folder["a.png"]);
        var bytes = File.ReadAllBytes(folder["a.png"]);
        var at = bytes.AsSpan().IndexOf("pHYs"u8);
        Assert.Multiple(() =>
        {
            Assert.That(at, Is.EqualTo(37), "directly after the header");
            Assert.That(BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + 4)), Is.EqualTo(7874), "dots per metre");
            // zlib.crc32(b"pHYs" + struct.pack(">IIB", 7874, 7874, 1)) in Python.
            Assert.That(BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + 13)), Is.EqualTo(0x6ED0753E));
        });
    }

    private static int DarkPixels(SKBitmap picture, double from, double to)
    {
        var count = 0;
        for (var y = (int)(from * picture.Height); y < (int)(to * picture.Height); y++)
        {
            for (var x = 0; x < picture.Width; x++)
            {
                var color = picture.GetPixel(x, y);
                if (color.Red + color.Green + color.Blue < 240)
                    count++;
            }
        }

        return count;
    }

    private static bool BorderIsWhite(SKBitmap picture)
    {
        var (right, bottom) = (picture.Width - 1, picture.Height - 1);
        bool IsWhite(int x, int y) => picture.GetPixel(x, y) == SKColors.White;
        return Enumerable.Range(0, picture.Width).All(x => IsWhite(x, 0) && IsWhite(x, bottom))
            && Enumerable.Range(0, picture.Height).All(y => IsWhite(0, y) && IsWhite(right, y));
    }
}
