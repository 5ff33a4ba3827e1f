using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>The paper of one figure, in coordinates of hundredths of an inch; 200 dots per inch unless told.</summary>
internal sealed class Sheet : IDisposable
{
    private readonly SKSurface _surface;
    private readonly float _dotsPerUnit;

    /// <summary>A white sheet with title, notes and legend in place.</summary>
    public Sheet(SheetLayout layout, float dotsPerUnit = 2)
    {
        Layout = layout;
        _dotsPerUnit = dotsPerUnit;
        var info = new SKImageInfo(
            (int)(layout.Width * dotsPerUnit), (int)(layout.Height * dotsPerUnit), SKColorType.Rgba8888, SKAlphaType.Opaque);
        _surface = SKSurface.Create(info)
            ?? throw new InvalidOperationException($"A picture of {info.Width} x {info.Height} cannot be made.");
        Canvas.Clear(SKColors.White);
        Canvas.Scale(dotsPerUnit);
        Text(layout.Title, layout.Left, 12 + Theme.Title, Theme.Title, bold: true);
        for (var i = 0; i < layout.Notes.Count; i++)
            Text(layout.Notes[i], layout.Left, SheetLayout.NoteBaseline(i), Theme.Caption, Theme.Gray);
        DrawLegend();
    }

    public SheetLayout Layout { get; }

    public SKCanvas Canvas => _surface.Canvas;

    /// <summary>Draws a panel in its place of the grid, its title above it.</summary>
    public void Draw(Panel panel, int row, int column)
    {
        var frame = Layout[row, column];
        panel.Draw(Canvas, frame);
        if (panel.Title is not null)
            Text(panel.Title, frame.MidX, frame.Top - 8, Theme.PanelTitle, align: SKTextAlign.Center);
    }

    /// <summary>Writes one line of text with its baseline at <paramref name="y"/>.</summary>
    public void Text(
        string text,
        float x,
        float y,
        float size,
        SKColor? color = null,
        SKTextAlign align = SKTextAlign.Left,
        bool bold = false,
        float degrees = 0)
    {
        using var font = Font(size, bold);
        using var paint = new SKPaint { Color = color ?? Theme.Ink, IsAntialias = true };
        _ = Canvas.Save();
        Canvas.RotateDegrees(degrees, x, y);
        Canvas.DrawText(text, x, y, align, font, paint);
        Canvas.Restore();
    }

    /// <summary>A vertical colour bar for values from 0 to <paramref name="max"/>, label and ticks on its right.</summary>
    public void ColorBar(SKRect bar, ColorScale colors, AxisScale scale, string label)
    {
        using var paint = new SKPaint { IsAntialias = false };
        for (var i = 0; i < 256; i++)
        {
            paint.Color = colors[(255 - i) / 255.0];
            Canvas.DrawRect(SKRect.Create(bar.Left, bar.Top + (i * bar.Height / 256), bar.Width, (bar.Height / 256) + 0.5f), paint);
        }

        using var line = new SKPaint { Color = Theme.Ink, IsAntialias = true, IsStroke = true, StrokeWidth = 1 };
        Canvas.DrawRect(bar, line);
        var widest = 0f;
        using var font = Font(Theme.Tick);
        for (var i = 0; i < scale.Major.Length; i++)
        {
            var y = bar.Bottom - (float)((scale.Major[i] - scale.Min) / (scale.Max - scale.Min) * bar.Height);
            Canvas.DrawLine(bar.Right, y, bar.Right + 4, y, line);
            Text(scale.Names[i], bar.Right + 8, y + 4, Theme.Tick);
            widest = Math.Max(widest, font.MeasureText(scale.Names[i]));
        }

        Text(label, bar.Right + widest + 22, bar.MidY, Theme.Label, align: SKTextAlign.Center, degrees: -90);
    }

    /// <summary>The figure as pixels.</summary>
    public SKImage ToImage() => _surface.Snapshot();

    /// <summary>The figure as PNG bytes.</summary>
    public byte[] ToPng()
    {
        using var image = ToImage();
        return PngFile.Encode(image, 100 * _dotsPerUnit);
    }

    /// <summary>Writes the figure to a PNG file, whole or not at all.</summary>
    public void Save(string path) => AtomicFile.Write(path, ToPng());

    public void Dispose() => _surface.Dispose();

    private static SKFont Font(float size, bool bold = false) => new(EmbeddedFonts.Typeface(bold), size)
    {
        Subpixel = true,
        Hinting = SKFontHinting.None,
        Edging = SKFontEdging.Antialias,
    };

    private void DrawLegend()
    {
        using var font = Font(Theme.Caption);
        var (x, y) = (Layout.Left, Layout.LegendTop + 15);
        foreach (var entry in Layout.Legend)
        {
            DrawMark(entry, x, y);
            Text(entry.Text, x + 30, y + 4.5f, Theme.Caption);
            x += 30 + font.MeasureText(entry.Text) + 24;
        }
    }

    private void DrawMark(LegendEntry entry, float x, float y)
    {
        using var paint = new SKPaint { Color = entry.Color, IsAntialias = true, StrokeWidth = 2 };
        switch (entry.Mark)
        {
            case LegendMark.Dot:
                Canvas.DrawCircle(x + 12, y, 5, paint);
                break;
            case LegendMark.Ring:
                paint.IsStroke = true;
                Canvas.DrawCircle(x + 12, y, 5, paint);
                break;
            case LegendMark.Square:
                Canvas.DrawRect(SKRect.Create(x + 6, y - 6, 12, 12), paint);
                break;
            case LegendMark.Dashes:
                for (var i = 0; i < 3; i++)
                    Canvas.DrawLine(x + 1 + (i * 8), y, x + 6 + (i * 8), y, paint);
                break;
            default:
                Canvas.DrawLine(x, y, x + 24, y, paint);
                break;
        }
    }
}
