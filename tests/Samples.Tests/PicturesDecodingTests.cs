using Diffusion.Pictures;
using NUnit.Framework;
using SkiaSharp;

namespace Diffusion.Samples.Tests;

/// <summary>From files to pixels: kinds of files, colours, transparency, turning, cutting and resizing.</summary>
public sealed class PicturesDecodingTests
{
    private static readonly PictureOptions OnePixel = new() { Side = 1 };
    private static readonly PictureOptions Grey2 = new() { Side = 2, Grey = true };

    [Test]
    public void Colours_stay_as_they_are_or_become_grey_by_their_luma()
    {
        byte[] png = PictureBytes.Png(1, 1, 8, 2, 10, 20, 30);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Image(png, OnePixel), Is.EqualTo((byte[])[10, 20, 30]));

            // 0.299·10 + 0.587·20 + 0.114·30 = 18.15
            Assert.That(Image(png, OnePixel with { Grey = true }), Is.EqualTo((byte[])[18]));
            for (int value = 0; value < 256; value += 15)
                Assert.That(Image(PictureBytes.Grey(1, 1, (byte)value), OnePixel with { Grey = true }), Is.EqualTo((byte[])[(byte)value]), "Grey stays what it is.");
        }
    }

    [Test]
    public void Other_kinds_of_files_are_read()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(1, 1, SKColorType.Rgba8888, SKAlphaType.Opaque));
        bitmap.SetPixel(0, 0, new SKColor(10, 20, 30));
        using var pixels = bitmap.PeekPixels();
        using var webp = pixels.Encode(new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossless, 100))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Image(webp.ToArray(), OnePixel, "a.WEBP"), Is.EqualTo((byte[])[10, 20, 30]));
            Assert.That(Image(PictureBytes.Bmp(10, 20, 30), OnePixel, "a.bmp"), Is.EqualTo((byte[])[10, 20, 30]));
            Assert.That(Image(PictureBytes.RedGif(), OnePixel, "a.gif"), Is.EqualTo((byte[])[255, 0, 0]));
        }
    }

    [Test]
    public void Sixteen_bits_become_eight()
    {
        byte[] grey = PictureBytes.Png(2, 2, 16, 0, 0, 0, 0x80, 0x80, 0x40, 0x40, 0xFF, 0xFF);
        byte[] color = PictureBytes.Png(1, 1, 16, 2, 10, 10, 20, 20, 30, 30);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Image(grey, Grey2), Is.EqualTo((byte[])[0, 0x80, 0x40, 0xFF]));
            Assert.That(Image(color, OnePixel), Is.EqualTo((byte[])[10, 20, 30]));
        }
    }

    [Test]
    public void What_is_transparent_shows_the_background()
    {
        byte[] clear = PictureBytes.Png(1, 1, 8, 6, 200, 100, 0, 0), half = PictureBytes.Png(1, 1, 8, 6, 200, 100, 0, 51), grey = PictureBytes.Png(1, 1, 8, 4, 100, 51);
        var onBlue = OnePixel with { Background = new Rgb(0, 10, 250) };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Image(clear, OnePixel), Is.EqualTo((byte[])[255, 255, 255]));
            Assert.That(Image(clear, onBlue), Is.EqualTo((byte[])[0, 10, 250]));

            // A fifth of the colour: 51 = 255/5.
            Assert.That(Image(half, onBlue), Is.EqualTo((byte[])[40, 28, 200]));
            Assert.That(Image(half, OnePixel), Is.EqualTo((byte[])[244, 224, 204]));
            Assert.That(Image(grey, OnePixel with { Background = Rgb.Black, Grey = true }), Is.EqualTo((byte[])[20]));
        }
    }

    // The quadrants of the file are a b / c d.
    [TestCase(1, "ab/cd")]
    [TestCase(2, "ba/dc")]
    [TestCase(3, "dc/ba")]
    [TestCase(4, "cd/ab")]
    [TestCase(5, "ac/bd")]
    [TestCase(6, "ca/db")]
    [TestCase(7, "db/ca")]
    [TestCase(8, "bd/ac")]
    public void A_photograph_is_turned_as_its_camera_says(int orientation, string seen)
    {
        byte[] photograph = PictureBytes.WithOrientation(Quadrants(32, 16), orientation);
        byte[] image = Image(photograph, new PictureOptions { Side = 16, Grey = true, Fit = PictureFit.Stretch }, "photo.JPG");
        byte[] quadrants = [image[(4 * 16) + 4], image[(4 * 16) + 12], image[(12 * 16) + 4], image[(12 * 16) + 12]];
        byte[] expected = [.. seen.Where(char.IsLetter).Select(letter => (byte)(20 + (70 * (letter - 'a'))))];
        Assert.That(quadrants.Select(value => (int)value), Is.EqualTo(expected.Select(value => (int)value)).Within(2));

        // 32 x 16 pixels lie, or stand from the fifth orientation on.
        byte[] padded = Image(photograph, new PictureOptions { Side = 32, Grey = true, Fit = PictureFit.Pad }, "photo.JPG");
        Assert.That((padded[16], padded[32 * 16]), orientation < 5 ? Is.EqualTo((0, padded[32 * 16])) : Is.EqualTo((padded[16], 0)));
        Assert.That(orientation < 5 ? padded[32 * 16] : padded[16], Is.GreaterThan(10));
    }

    [Test]
    public void A_jpeg_of_printing_inks_becomes_red_green_and_blue()
    {
        // 255 is no ink: all of magenta and yellow is red, and half of black darkens.
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Image(PictureBytes.CmykJpeg(255, 0, 0, 255), OnePixel, "inks.jpeg"), Is.EqualTo((byte[])[255, 0, 0]));
            Assert.That(Image(PictureBytes.CmykJpeg(255, 255, 255, 128), OnePixel, "inks.jpeg"), Is.EqualTo((byte[])[128, 128, 128]));
            Assert.That(Image(PictureBytes.CmykJpeg(100, 200, 50, 255), OnePixel, "inks.jpeg"), Is.EqualTo((byte[])[100, 200, 50]));
        }
    }

    [Test]
    public void A_picture_that_is_no_square_is_cut_padded_or_stretched()
    {
        byte[] wide = PictureBytes.Grey(4, 2, 0, 70, 140, 210, 1, 71, 141, 211), high = PictureBytes.Grey(2, 4, 0, 1, 70, 71, 140, 141, 210, 211);
        byte[] framed = [9, 9, 9, 9, 0, 70, 140, 210, 1, 71, 141, 211, 9, 9, 9, 9];
        var pad = new PictureOptions { Side = 4, Grey = true, Fit = PictureFit.Pad, Padding = new Rgb(9, 9, 9) };
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Image(wide, Grey2), Is.EqualTo((byte[])[70, 140, 71, 141]));
            Assert.That(Image(high, Grey2), Is.EqualTo((byte[])[70, 71, 140, 141]));
            Assert.That(Image(wide, pad), Is.EqualTo(framed));
            Assert.That(Image(high, pad), Is.EqualTo((byte[])[9, 0, 1, 9, 9, 70, 71, 9, 9, 140, 141, 9, 9, 210, 211, 9]));

            // (3·0 + 3·70 + 140)/7 = 50: the filter is as wide as two pixels of the image.
            Assert.That(Image(wide, Grey2 with { Fit = PictureFit.Stretch }), Is.EqualTo((byte[])[50, 160, 51, 161]));
        }
    }

    [Test]
    public void Growing_is_linear_and_one_colour_stays_one()
    {
        byte[] grown = Image(PictureBytes.Grey(2, 1, 0, 200), new PictureOptions { Side = 4, Grey = true, Fit = PictureFit.Stretch });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(grown, Is.EqualTo(Enumerable.Repeat((byte[])[0, 50, 150, 200], 4).SelectMany(row => row)));
            foreach (int side in (int[])[1, 2, 3, 5, 8, 13])
            {
                foreach (var fit in Enum.GetValues<PictureFit>())
                {
                    byte[] plain = PictureBytes.Png(5, 3, 8, 2, [.. Enumerable.Repeat((byte[])[17, 130, 251], 15).SelectMany(pixel => pixel)]);
                    byte[] image = Image(plain, new PictureOptions { Side = side, Fit = fit, Padding = new Rgb(17, 130, 251) });
                    Assert.That(image, Is.EqualTo(Enumerable.Repeat((byte[])[17, 130, 251], side * side).SelectMany(pixel => pixel)), $"{side} {fit}");
                }
            }
        }
    }

    [Test]
    public void One_pixel_is_a_picture_and_so_is_a_line()
    {
        // In the wrong order, its 900 thousand pixels would become 900 million on the way to 1024 x 1024.
        byte[] line = PictureBytes.Grey(900_000, 1, [.. Enumerable.Repeat((byte)77, 900_000)]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Image(PictureBytes.Grey(1, 1, 77), new PictureOptions { Side = 3, Grey = true }), Is.EqualTo(Enumerable.Repeat((byte)77, 9)));
            Assert.That(Image(line, Grey2), Is.EqualTo(Enumerable.Repeat((byte)77, 4)));
            Assert.That(Image(line, new PictureOptions { Side = 1024, Grey = true, Fit = PictureFit.Stretch }), Is.All.EqualTo(77));
            Assert.That(Image(line, new PictureOptions { Side = 3, Grey = true, Fit = PictureFit.Pad }), Is.EqualTo((byte[])[0, 0, 0, 77, 77, 77, 0, 0, 0]));
        }
    }

    private static byte[] Image(byte[] file, PictureOptions options, string name = "a.png")
    {
        using var folder = new PictureTestFolder().With(name, file);
        return folder.Read(options).Single();
    }

    // Four quarters of grey, 20, 90, 160 and 230.
    internal static byte[] Quadrants(int width, int height)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque));
        for (int i = 0; i < width * height; i++)
            bitmap.GetPixelSpan()[i] = (byte)(20 + (70 * ((i % width * 2 / width) + (2 * (i / width * 2 / height)))));
        using var image = SKImage.FromBitmap(bitmap);
        using var data = image.Encode(SKEncodedImageFormat.Jpeg, 100);
        return data.ToArray();
    }
}
