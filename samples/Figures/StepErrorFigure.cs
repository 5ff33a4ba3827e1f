namespace Diffusion.Figures;

/// <summary>One line of a figure of errors by step.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Values">The error at t = 1, 2, ...; what is no number leaves a gap.</param>
/// <param name="IsLimit">Whether it is a limit and no measurement: drawn dashed.</param>
public sealed record StepErrorCurve(string Name, IReadOnlyList<double> Values, bool IsLimit = false);

/// <summary>Errors of predictions by step, on a logarithmic axis.</summary>
public static class StepErrorFigure
{
    /// <summary>The least error that is drawn; less is drawn as this.</summary>
    public const double Least = 1e-4;

    /// <summary>Draws the figure and writes it as PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="title">Title of the figure.</param>
    /// <param name="curves">The lines, at least one.</param>
    public static void Save(string path, string title, IReadOnlyList<StepErrorCurve> curves)
    {
        using var sheet = new Sheet(new SheetLayout
        {
            Title = title,
            Notes = curves.Any(c => c.Values.Any(v => v < Least)) ? [$"What is less than {AxisScale.Format(Least)} is drawn as that."] : [],
            Legend = [.. curves.Select((c, i) => new LegendEntry(c.Name, ColorOf(c, i), c.IsLimit ? LegendMark.Dashes : LegendMark.Line))],
            Rows = 1,
            Columns = 1,
            PanelWidth = 760,
            PanelHeight = 320,
            Left = 92,
            PanelTitles = false,
        });

        double[] all = [.. curves.SelectMany(c => c.Values).Where(double.IsFinite).Select(v => Math.Max(v, Least))];
        var count = Math.Max(2, curves.Max(c => c.Values.Count));
        var y = all.Length == 0 ? AxisScale.Log(0, 0) : AxisScale.Log(all.Min() / 1.5, all.Max() * 1.5);
        var panel = new Panel(AxisScale.FromZero(count), y, "step t", "error per pixel (root mean square)");
        for (var i = 0; i < curves.Count; i++)
        {
            double[] logs = [.. curves[i].Values.Select(v => double.IsFinite(v) ? Math.Log10(Math.Max(v, Least)) : double.NaN)];
            _ = panel.Add(new Curve([.. Enumerable.Range(1, logs.Length).Select(t => (double)t)], logs, ColorOf(curves[i], i), 2)
            {
                Dashes = curves[i].IsLimit ? [7, 4] : [],
            });
        }

        sheet.Draw(panel, 0, 0);
        sheet.Save(path);
    }

    private static SkiaSharp.SKColor ColorOf(StepErrorCurve curve, int i) => curve.IsLimit ? Theme.Gray : Theme.Series[i % Theme.Series.Length];
}
