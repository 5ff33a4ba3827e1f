using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>The points of the reverse process at one time.</summary>
/// <param name="Time">Diffusion time t, of T.</param>
/// <param name="Points">Points x_t of many independent runs; 20,000 or more for a smooth picture.</param>
public sealed record ReverseStage(int Time, IReadOnlyList<Pixels> Points);

/// <summary>What the trajectory figures show.</summary>
/// <param name="Stages">Stages from noise to data, such as t = 50, 40, 30, 20, 10.</param>
/// <param name="T">Number of steps of the process.</param>
/// <param name="Truth">Exact density of the data, for the last panel; null if it is not known.</param>
/// <param name="Path">One run, drawn over the panels as far as it got.</param>
/// <param name="Data">Points of the data, from which the last panel is estimated like the others where the density is not known.</param>
public sealed record TrajectoryData(
    IReadOnlyList<ReverseStage> Stages, int T, Func<double, double, double>? Truth, Trajectory Path, IReadOnlyList<Pixels>? Data = null);

/// <summary>Densities p(x_t | t) estimated along the reverse process, with one denoising path.</summary>
public static class TrajectoryFigure
{
    private const int Columns = 3;

    /// <summary>Draws two-dimensional histograms and writes them as PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="data">What to show.</param>
    /// <param name="window">How far the axes reach.</param>
    public static void SaveHistogram(string path, TrajectoryData data, FigureWindow? window = null)
    {
        var limit = (window ?? new()).Noise;
        const int Bins = 64;
        var how = $"{Bins} \u00D7 {Bins} bins of side {AxisScale.Format(2 * limit / Bins)}";
        Save(path, data, limit, "histogram", how, smooth: false,
            points => DensityGrid.Histogram(points, limit, Bins));
    }

    /// <summary>Draws Gaussian kernel density estimates and writes them as PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="data">What to show.</param>
    /// <param name="bandwidth">Standard deviation of the kernel, in pixel values; null: Scott's rule,
    /// panel by panel, which rounds peaks much narrower than the whole a little.</param>
    /// <param name="window">How far the axes reach.</param>
    public static void SaveKernelDensity(string path, TrajectoryData data, double? bandwidth = null, FigureWindow? window = null)
    {
        var limit = (window ?? new()).Noise;
        double Bandwidth(IReadOnlyList<Pixels> points) => bandwidth ?? KernelDensity.ScottBandwidth(points, 2 * limit);
        var used = data.Stages.Select(s => Bandwidth(s.Points)).Order().ToArray();
        var range = used is [] ? "" : $"{used[0]:0.000} to {used[^1]:0.000}";
        var how = bandwidth is null ? $"bandwidth {range} (Scott's rule)" : $"bandwidth {bandwidth:0.###}";
        Save(path, data, limit, "kernel density estimate", $"Gaussian kernel, {how}", smooth: true,
            points => KernelDensity.Estimate(points, limit, 240, Bandwidth(points)));
    }

    private static void Save(
        string path,
        TrajectoryData data,
        double limit,
        string name,
        string how,
        bool smooth,
        Func<IReadOnlyList<Pixels>, DensityGrid> estimate)
    {
        var panels = data.Stages.Count + (data.Truth is null && data.Data is null ? 0 : 1);
        using var sheet = new Sheet(new SheetLayout
        {
            Title = $"Reverse process: p(x\u209C | t) by {name}, and one trajectory",
            Notes =
            [
                $"t is the diffusion time: t = {data.T} is noise, t = 0 data; "
                + $"T \u2212 t reverse steps are done (T = {data.T}).",
                $"{data.Stages.Max(s => s.Points.Count):N0} points per panel; {how}.",
            ],
            Legend =
            [
                new("trajectory so far (older steps fade)", Theme.Vermillion, LegendMark.Line),
                new("its start", Theme.Vermillion, LegendMark.Ring),
                new("its current point", Theme.Vermillion, LegendMark.Dot),
            ],
            Rows = (panels + Columns - 1) / Columns,
            Columns = Math.Min(Columns, panels),
            PanelWidth = 290,
            PanelHeight = 290,
            Right = 100,
        });

        for (var i = 0; i < panels; i++)
        {
            var isTruth = i == data.Stages.Count;
            var time = isTruth ? 0 : data.Stages[i].Time;
            var grid = !isTruth ? estimate(data.Stages[i].Points)
                : data.Truth is null ? estimate(data.Data!) : DensityGrid.Evaluate(data.Truth, limit, 480);
            var title = isTruth
                ? data.Truth is null ? $"{data.Data!.Count:N0} data points, with x\u2080" : "ground truth, with x\u2080 of the trajectory"
                : $"t = {time} ({data.T - time} steps done)";
            var soFar = data.Path.Points.Take(data.Path.CountUntil(time)).ToArray();
            var panel = Panel.Plane(limit, title, labelX: i + Columns >= panels, labelY: i % Columns == 0)
                .Add(new DensityImage(grid, ColorScale.Viridis, grid.Max, smooth || (isTruth && data.Truth is not null)))
                .Add(new PathLine(soFar, Theme.Vermillion, SKColors.White));
            sheet.Draw(panel, i / Columns, i % Columns);
            sheet.Corner($"max {grid.Max:0.00}", i / Columns, i % Columns);
        }

        var (top, bottom) = (sheet.Layout[0, 0], sheet.Layout[sheet.Layout.Rows - 1, sheet.Layout.Columns - 1]);
        sheet.ColorBar(
            new SKRect(bottom.Right + 16, top.Top, bottom.Right + 30, bottom.Bottom),
            ColorScale.Viridis,
            AxisScale.Linear(0, 1, 0.25, 0.25),
            "density / its maximum in the panel");
        sheet.Save(path);
    }
}
