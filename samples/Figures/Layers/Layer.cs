using ScottPlot;
using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>Something drawn on a panel, clipped to its axes, in data coordinates.</summary>
internal abstract class Layer : IPlottable
{
    public bool IsVisible { get; set; } = true;

    public IAxes Axes { get; set; } = new Axes();

    public IEnumerable<LegendItem> LegendItems => [];

    public AxisLimits GetAxisLimits() => AxisLimits.NoLimits;

    public void Render(RenderPack rp) => Draw(rp.Canvas);

    /// <summary>Draws on the canvas; <see cref="At(double, double)"/> converts positions.</summary>
    protected abstract void Draw(SKCanvas canvas);

    /// <summary>Position on the canvas of (x, y).</summary>
    protected SKPoint At(double x, double y) => new(Axes.GetPixelX(x), Axes.GetPixelY(y));

    /// <summary>Position on the canvas of an image.</summary>
    protected SKPoint At(Pixels point) => At(point.Left, point.Right);

    /// <summary>Rectangle on the canvas of [left, right] x [bottom, top].</summary>
    protected SKRect Box(double left, double bottom, double right, double top)
    {
        var (a, b) = (At(left, top), At(right, bottom));
        return new SKRect(a.X, a.Y, b.X, b.Y);
    }

    protected static SKPaint Stroke(SKColor color, float width) => new()
    {
        Color = color,
        IsAntialias = true,
        IsStroke = true,
        StrokeWidth = width,
        StrokeCap = SKStrokeCap.Round,
        StrokeJoin = SKStrokeJoin.Round,
    };

    protected static SKPaint Fill(SKColor color) => new() { Color = color, IsAntialias = true };
}
