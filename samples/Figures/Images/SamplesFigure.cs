using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>Generated images in a square grid, and beside it what was asked for, place by place (assignment Fig. 6).</summary>
public static class SamplesFigure
{
    private const float LeastCell = 30, LargestText = 17, SmallText = 12, ShortName = 2;

    /// <summary>Draws the figure and writes it as PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="title">The title.</param>
    /// <param name="images">The images, row by row.</param>
    /// <param name="asked">What was asked for in each place, such as the name of a class; empty where nothing was asked for anywhere.</param>
    /// <param name="notes">Sentences under the title: which model, sampler and guidance.</param>
    public static void Save(string path, string title, IReadOnlyList<PixelImage> images, IReadOnlyList<string> asked, params string[] notes)
    {
        var columns = (int)Math.Ceiling(Math.Sqrt(images.Count));
        var rows = (images.Count + columns - 1) / columns;
        var grid = new ImageGrid(rows, columns);
        var size = asked.All(name => name.Length <= ShortName) ? LargestText : SmallText;
        var cell = asked.Count == 0 ? 0 : Math.Max(LeastCell, asked.Max(name => Typography.Width(name, size)) + 12);
        var namesWidth = (columns * cell) + 8;
        using var sheet = new Sheet(new SheetLayout
        {
            Title = title,
            Notes = notes,
            Rows = 1,
            Columns = 1,
            PanelWidth = grid.Width + (asked.Count == 0 ? 0 : 36 + namesWidth),
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

        // The names keep the grid's rows, so that each can be found at a glance.
        if (asked.Count > 0)
        {
            var left = frame.Left + grid.Width + 36;
            sheet.Text("asked for", left + (namesWidth / 2), frame.Top - 8, Theme.PanelTitle, align: SKTextAlign.Center);
            using var line = new SKPaint { Color = Theme.Gray, IsAntialias = true, IsStroke = true, StrokeWidth = 1 };
            sheet.Canvas.DrawRect(SKRect.Create(left, frame.Top, namesWidth, grid.Height), line);
            for (var i = 0; i < images.Count; i++)
                sheet.Text(asked[i], left + 4 + ((i % columns) * cell) + (cell / 2), frame.Top + grid[i / columns, i % columns].MidY + 6, size, align: SKTextAlign.Center);
        }

        sheet.Save(path);
    }
}
