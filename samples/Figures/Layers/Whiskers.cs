using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>Upright lines from low[i] to high[i] at x[i], with short ends; cut off at the frame.</summary>
internal sealed class Whiskers(IReadOnlyList<double> x, IReadOnlyList<double> low, IReadOnlyList<double> high, SKColor color) : Layer
{
    private const float End = 3;

    protected override void Draw(SKCanvas canvas)
    {
        using var paint = Stroke(color, 1.2f);
        var (bottom, top) = (Axes.YAxis.Min, Axes.YAxis.Max);
        for (var i = 0; i < x.Count; i++)
        {
            if (double.IsNaN(low[i]) || double.IsNaN(high[i]) || low[i] > top || high[i] < bottom)
                continue;
            var (from, to) = (At(x[i], Math.Max(low[i], bottom)), At(x[i], Math.Min(high[i], top)));
            canvas.DrawLine(from, to, paint);
            if (low[i] >= bottom)
                canvas.DrawLine(from.X - End, from.Y, from.X + End, from.Y, paint);
            if (high[i] <= top)
                canvas.DrawLine(to.X - End, to.Y, to.X + End, to.Y, paint);
        }
    }
}
