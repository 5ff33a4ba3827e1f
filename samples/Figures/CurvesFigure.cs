namespace Diffusion.Figures;

/// <summary>One line of a figure of curves.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="X">Places, rising.</param>
/// <param name="Y">Values at them; what is no number, or on a logarithmic axis not positive, leaves a gap.</param>
/// <param name="IsDashed">Whether the line is dashed.</param>
public sealed record NamedCurve(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y, bool IsDashed = false);

/// <summary>An axis of a figure of curves.</summary>
/// <param name="Label">Its name, with the unit.</param>
/// <param name="IsLogarithmic">Whether it is logarithmic; else it begins at 0.</param>
public sealed record CurveAxis(string Label, bool IsLogarithmic = false);

/// <summary>Any curves over one quantity.</summary>
public static class CurvesFigure
{
    /// <summary>Draws the figure and writes it as PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="title">The title.</param>
    /// <param name="notes">Sentences under it.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <param name="y">The vertical axis.</param>
    /// <param name="curves">The lines, at least one.</param>
    public static void Save(string path, string title, IReadOnlyList<string> notes, CurveAxis x, CurveAxis y, params IReadOnlyList<NamedCurve> curves)
    {
        using var sheet = new Sheet(new SheetLayout
        {
            Title = title,
            Notes = notes,
            Legend = [.. curves.Select((curve, i) => new LegendEntry(curve.Name, ColorOf(i), curve.IsDashed ? LegendMark.Dashes : LegendMark.Line))],
            Rows = 1,
            Columns = 1,
            PanelWidth = 760,
            PanelHeight = 340,
            Left = 92,
            PanelTitles = false,
        });

        var panel = new Panel(ScaleOf(x, curves.SelectMany(curve => curve.X), margin: 1), ScaleOf(y, curves.SelectMany(curve => curve.Y), margin: 1.5), x.Label, y.Label);
        for (int i = 0; i < curves.Count; i++)
            _ = panel.Add(new Curve([.. curves[i].X.Select(value => PlaceOf(x, value))], [.. curves[i].Y.Select(value => PlaceOf(y, value))], ColorOf(i), 2) { Dashes = curves[i].IsDashed ? [7, 4] : [] });
        sheet.Draw(panel, 0, 0);
        sheet.Save(path);
    }

    private static AxisScale ScaleOf(CurveAxis axis, IEnumerable<double> values, double margin)
    {
        double[] shown = [.. values.Where(value => double.IsFinite(value) && (!axis.IsLogarithmic || value > 0)).DefaultIfEmpty(1)];
        return axis.IsLogarithmic ? AxisScale.Log(shown.Min() / margin, shown.Max() * margin) : AxisScale.FromZero(shown.Max());
    }

    private static double PlaceOf(CurveAxis axis, double value) => !axis.IsLogarithmic ? value : value > 0 ? Math.Log10(value) : double.NaN;

    private static SkiaSharp.SKColor ColorOf(int curve) => Theme.Series[curve % Theme.Series.Length];
}
