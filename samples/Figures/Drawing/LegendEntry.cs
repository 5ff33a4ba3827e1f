using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>How a legend shows a thing.</summary>
internal enum LegendMark
{
    Dot,
    Ring,
    Line,
    Dashes,
    Square,
}

/// <summary>One entry of a legend.</summary>
internal sealed record LegendEntry(string Text, SKColor Color, LegendMark Mark)
{
    /// <summary>Draws the mark, 24 wide, with the middle of its left end at <paramref name="place"/>.</summary>
    public void DrawMark(SKCanvas canvas, SKPoint place)
    {
        var (x, y) = (place.X, place.Y);
        using var paint = new SKPaint { Color = Color, IsAntialias = true, StrokeWidth = 2 };
        switch (Mark)
        {
            case LegendMark.Dot:
                canvas.DrawCircle(x + 12, y, 5, paint);
                break;
            case LegendMark.Ring:
                paint.IsStroke = true;
                canvas.DrawCircle(x + 12, y, 5, paint);
                break;
            case LegendMark.Square:
                canvas.DrawRect(SKRect.Create(x + 6, y - 6, 12, 12), paint);
                break;
            case LegendMark.Dashes:
                for (var i = 0; i < 3; i++)
                    canvas.DrawLine(x + 1 + (i * 8), y, x + 6 + (i * 8), y, paint);
                break;
            default:
                canvas.DrawLine(x, y, x + 24, y, paint);
                break;
        }
    }
}
