using Diffusion.Data;
using Diffusion.Pictures;
using Diffusion.Tensors;
using NUnit.Framework;

namespace Diffusion.Samples.Tests;

/// <summary>Single pictures: as the folder reads them, and what is said of those that are none.</summary>
public sealed class PictureFileTests
{
    private static readonly PictureOptions Options = new() { Side = 5, Fit = PictureFit.Pad, Padding = new Rgb(9, 8, 7), Background = Rgb.Black };

    [Test]
    public void A_picture_is_read_as_the_folder_reads_it()
    {
        using var folder = new PictureTestFolder().With("a.png", PictureBytes.Png(3, 2, 8, 6, [.. Enumerable.Range(0, 24).Select(i => (byte)(i * 11))]));
        using var turned = new PictureTestFolder().With("b.JPG", PictureBytes.WithOrientation(PicturesDecodingTests.Quadrants(32, 16), 6));
        foreach (var options in (PictureOptions[])[Options, Options with { Grey = true, Fit = PictureFit.Crop }, new() { Side = 8 }])
        {
            foreach (var (each, name) in (ReadOnlySpan<(PictureTestFolder, string)>)[(folder, "a.png"), (turned, "b.JPG")])
            {
                var image = PictureFile.Read(Path.Combine(each.Path, name), options);
                Assert.That(image.Shape, Is.EqualTo(new Shape(1, options.Side, options.Side, options.Channels)));
                Assert.That(image.Span.SequenceEqual(each.Open(options).ToTensor<float>().Span), $"{name} {options}");
            }
        }

        byte[] pixel = new byte[3];
        ImageSet.ToBytes<float>(PictureFile.Read(Path.Combine(folder.Path, "a.png"), Options).Span[..3], pixel);
        Assert.That(pixel, Is.EqualTo((byte[])[9, 8, 7]), "the corner is padding");
    }

    // 32 x 16 pixels lie, or stand from the fifth orientation on.
    [Test]
    public void The_size_is_that_of_the_picture_as_it_is_seen([Range(1, 8)] int orientation)
    {
        using var folder = new PictureTestFolder().With("a.jpg", PictureBytes.WithOrientation(PicturesDecodingTests.Quadrants(32, 16), orientation)).With("b.png", PictureBytes.Grey(3, 1, 1, 2, 3));
        Assert.That(PictureFile.SizeOf(Path.Combine(folder.Path, "a.jpg")), Is.EqualTo(orientation < 5 ? (32, 16) : (16, 32)));
        Assert.That(PictureFile.SizeOf(Path.Combine(folder.Path, "b.png")), Is.EqualTo((3, 1)));
    }

    [Test]
    public void What_is_no_picture_is_named()
    {
        byte[] png = PictureBytes.Grey(64, 64, [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * i))]);
        using var folder = new PictureTestFolder().With("text.png", "no picture"u8.ToArray()).With("empty.png", []).With("half.png", png[..(png.Length / 2)]);
        string In(string name) => Path.Combine(folder.Path, name);
        void Refuses<T>(string path, string message, bool whole)
            where T : Exception
        {
            Assert.That(() => PictureFile.Read(path, Options), Throws.InstanceOf<T>().With.Message.Contains(message));
            if (whole)
                Assert.That(() => PictureFile.SizeOf(path), Throws.InstanceOf<T>().With.Message.Contains(message));
        }

        using (Assert.EnterMultipleScope())
        {
            Refuses<FileNotFoundException>(In("nowhere.png"), $"There is no picture '{In("nowhere.png")}'", whole: true);
            Refuses<FileNotFoundException>(folder.Path, $"'{folder.Path}' is a folder; a picture is accepted", whole: true);
            Refuses<InvalidDataException>(In("text.png"), $"{In("text.png")} is no picture that can be read", whole: true);
            Refuses<InvalidDataException>(In("empty.png"), $"{In("empty.png")} is no picture that can be read", whole: true);
            Refuses<InvalidDataException>(In("half.png"), $"{In("half.png")} is cut off", whole: false);
            Refuses<ArgumentException>("", "path", whole: true);
        }
    }
}
