using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>Upright bars from 0; bar i is centred on x[i].</summary>
internal sealed class Bars(IReadOnlyList<double> x, IReadOnlyList<double> heights, double width, SKColor color) : Layer
{
    protected override void Draw(SKCanvas canvas)
    {
        using var paint = Fill(color);
        for (var i = 0; i < x.Count; i++)
        {
            if (heights[i] > 0)
                canvas.DrawRect(Box(x[i] - (width / 2), 0, x[i] + (width / 2), heights[i]), paint);
        }
    }
}
