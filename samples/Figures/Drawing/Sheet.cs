using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>The paper of one figure, in coordinates of hundredths of an inch; 200 dots per inch unless told.</summary>
internal sealed class Sheet : IDisposable
{
    private readonly SKPictureRecorder _recorder = new();
    private readonly float _dotsPerUnit;
    private SKPicture? _picture;

    /// <summary>A white sheet with title, notes and legend in place.</summary>
    public Sheet(SheetLayout layout, float dotsPerUnit = 2)
    {
        Layout = layout;
        _dotsPerUnit = dotsPerUnit;
        Canvas = _recorder.BeginRecording(SKRect.Create(layout.Width, layout.Height));
        DrawHeader();
    }

    public SheetLayout Layout { get; }

    /// <summary>Records what is drawn, as lines and text.</summary>
    public SKCanvas Canvas { get; }

    /// <summary>Draws a panel in its place of the grid, its title above it.</summary>
    public void Draw(Panel panel, int row, int column)
    {
        var frame = Layout[row, column];
        panel.Draw(Canvas, frame);
        if (panel.Title is not null)
            Text(panel.Title, frame.MidX, frame.Top - 8, Theme.PanelTitle, align: SKTextAlign.Center);
    }

    /// <summary>A remark in the lower right corner of a panel, on a pale patch so that any background will do.</summary>
    public void Corner(string text, int row, int column)
    {
        var frame = Layout[row, column];
        var width = Typography.Width(text, Theme.Tick);
        using var patch = new SKPaint { Color = SKColors.White.WithAlpha(205), IsAntialias = true };
        var box = SKRect.Create(frame.Right - width - 14, frame.Bottom - 23, width + 10, 18);
        Canvas.DrawRoundRect(box, 3, 3, patch);
        Text(text, box.Right - 5, box.Bottom - 5, Theme.Tick, align: SKTextAlign.Right);
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
        using var font = Typography.Font(size, bold);
        using var paint = new SKPaint { Color = color ?? Theme.Ink, IsAntialias = true };
        _ = Canvas.Save();
        Canvas.RotateDegrees(degrees, x, y);
        Canvas.DrawText(text, x, y, align, font, paint);
        Canvas.Restore();
    }

    /// <summary>A vertical colour bar that spans <paramref name="scale"/>, label and ticks on its right.</summary>
    public void ColorBar(SKRect bar, ColorScale colors, AxisScale scale, string label)
    {
        using var paint = new SKPaint { IsAntialias = false };
        var step = bar.Height / 256;
        for (var i = 0; i < 256; i++)
        {
            paint.Color = colors[(255 - i) / 255.0];
            Canvas.DrawRect(SKRect.Create(bar.Left, bar.Top + (i * step), bar.Width, step + 0.5f), paint);
        }

        using var line = new SKPaint { Color = Theme.Ink, IsAntialias = true, IsStroke = true, StrokeWidth = 1 };
        Canvas.DrawRect(bar, line);
        for (var i = 0; i < scale.Major.Length; i++)
        {
            var y = bar.Bottom - (float)((scale.Major[i] - scale.Min) / (scale.Max - scale.Min) * bar.Height);
            Canvas.DrawLine(bar.Right, y, bar.Right + 4, y, line);
            Text(scale.Names[i], bar.Right + 8, y + 4, Theme.Tick);
        }

        var widest = scale.Names.Max(n => Typography.Width(n, Theme.Tick));
        Text(label, bar.Right + widest + 22, bar.MidY, Theme.Label, align: SKTextAlign.Center, degrees: -90);
    }

    /// <summary>The figure as pixels; nothing can be drawn any more.</summary>
    public SKImage ToImage()
    {
        var (width, height) = ((int)(Layout.Width * _dotsPerUnit), (int)(Layout.Height * _dotsPerUnit));
        using var surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque))
            ?? throw new InvalidOperationException($"A picture of {width} x {height} cannot be made.");
        surface.Canvas.Clear(SKColors.White);
        surface.Canvas.Scale(_dotsPerUnit);
        surface.Canvas.DrawPicture(Finish());
        return surface.Snapshot();
    }

    /// <summary>Writes the figure to a PNG file, whole or not at all; where drawings are captured, it is one of them instead.</summary>
    public void Save(string path)
    {
        if (Drawing.Take(path, Finish(), Layout.Width, Layout.Height))
        {
            _picture = null;
            return;
        }

        using var image = ToImage();
        AtomicFile.Write(path, PngFile.Encode(image, 100 * _dotsPerUnit));
    }

    public void Dispose()
    {
        _picture?.Dispose();
        _recorder.Dispose();
    }

    private SKPicture Finish() => _picture ??= _recorder.EndRecording();

    private void DrawHeader()
    {
        var baseline = 12 + Theme.Title;
        foreach (var line in Layout.TitleLines)
        {
            Text(line, Layout.Left, baseline, Theme.Title, bold: true);
            baseline += SheetLayout.TitleLine;
        }

        baseline = Layout.NotesTop + Theme.Caption;
        foreach (var line in Layout.NoteLines)
        {
            Text(line, Layout.Left, baseline, Theme.Caption, Theme.Gray);
            baseline += SheetLayout.NoteLine;
        }

        var places = Layout.PlaceLegend();
        for (var i = 0; i < places.Count; i++)
        {
            Layout.Legend[i].DrawMark(Canvas, places[i]);
            Text(Layout.Legend[i].Text, places[i].X + 30, places[i].Y + 4.5f, Theme.Caption);
        }
    }
}
