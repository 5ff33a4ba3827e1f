using Diffusion.Figures;
using NUnit.Framework;
using SkiaSharp;

namespace Diffusion.Samples.Tests;

[TestFixture]
internal sealed class FiguresAnimationTests
{
    [Test]
    public void The_animation_has_one_frame_per_time_loops_and_holds_the_last()
    {
        using var folder = new TemporaryFolder();
        DenoisingAnimation.Save(folder["a.webp"], FiguresSyntheticData.Animation(frames: 6));
        DenoisingAnimation.Save(folder["b.webp"], FiguresSyntheticData.Animation(frames: 6));

        using var codec = SKCodec.Create(folder["a.webp"]);
        Assert.Multiple(() =>
        {
            Assert.That(codec.EncodedFormat, Is.EqualTo(SKEncodedImageFormat.Webp));
            Assert.That(codec.FrameCount, Is.EqualTo(6));
            Assert.That(codec.RepetitionCount, Is.EqualTo(-1), "endless");
            Assert.That(codec.FrameInfo.Select(f => f.Duration), Is.EqualTo(new[] { 100, 100, 100, 100, 100, 2000 }));
            Assert.That(File.ReadAllBytes(folder["b.webp"]), Is.EqualTo(File.ReadAllBytes(folder["a.webp"])));
        });
    }

    [Test]
    public void Frames_differ()
    {
        using var folder = new TemporaryFolder();
        DenoisingAnimation.Save(folder["a.webp"], FiguresSyntheticData.Animation(frames: 3));
        using var codec = SKCodec.Create(folder["a.webp"]);
        Assert.That(Decode(codec, 2), Is.Not.EqualTo(Decode(codec, 0)));
    }

    private static byte[] Decode(SKCodec codec, int frame)
    {
        using var bitmap = new SKBitmap(codec.Info);
        var result = codec.GetPixels(codec.Info, bitmap.GetPixels(), new SKCodecOptions(frame));
        Assert.That(result, Is.EqualTo(SKCodecResult.Success));
        return bitmap.Bytes;
    }
}
