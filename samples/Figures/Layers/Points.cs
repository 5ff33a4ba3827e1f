using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>A cloud as dots, with no class on top of the others.</summary>
internal sealed class Points(PixelCloud cloud, float diameter = 2, byte alpha = 120, SKColor? color = null) : Layer
{
    // Classes take turns after so many points: one call draws many, and still none covers another.
    private const int Turn = 100;

    protected override void Draw(SKCanvas canvas)
    {
        using var paint = Stroke(SKColors.Black, diameter);
        foreach (var turn in Enumerable.Range(0, cloud.Points.Count).Chunk(Turn))
        {
            foreach (var group in turn.GroupBy(cloud.LabelOf).OrderBy(g => g.Key))
            {
                paint.Color = (color ?? Theme.OfClass(group.Key)).WithAlpha(alpha);
                canvas.DrawPoints(SKPointMode.Points, [.. group.Select(i => At(cloud.Points[i]))], paint);
            }
        }
    }
}
