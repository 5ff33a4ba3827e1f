using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>
/// The way of one point: older steps fade, the start is a ring and the end a dot. Drawn twice, first wider in a
/// second colour, so that it can be seen on any background.
/// </summary>
internal sealed class PathLine(IReadOnlyList<Pixels> points, SKColor color, SKColor casing, float width = 1.8f) : Layer
{
    /// <summary>Opacity of the oldest step; the newest has 1.</summary>
    public double OldestOpacity { get; init; } = 0.25;

    /// <summary>Whether the last point is marked.</summary>
    public bool MarkEnd { get; init; } = true;

    protected override void Draw(SKCanvas canvas)
    {
        DrawSteps(canvas, casing, width + 1.6f);
        DrawSteps(canvas, color, width);

        using var border = Stroke(casing, 1.2f);
        using var inside = Fill(color);
        using var ring = Stroke(color, 1.6f);
        using var ringCasing = Stroke(casing, 3.2f);
        var start = At(points[0]);
        canvas.DrawCircle(start, 4, ringCasing);
        canvas.DrawCircle(start, 4, ring);
        if (!MarkEnd)
            return;
        var end = At(points[^1]);
        canvas.DrawCircle(end, 5, inside);
        canvas.DrawCircle(end, 5.4f, border);
    }

    private void DrawSteps(SKCanvas canvas, SKColor lineColor, float lineWidth)
    {
        using var paint = Stroke(lineColor, lineWidth);
        for (var i = 1; i < points.Count; i++)
        {
            var age = points.Count == 2 ? 0 : (points.Count - 1 - i) / (points.Count - 2.0);
            paint.Color = lineColor.WithAlpha((byte)(255 * (1 - (age * (1 - OldestOpacity)))));
            canvas.DrawLine(At(points[i - 1]), At(points[i]), paint);
        }
    }
}
