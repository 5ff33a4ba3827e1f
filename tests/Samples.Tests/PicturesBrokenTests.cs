using Diffusion.Pictures;
using NUnit.Framework;
using SkiaSharp;

namespace Diffusion.Samples.Tests;

/// <summary>Pictures that cannot be read, and folders that are no set.</summary>
public sealed class PicturesBrokenTests
{
    private static readonly PictureOptions Grey = new() { Side = 1, Grey = true };
    private static readonly PictureOptions Skipping = Grey with { OnBroken = OnBroken.Skip };

    private static IEnumerable<TestCaseData> Broken()
    {
        byte[] photograph = Photograph();
        byte[] png = PictureBytes.Grey(64, 64, [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * i))]);
        byte[] checksum = [.. png];
        checksum[100] ^= 1;
        yield return new TestCaseData(png[..(png.Length / 2)], "is cut off").SetArgDisplayNames("half of a PNG");
        yield return new TestCaseData(photograph[..(photograph.Length / 2)], "is cut off").SetArgDisplayNames("half of a JPEG");
        yield return new TestCaseData(photograph[..30], "is no picture").SetArgDisplayNames("the head of a JPEG");
        yield return new TestCaseData(checksum, "is broken").SetArgDisplayNames("a PNG with a wrong bit");
        yield return new TestCaseData(png[..20], "is no picture").SetArgDisplayNames("the head of a PNG");
        yield return new TestCaseData(Array.Empty<byte>(), "is no picture").SetArgDisplayNames("nothing");
        yield return new TestCaseData(Text, "is no picture").SetArgDisplayNames("a text");
        yield return new TestCaseData(PictureBytes.Grey(30_000, 30_000), "has 30000 x 30000 pixels; accepted are up to").SetArgDisplayNames("too many pixels");
    }

    [TestCaseSource(nameof(Broken))]
    public void A_broken_picture_is_named_and_refused_or_skipped(byte[] content, string reason)
    {
        using var folder = new PictureTestFolder().With("a/1.png", Dot(1)).With("a/broken.png", content).With("b/2.png", Dot(2));
        using var without = new PictureTestFolder().With("a/1.png", Dot(1)).With("b/2.png", Dot(2));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => folder.Open(Grey), Throws.InstanceOf<InvalidDataException>().With.Message.Contains("broken.png " + reason).And.Message.Contains("OnBroken.Skip"));
            foreach (long budget in (long[])[0, 1000])
            {
                var set = folder.Open(Skipping with { Budget = budget });
                Assert.That(set.Skipped, Has.Count.EqualTo(1));
                Assert.That(set.Skipped[0].Path, Is.EqualTo("a/broken.png"));
                Assert.That(set.Skipped[0].Reason, Does.StartWith(reason));
                Assert.That(PictureTestFolder.Read(set).Select(image => image[0]), Is.EqualTo((byte[])[1, 2]));
                Assert.That(set.Labels.ToArray(), Is.EqualTo((int[])[0, 1]));
                Assert.That(set.Description, Is.EqualTo(without.Open(Grey).Description));
            }
        }
    }

    [Test]
    public void What_cannot_be_a_set_is_an_error_that_says_why()
    {
        using var empty = new PictureTestFolder().With("notes.txt", Text);
        using var broken = new PictureTestFolder().With("1.png", Text).With("2.png", Text);
        using var brokenClass = new PictureTestFolder().With("a/1.png", Dot(1)).With("b/2.png", Text);
        static void Refuses<T>(Action open, string message)
            where T : Exception => Assert.That(open, Throws.InstanceOf<T>().With.Message.Contains(message));
        using (Assert.EnterMultipleScope())
        {
            Refuses<DirectoryNotFoundException>(() => PictureFolder.Open(Path.Combine(empty.Path, "nowhere"), Grey), "There is no folder");
            Refuses<DirectoryNotFoundException>(() => PictureFolder.Open(Path.Combine(empty.Path, "notes.txt"), Grey), "is a file; a folder");
            Refuses<InvalidDataException>(() => empty.Open(Grey), "has no pictures, and 1 other files; accepted are names that end in .png, .jpg");
            Refuses<InvalidDataException>(() => broken.Open(Skipping), "None of the 2 pictures");
            Refuses<InvalidDataException>(() => broken.Open(Skipping), "The first: 1.png is no picture");
            Refuses<InvalidDataException>(() => brokenClass.Open(Skipping), "None of the pictures of the class 'b'");
            Refuses<ArgumentException>(() => _ = new PictureOptions { Side = 0 }, "The Side is 0; accepted are 1 to 8192");
            Refuses<ArgumentException>(() => _ = Grey with { Budget = -1 }, "The Budget is -1");
        }
    }

    private static byte[] Text => "This is no picture."u8.ToArray();

    private static byte[] Dot(byte value) => PictureBytes.Grey(1, 1, value);

    private static byte[] Photograph()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(64, 64, SKColorType.Gray8, SKAlphaType.Opaque));
        for (int i = 0; i < 64 * 64; i++)
            bitmap.GetPixelSpan()[i] = (byte)(i * i);
        using var image = SKImage.FromBitmap(bitmap);
        using var data = image.Encode(SKEncodedImageFormat.Jpeg, 90);
        return data.ToArray();
    }
}
