using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>Generated images in a square grid, and beside it what was asked for, place by place (assignment Fig. 6).</summary>
public static class DigitsFigure
{
    private const float Cell = 30;

    /// <summary>Draws the figure and writes it as PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="images">The images, row by row.</param>
    /// <param name="asked">The class that was asked for in each place; -1 for none.</param>
    /// <param name="notes">Sentences under the title: which model, sampler and guidance.</param>
    public static void Save(string path, IReadOnlyList<GrayImage> images, IReadOnlyList<int> asked, params string[] notes)
    {
        var columns = (int)Math.Ceiling(Math.Sqrt(images.Count));
        var rows = (images.Count + columns - 1) / columns;
        var grid = new ImageGrid(rows, columns);
        var labelsWidth = (columns * Cell) + 8;
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "Generated digits",
            Notes = notes,
            Rows = 1,
            Columns = 1,
            PanelWidth = grid.Width + 36 + labelsWidth,
            PanelHeight = grid.Height,
            Left = 36,
            Right = 36,
        });
        var frame = sheet.Layout[0, 0];
        for (var i = 0; i < images.Count; i++)
        {
            var place = grid[i / columns, i % columns];
            place.Offset(frame.Left, frame.Top);
            images[i].Draw(sheet.Canvas, place);
        }

        // The labels keep the grid's rows, so that each can be found at a glance.
        var left = frame.Left + grid.Width + 36;
        sheet.Text("asked for", left + (labelsWidth / 2), frame.Top - 8, Theme.PanelTitle, align: SKTextAlign.Center);
        using var line = new SKPaint { Color = Theme.Gray, IsAntialias = true, IsStroke = true, StrokeWidth = 1 };
        sheet.Canvas.DrawRect(SKRect.Create(left, frame.Top, labelsWidth, grid.Height), line);
        for (var i = 0; i < images.Count; i++)
        {
            var place = grid[i / columns, i % columns];
            var text = asked[i] < 0 ? "–" : asked[i].ToString(System.Globalization.CultureInfo.InvariantCulture);
            sheet.Text(text, left + 4 + ((i % columns) * Cell) + (Cell / 2), frame.Top + place.MidY + 6, 17, align: SKTextAlign.Center);
        }

        sheet.Save(path);
    }
}
