using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>A cloud as dots, in the order of the points so that no class lies on top of the others.</summary>
internal sealed class Points(PixelCloud cloud, float diameter = 2, byte alpha = 120, SKColor? color = null) : Layer
{
    protected override void Draw(SKCanvas canvas)
    {
        var paints = new Dictionary<int, SKPaint>();
        for (var i = 0; i < cloud.Points.Count; i++)
        {
            var label = cloud.LabelOf(i);
            if (!paints.TryGetValue(label, out var paint))
                paints[label] = paint = Stroke((color ?? Theme.OfClass(label)).WithAlpha(alpha), diameter);
            canvas.DrawPoint(At(cloud.Points[i]), paint);
        }

        foreach (var paint in paints.Values)
            paint.Dispose();
    }
}
