using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>
/// A vector field. An arrow's colour and length both give the magnitude: the length grows to
/// <paramref name="cell"/> at <paramref name="fullLength"/> and stays there, the colour goes on to
/// <paramref name="maxMagnitude"/>.
/// </summary>
internal sealed class Arrows(
    IReadOnlyList<Pixels> at,
    IReadOnlyList<Pixels> vectors,
    double cell,
    double fullLength,
    double maxMagnitude,
    ColorScale colors) : Layer
{
    protected override void Draw(SKCanvas canvas)
    {
        using var paint = Stroke(SKColors.Black, 1.3f);
        for (var i = 0; i < at.Count; i++)
        {
            var magnitude = vectors[i].Length;
            if (magnitude == 0 || !double.IsFinite(magnitude))
                continue;
            var scale = cell * Math.Min(1, magnitude / fullLength) / magnitude / 2;
            var (dx, dy) = (vectors[i].Left * scale, vectors[i].Right * scale);
            paint.Color = colors[magnitude / maxMagnitude];
            DrawArrow(canvas, At(at[i].Left - dx, at[i].Right - dy), At(at[i].Left + dx, at[i].Right + dy), paint);
        }
    }

    private static void DrawArrow(SKCanvas canvas, SKPoint tail, SKPoint tip, SKPaint paint)
    {
        canvas.DrawLine(tail, tip, paint);
        var (x, y) = (tip.X - tail.X, tip.Y - tail.Y);
        var length = MathF.Sqrt((x * x) + (y * y));
        var head = MathF.Min(4.5f, 0.45f * length) / MathF.Max(length, 1e-6f);
        // Two strokes at 30 degrees to the shaft.
        var (c, s) = (0.866f * head, 0.5f * head);
        canvas.DrawLine(tip, new SKPoint(tip.X - (c * x) + (s * y), tip.Y - (c * y) - (s * x)), paint);
        canvas.DrawLine(tip, new SKPoint(tip.X - (c * x) - (s * y), tip.Y - (c * y) + (s * x)), paint);
    }
}
