using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>A line through (x, y) pairs; NaN in y leaves a gap.</summary>
internal sealed class Curve(IReadOnlyList<double> x, IReadOnlyList<double> y, SKColor color, float width) : Layer
{
    /// <summary>Lengths of dashes and gaps; empty for a solid line.</summary>
    public float[] Dashes { get; init; } = [];

    protected override void Draw(SKCanvas canvas)
    {
        using var builder = new SKPathBuilder();
        var penIsDown = false;
        for (var i = 0; i < x.Count; i++)
        {
            if (!double.IsFinite(y[i]))
            {
                penIsDown = false;
                continue;
            }

            var point = At(x[i], y[i]);
            if (penIsDown)
                builder.LineTo(point);
            else
                builder.MoveTo(point);
            penIsDown = true;
        }

        using var path = builder.Detach();
        using var paint = Stroke(color, width);
        using var effect = Dashes.Length == 0 ? null : SKPathEffect.CreateDash(Dashes, 0);
        paint.PathEffect = effect;
        canvas.DrawPath(path, paint);
    }
}
