using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>A classifier of points in the plane: its probability as a map, with the data on it.</summary>
public static class ClassificationPlot
{
    /// <summary>Draws the picture and writes it as PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="points">The data.</param>
    /// <param name="labels">The class of each point, 0 or 1.</param>
    /// <param name="probability">Probability of class 1 at (x, y).</param>
    /// <param name="title">Title of the picture.</param>
    public static void Save(
        string path,
        IReadOnlyList<Pixels> points,
        IReadOnlyList<int> labels,
        Func<double, double, double> probability,
        string title)
    {
        var farthest = points.Select(p => Math.Max(Math.Abs(p.Left), Math.Abs(p.Right))).DefaultIfEmpty(1).Max();
        var limit = 1.1 * Math.Max(farthest, 1e-3);
        using var sheet = new Sheet(new SheetLayout
        {
            Title = title,
            Legend =
            [
                new("class 0", Theme.OfClass(0), LegendMark.Dot),
                new("class 1", Theme.OfClass(1), LegendMark.Dot),
                new("decision boundary", Theme.Ink, LegendMark.Line),
            ],
            Rows = 1,
            Columns = 1,
            PanelWidth = 540,
            PanelHeight = 540,
            Right = 110,
            PanelTitles = false,
        });

        var grid = DensityGrid.Evaluate(probability, limit, 200);
        var step = AxisScale.RoundStep(limit / 2.5);
        var scale = AxisScale.Linear(-limit, limit, step, step / 2);
        var panel = new Panel(scale, scale, "x", "y")
            .Add(new DensityImage(grid, ColorScale.Classes, max: 1, smooth: true))
            .Add(new ContourLines(grid, [0.5], Theme.Ink, 1.5f))
            .Add(new Points(new PixelCloud(points), 7, 255, SKColors.White))
            .Add(new Points(new PixelCloud(points, labels), 5, 255));
        sheet.Draw(panel, 0, 0);
        var frame = sheet.Layout[0, 0];
        sheet.ColorBar(SKRect.Create(frame.Right + 16, frame.Top, 14, frame.Height), ColorScale.Classes,
            AxisScale.Linear(0, 1, 0.25, 0.25), "probability of class 1");
        sheet.Save(path);
    }
}
