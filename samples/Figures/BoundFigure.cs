namespace Diffusion.Figures;

/// <summary>The terms of one variational bound.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Terms">L_{t-1} for each time, in bits per dimension.</param>
public sealed record BoundCurve(string Name, IReadOnlyList<double> Terms);

/// <summary>The terms of variational bounds by t: where bits are lost.</summary>
public static class BoundFigure
{
    /// <summary>Draws the figure and writes it as PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="times">The times, rising.</param>
    /// <param name="curves">The bounds.</param>
    /// <param name="notes">Sentences under the title.</param>
    public static void Save(string path, IReadOnlyList<double> times, IReadOnlyList<BoundCurve> curves, IReadOnlyList<string> notes)
    {
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "Where the variational bound spends its bits",
            Notes = notes,
            Legend = [.. curves.Select((curve, i) => new LegendEntry(curve.Name, Theme.Series[i], i % 2 == 0 ? LegendMark.Line : LegendMark.Dashes))],
            Rows = 1,
            Columns = 1,
            PanelWidth = 820,
            PanelHeight = 340,
            Left = 92,
            Right = 40,
            PanelTitles = false,
        });
        double[] all = [.. curves.SelectMany(curve => curve.Terms).Where(term => term > 0 && double.IsFinite(term)).DefaultIfEmpty(1)];
        var panel = new Panel(AxisScale.FromZero(times[^1]), AxisScale.Log(all.Min() / 1.3, all.Max() * 1.3), "t", "L at t \u2212 1, bits per dimension");
        for (var i = 0; i < curves.Count; i++)
            _ = panel.Add(new Curve(times, [.. curves[i].Terms.Select(term => term > 0 ? Math.Log10(term) : double.NaN)], Theme.Series[i], 1.8f) { Dashes = i % 2 == 0 ? [] : [7, 4] });
        sheet.Draw(panel, 0, 0);
        sheet.Save(path);
    }
}
