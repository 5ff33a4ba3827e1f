using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>One cloud of samples.</summary>
/// <param name="Title">What made it.</param>
/// <param name="Points">The samples.</param>
/// <param name="Remark">A few words for the corner.</param>
public sealed record TruthPanel(string Title, IReadOnlyList<Pixels> Points, string Remark);

/// <summary>Clouds beside each other over one true density.</summary>
/// <param name="Name">What the row shows, written along it.</param>
/// <param name="Density">The density that they should have, up to a factor.</param>
/// <param name="Centre">The middle of the window.</param>
/// <param name="Half">Half the side of the window.</param>
/// <param name="Panels">The clouds, one for each column.</param>
public sealed record TruthPanels(string Name, Func<double, double, double> Density, Pixels Centre, double Half, IReadOnlyList<TruthPanel> Panels);

/// <summary>Distances against one parameter, for the panel below a column.</summary>
/// <param name="Column">The column.</param>
/// <param name="Parameter">The name of the parameter.</param>
/// <param name="Values">Its values, rising.</param>
/// <param name="Floors">Distances in floors for each name in the legend.</param>
/// <param name="IsLogarithmic">Whether its axis is.</param>
public sealed record TruthCurves(int Column, string Parameter, IReadOnlyList<double> Values, IReadOnlyList<IReadOnlyList<double>> Floors, bool IsLogarithmic);

/// <summary>What guided samplers draw beside the distribution that they are said to draw from, and how far off they are as a parameter is swept.</summary>
public static class GuidanceTruthFigure
{
    // The contours are those of a grid over the whole plane, so the plane must hold the density.
    private const double PlaneLimit = 3.2;

    // The part of the distances that is drawn.
    private const double Least = 0.4, Most = 300;

    private static readonly SKColor[] Colors = [Theme.Green, Theme.Purple];

    /// <summary>Draws the figure and writes it as PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="title">The title.</param>
    /// <param name="notes">Sentences under it.</param>
    /// <param name="rows">Rows of clouds, all of as many columns.</param>
    /// <param name="curves">Distances; one column at most once.</param>
    /// <param name="names">What the curves of each panel are, for the legend.</param>
    public static void Save(string path, string title, IReadOnlyList<string> notes, IReadOnlyList<TruthPanels> rows, IReadOnlyList<TruthCurves> curves, IReadOnlyList<string> names)
    {
        using var sheet = new Sheet(new SheetLayout
        {
            Title = title,
            Notes = notes,
            Legend =
            [
                new("samples", Theme.Blue, LegendMark.Dot),
                new("the truth: contours around 50, 90 and 99 %", Theme.Ink, LegendMark.Line),
                .. names.Select((name, i) => new LegendEntry(name, Colors[i], i == 0 ? LegendMark.Line : LegendMark.Dashes)),
                new("1: two sets of the truth", Theme.Gray, LegendMark.Line),
            ],
            Rows = rows.Count + 1,
            Columns = rows[0].Panels.Count,
            PanelWidth = 190,
            PanelHeight = 190,
            GapX = 16,
            GapY = 62,
            Left = 104,
        });

        for (int row = 0; row < rows.Count; row++)
        {
            Label(sheet, rows[row].Name, row);
            for (int column = 0; column < rows[row].Panels.Count; column++)
                Draw(sheet, rows[row], row, column);
        }

        Label(sheet, "distance in floors", rows.Count);
        int first = curves.Min(curve => curve.Column);
        foreach (var curve in curves)
            sheet.Draw(PanelOf(curve, curve.Column == first), rows.Count, curve.Column);
        sheet.Save(path);
    }

    private static void Draw(Sheet sheet, TruthPanels panels, int row, int column)
    {
        var panel = panels.Panels[column];
        sheet.Draw(
            new Panel(Around(panels.Centre.Left, panels.Half), Around(panels.Centre.Right, panels.Half), "left pixel", column == 0 ? "right pixel" : null) { Title = panel.Title }
                .Add(new Points(new PixelCloud(panel.Points), 1.6f, color: Theme.Blue))
                .Add(ContourLines.OfMass(panels.Density, PlaneLimit, Theme.Ink, 1.4f)),
            row,
            column);
        sheet.Corner(panel.Remark, row, column);
    }

    private static Panel PanelOf(TruthCurves curves, bool labelY)
    {
        var (least, most) = (curves.Values.Where(value => !curves.IsLogarithmic || value > 0).Min(), curves.Values.Max());
        var x = curves.IsLogarithmic ? AxisScale.Log(least / 1.1, most * 1.1) : Linear(least, most);
        double[] places = [.. curves.Values.Select(value => curves.IsLogarithmic ? Math.Log10(value) : value)];
        var panel = new Panel(x, AxisScale.Log(Least, Most), curves.Parameter, labelY ? "floors" : null) { Title = null }
            .Add(new Curve([x.Min, x.Max], [0, 0], Theme.Gray, 1.2f));
        for (int i = 0; i < curves.Floors.Count; i++)
        {
            double[] heights = [.. curves.Floors[i].Select(Math.Log10)];
            var marks = places.Zip(heights).Where(mark => double.IsFinite(mark.Second)).Select(mark => new Pixels(mark.First, mark.Second));
            _ = panel.Add(new Curve(places, heights, Colors[i], 1.8f) { Dashes = i == 0 ? [] : [7, 4] })
                .Add(new Points(new PixelCloud([.. marks]), 5, 255, Colors[i]));
        }

        return panel;
    }

    private static AxisScale Linear(double least, double most)
    {
        double step = AxisScale.RoundStep((most - least) / 3.5), margin = (most - least) / 30;
        return AxisScale.Linear(least - margin, most + margin, step, step / 2);
    }

    private static AxisScale Around(double centre, double half)
    {
        double step = AxisScale.RoundStep(half / 2);
        return AxisScale.Linear(centre - half, centre + half, step, step / 2);
    }

    private static void Label(Sheet sheet, string text, int row)
    {
        var frame = sheet.Layout[row, 0];
        sheet.Text(text, 24, frame.MidY, Theme.PanelTitle, align: SKTextAlign.Center, bold: true, degrees: -90);
    }
}
