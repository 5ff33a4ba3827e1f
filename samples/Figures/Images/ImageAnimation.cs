using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>One frame: all images at one time.</summary>
/// <param name="Time">Diffusion time t.</param>
/// <param name="Images">The images, row by row; image i is the same run in every frame.</param>
public sealed record ImageFrame(double Time, IReadOnlyList<PixelImage> Images);

/// <summary>A grid of images emerging from noise, as an animated WebP for browsers.</summary>
public static class ImageAnimation
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(90);
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(2.5);

    /// <summary>Draws one frame per entry and writes them as an endless WebP; the last frame is held.</summary>
    public static void Save(string path, IReadOnlyList<ImageFrame> frames)
    {
        var images = new List<SKImage>();
        try
        {
            images.AddRange(frames.Select(frame => Draw(frame)));
            var encoderFrames = images.Select((image, i) => new SKWebpEncoderFrame(image, i == images.Count - 1 ? Hold : Step)).ToArray();
            using var encoded = SKWebpEncoder.EncodeAnimated(encoderFrames, new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, 55))
                ?? throw new InvalidOperationException("The animation cannot be encoded as WebP.");
            AtomicFile.Write(path, encoded.AsSpan());
        }
        finally
        {
            images.ForEach(image => image.Dispose());
        }
    }

    private static SKImage Draw(ImageFrame frame)
    {
        var columns = (int)Math.Ceiling(Math.Sqrt(frame.Images.Count));
        var grid = new ImageGrid((frame.Images.Count + columns - 1) / columns, columns);
        using var sheet = new Sheet(new SheetLayout
        {
            Title = $"t = {AxisScale.Format(Math.Round(frame.Time, 1))}",
            Rows = 1,
            Columns = 1,
            PanelWidth = grid.Width,
            PanelHeight = grid.Height,
            Left = 24,
            Right = 24,
            PanelTitles = false,
        }, dotsPerUnit: 1);
        var corner = sheet.Layout[0, 0];
        for (var i = 0; i < frame.Images.Count; i++)
        {
            var place = grid[i / columns, i % columns];
            place.Offset(corner.Left, corner.Top);
            frame.Images[i].Draw(sheet.Canvas, place);
        }

        return sheet.ToImage();
    }
}
