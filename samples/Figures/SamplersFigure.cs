using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>The quality of one sampler by its cost.</summary>
/// <param name="Name">Name in the legend; the same name has the same line in every panel.</param>
/// <param name="Evaluations">Network evaluations, rising.</param>
/// <param name="Distances">Distance to the data, or error, for each; NaN for none.</param>
public sealed record SamplerCurve(string Name, IReadOnlyList<double> Evaluations, IReadOnlyList<double> Distances);

/// <summary>The samplers with one predictor.</summary>
/// <param name="Title">Title of the panel.</param>
/// <param name="Curves">One per sampler.</param>
/// <param name="HasFloor">Whether the floor is drawn, where the figure has one.</param>
public sealed record SamplersPanel(string Title, IReadOnlyList<SamplerCurve> Curves, bool HasFloor = true);

/// <summary>What the figure of samplers shows.</summary>
/// <param name="Title">The title.</param>
/// <param name="Notes">The lines below it.</param>
/// <param name="Measure">What is on the vertical axis.</param>
/// <param name="Panels">One per predictor, or per solver.</param>
/// <param name="Floor">Distance between two sets of the data; null for none.</param>
public sealed record SamplersData(string Title, IReadOnlyList<string> Notes, string Measure, IReadOnlyList<SamplersPanel> Panels, double? Floor = null)
{
    /// <summary>Distances of all samplers to the data.</summary>
    /// <param name="panels">One per predictor.</param>
    /// <param name="floor">Distance between two sets of the data.</param>
    /// <param name="points">Number of points of each distance.</param>
    public static SamplersData Distances(IReadOnlyList<SamplersPanel> panels, double floor, int points) => new(
        "Samplers: distance to the data against network evaluations",
        [$"Sliced Wasserstein distance of {points:N0} points to as many of the data, from the same noise for all. Gray dashes: the distance between two sets of the data, {floor:0.0000}."],
        "sliced Wasserstein distance",
        panels,
        floor);
}

/// <summary>Distance or error against network evaluations, by sampler, on logarithmic axes.</summary>
public static class SamplersFigure
{
    /// <summary>The axis leaves out what lies farther: a diverging run would press all others together.</summary>
    private const double Farthest = 2;

    /// <summary>Draws the figure and writes it as PNG.</summary>
    public static void Save(string path, SamplersData data)
    {
        string[] names = [.. data.Panels.SelectMany(p => p.Curves).Select(c => c.Name).Distinct()];
        using var sheet = new Sheet(new SheetLayout
        {
            Title = data.Title,
            Notes = [.. data.Notes, $"What is above {AxisScale.Format(Farthest)} lies outside the axes."],
            Legend =
            [
                .. names.Select((name, i) => new LegendEntry(name, ColorOf(i), DashesOf(i).Length > 0 ? LegendMark.Dashes : LegendMark.Line)),
                .. data.Floor is null ? Array.Empty<LegendEntry>() : [new("two sets of the data", Theme.Gray, LegendMark.Dashes)],
            ],
            Rows = 1,
            Columns = data.Panels.Count,
            PanelWidth = data.Panels.Count > 2 ? 370 : 470,
            PanelHeight = 400,
            GapX = 40,
            Left = 86,
        });

        var every = data.Panels.SelectMany(p => p.Curves).ToList();
        double[] distances = [.. every.SelectMany(c => c.Distances).Where(d => d > 0 && d <= Farthest).DefaultIfEmpty(data.Floor ?? 1)];
        double[] costs = [.. every.SelectMany(c => c.Evaluations)];
        var x = AxisScale.Log(costs.Min() / 1.15, costs.Max() * 1.15);
        var y = AxisScale.Log(Math.Min(data.Floor ?? distances.Min(), distances.Min()) / 1.3, distances.Max() * 1.3);
        for (var i = 0; i < data.Panels.Count; i++)
        {
            var panel = new Panel(x, y, "network evaluations", i == 0 ? data.Measure : null) { Title = data.Panels[i].Title };
            if (data.Floor is { } floor && data.Panels[i].HasFloor)
                _ = panel.Add(new Curve([x.Min, x.Max], [Math.Log10(floor), Math.Log10(floor)], Theme.Gray, 1.2f) { Dashes = [3, 4] });
            foreach (var curve in data.Panels[i].Curves)
            {
                int style = Array.IndexOf(names, curve.Name);
                double[] logs = [.. curve.Evaluations.Select(Math.Log10)];
                double[] values = [.. curve.Distances.Select(d => d > 0 && double.IsFinite(d) ? Math.Log10(d) : double.NaN)];
                _ = panel.Add(new Curve(logs, values, ColorOf(style), 1.7f) { Dashes = DashesOf(style) });
                _ = panel.Add(new Points(Cloud(logs, values), 5.5f, 255, ColorOf(style)));
            }

            sheet.Draw(panel, 0, i);
        }

        sheet.Save(path);
    }

    private static PixelCloud Cloud(double[] x, double[] y) =>
        new([.. x.Zip(y, (a, b) => new Pixels(a, b)).Where(p => double.IsFinite(p.Right))]);

    // Solid lines in all colours; then dashes in all but the last, gray, which is that of the floor.
    private static float[] DashesOf(int series) => Round(series) switch { 0 => [], 1 => [7, 4], _ => [2, 3] };

    private static SKColor ColorOf(int series) =>
        Round(series) == 0 ? Theme.Series[series] : Theme.Series[(series - Theme.Series.Length) % (Theme.Series.Length - 1)];

    private static int Round(int series) => series < Theme.Series.Length ? 0 : 1 + ((series - Theme.Series.Length) / (Theme.Series.Length - 1));
}
