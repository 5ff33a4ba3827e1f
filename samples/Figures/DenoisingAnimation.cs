using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>All points at one time of the reverse process.</summary>
/// <param name="Time">Diffusion time t.</param>
/// <param name="Points">The points x_t; point i is the same run in every frame.</param>
public sealed record AnimationFrame(double Time, IReadOnlyList<Pixels> Points);

/// <summary>What the animation shows.</summary>
/// <param name="Frames">From noise (t = T) to data (t = 0).</param>
/// <param name="Followed">Index of the point whose path is drawn.</param>
/// <param name="Labels">Classes for the colours, one per point; null for one colour.</param>
public sealed record AnimationData(
    IReadOnlyList<AnimationFrame> Frames, int Followed = 0, IReadOnlyList<int>? Labels = null);

/// <summary>Points moving from noise to data, with the path of one of them, as an animated WebP for browsers.</summary>
public static class DenoisingAnimation
{
    private const int Quality = 60;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(2);

    /// <summary>Draws one frame per entry and writes them as an endless WebP; the last frame is held for 2 s.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="data">What to show.</param>
    /// <param name="window">How far the axes reach.</param>
    public static void Save(string path, AnimationData data, FigureWindow? window = null)
    {
        var limit = (window ?? new()).Noise;
        var images = new List<SKImage>();
        try
        {
            foreach (var index in Enumerable.Range(0, data.Frames.Count))
                images.Add(DrawFrame(data, index, limit));
            var frames = images.Select((image, i) =>
                new SKWebpEncoderFrame(image, i == images.Count - 1 ? Hold : Step)).ToArray();
            var options = new SKWebpEncoderOptions(SKWebpEncoderCompression.Lossy, Quality);
            using var encoded = SKWebpEncoder.EncodeAnimated(frames, options)
                ?? throw new InvalidOperationException("The animation cannot be encoded as WebP.");
            AtomicFile.Write(path, encoded.AsSpan());
        }
        finally
        {
            images.ForEach(i => i.Dispose());
        }
    }

    private static SKImage DrawFrame(AnimationData data, int index, double limit)
    {
        var frame = data.Frames[index];
        using var sheet = new Sheet(new SheetLayout
        {
            Title = $"t = {AxisScale.Format(frame.Time)}",
            Notes = [$"{index} of {data.Frames.Count - 1} reverse steps done; {frame.Points.Count:N0} points"],
            Rows = 1,
            Columns = 1,
            PanelWidth = 460,
            PanelHeight = 460,
            PanelTitles = false,
        }, dotsPerUnit: 1);

        Pixels[] path = [.. data.Frames.Take(index + 1).Select(f => f.Points[data.Followed])];
        var cloud = new PixelCloud(frame.Points, data.Labels);
        var panel = Panel.Plane(limit, null)
            .Add(new Points(cloud, 2.2f, 130, data.Labels is null ? Theme.Blue : null))
            .Add(new PathLine(path, Theme.Ink, SKColors.White) { OldestOpacity = 0.4 });
        sheet.Draw(panel, 0, 0);
        return sheet.ToImage();
    }
}
