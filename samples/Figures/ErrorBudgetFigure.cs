using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>Bars of one colour.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Values">One value per group, zero or more; NaN for none.</param>
public sealed record BarSeries(string Name, IReadOnlyList<double> Values);

/// <summary>What a figure of grouped bars shows.</summary>
/// <param name="Title">Title of the figure.</param>
/// <param name="Groups">Names of the groups, such as "T = 5".</param>
/// <param name="Series">The bars of each group, in this order.</param>
/// <param name="ValueLabel">What the values are, with their unit.</param>
/// <param name="Notes">Lines under the title; null for none.</param>
public sealed record ErrorBudgetData(
    string Title,
    IReadOnlyList<string> Groups,
    IReadOnlyList<BarSeries> Series,
    string ValueLabel,
    IReadOnlyList<string>? Notes = null);

/// <summary>Where the error comes from: grouped bars, each with its value.</summary>
public static class ErrorBudgetFigure
{
    private const double GroupWidth = 0.84;

    /// <summary>Draws the figure and writes it as PNG.</summary>
    /// <exception cref="ArgumentException">A series does not have one value per group.</exception>
    public static void Save(string path, ErrorBudgetData data)
    {
        foreach (var series in data.Series)
        {
            if (series.Values.Count != data.Groups.Count)
            {
                throw new ArgumentException(
                    $"\"{series.Name}\" needs {data.Groups.Count} values, got {series.Values.Count}.", nameof(data));
            }
        }

        using var sheet = new Sheet(new SheetLayout
        {
            Title = data.Title,
            Notes = data.Notes ?? [],
            Legend = [.. data.Series.Select((s, i) => new LegendEntry(s.Name, ColorOf(i), LegendMark.Square))],
            Rows = 1,
            Columns = 1,
            PanelWidth = Math.Max(860, data.Groups.Count * data.Series.Count * 46),
            PanelHeight = 340,
            Left = 86,
            PanelTitles = false,
        });

        var largest = data.Series.SelectMany(s => s.Values).Where(double.IsFinite).DefaultIfEmpty(1).Max();
        double[] centres = [.. Enumerable.Range(0, data.Groups.Count).Select(g => (double)g)];
        var xScale = new AxisScale(-0.5, data.Groups.Count - 0.5, centres, [.. data.Groups], []);
        var yScale = AxisScale.FromZero(largest * 1.1);
        var panel = new Panel(xScale, yScale, "", data.ValueLabel);
        var width = GroupWidth / data.Series.Count;
        for (var i = 0; i < data.Series.Count; i++)
        {
            double[] positions = [.. centres.Select(c => Position(c, i, width))];
            _ = panel.Add(new Bars(positions, data.Series[i].Values, width * 0.9, ColorOf(i)));
        }

        sheet.Draw(panel, 0, 0);
        DrawValues(sheet, data, yScale.Max, width);
        sheet.Save(path);
    }

    private static void DrawValues(Sheet sheet, ErrorBudgetData data, double top, double width)
    {
        var frame = sheet.Layout[0, 0];
        for (var i = 0; i < data.Series.Count; i++)
        {
            for (var group = 0; group < data.Groups.Count; group++)
            {
                var value = data.Series[i].Values[group];
                if (!double.IsFinite(value))
                    continue;
                var x = frame.Left + (float)((Position(group, i, width) + 0.5) / data.Groups.Count * frame.Width);
                var y = frame.Bottom - (float)(value / top * frame.Height);
                sheet.Text($"{value:0.000}", x, y - 4, 10, align: SKTextAlign.Center);
            }
        }
    }

    private static double Position(double centre, int series, double width) =>
        centre - (GroupWidth / 2) + ((series + 0.5) * width);

    private static SKColor ColorOf(int series) => Theme.Series[series % Theme.Series.Length];
}
