namespace Diffusion.Figures;

/// <summary>What the figure of progressive distillation shows.</summary>
/// <param name="Steps">Numbers of steps, any order.</param>
/// <param name="Teacher">Distance of the teacher's DDIM with so many steps.</param>
/// <param name="Students">Distance of the student of so many steps; NaN where there is none.</param>
/// <param name="Floor">Distance between two sets of the data.</param>
/// <param name="Samples">Samples to look at, each with the title of its panel; at most three.</param>
/// <param name="Density">Exact density of the data.</param>
public sealed record DistillationData(
    IReadOnlyList<int> Steps,
    IReadOnlyList<double> Teacher,
    IReadOnlyList<double> Students,
    double Floor,
    IReadOnlyList<(string Title, IReadOnlyList<Pixels> Points)> Samples,
    Func<double, double, double> Density);

/// <summary>Quality against steps: students of progressive distillation, and their teacher with as few steps.</summary>
public static class DistillationFigure
{
    private const double Limit = 1.4;

    /// <summary>Draws the figure and writes it as PNG.</summary>
    public static void Save(string path, DistillationData data)
    {
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "Progressive distillation: quality against steps",
            Notes = ["Each student has learned to do in one step what its teacher does in two. Left: sliced Wasserstein distance to the data."],
            Legend =
            [
                new("students", Theme.Blue, LegendMark.Line),
                new("the teacher's DDIM with as many steps", Theme.Vermillion, LegendMark.Line),
                new("two sets of the data", Theme.Gray, LegendMark.Dashes),
            ],
            Rows = 1,
            Columns = 1 + data.Samples.Count,
            PanelWidth = 270,
            PanelHeight = 270,
            GapX = 56,
            Left = 86,
        });

        var order = Enumerable.Range(0, data.Steps.Count).OrderBy(i => data.Steps[i]).ToArray();
        double[] logs = [.. order.Select(i => Math.Log10(data.Steps[i]))];
        double[] all = [.. data.Teacher.Concat(data.Students).Append(data.Floor).Where(v => v > 0 && double.IsFinite(v))];
        double[] ticks = [.. order.Select(i => (double)data.Steps[i])];
        var x = new AxisScale(logs[0] - 0.1, logs[^1] + 0.1, logs, [.. ticks.Select(AxisScale.Format)], []);
        var y = AxisScale.Log(all.Min() / 1.3, all.Max() * 1.3);
        var panel = new Panel(x, y, "steps", "distance to the data") { Title = "distance" };
        double floor = Math.Log10(data.Floor);
        _ = panel.Add(new Curve([x.Min, x.Max], [floor, floor], Theme.Gray, 1.2f) { Dashes = [3, 4] });
        foreach (var (values, color) in new[] { (data.Teacher, Theme.Vermillion), (data.Students, Theme.Blue) })
        {
            double[] line = [.. order.Select(i => values[i] > 0 ? Math.Log10(values[i]) : double.NaN)];
            _ = panel.Add(new Curve(logs, line, color, 1.8f));
            _ = panel.Add(new Points(new PixelCloud([.. logs.Zip(line, (a, b) => new Pixels(a, b)).Where(p => double.IsFinite(p.Right))]), 6, 255, color));
        }

        sheet.Draw(panel, 0, 0);
        for (var i = 0; i < data.Samples.Count; i++)
        {
            var plane = Panel.Plane(Limit, data.Samples[i].Title, labelY: i == 0)
                .Add(new Points(new PixelCloud(data.Samples[i].Points), 1.6f, 110, Theme.Blue))
                .Add(ContourLines.OfMass(data.Density, Limit, Theme.Ink));
            sheet.Draw(plane, 0, i + 1);
        }

        sheet.Save(path);
    }
}
