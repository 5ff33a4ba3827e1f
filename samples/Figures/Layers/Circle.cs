using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>An outline of the given radius, in data units.</summary>
internal sealed class Circle(Pixels centre, double radius, SKColor color, float width = 1.2f) : Layer
{
    protected override void Draw(SKCanvas canvas)
    {
        using var paint = Stroke(color, width);
        var box = Box(centre.Left - radius, centre.Right - radius, centre.Left + radius, centre.Right + radius);
        canvas.DrawOval(box, paint);
    }
}
