namespace Diffusion.Figures;

/// <summary>Samples of one model.</summary>
/// <param name="T">Number of steps of its process.</param>
/// <param name="Samples">Denoised images; with labels they are coloured by class.</param>
/// <param name="Distance">Sliced Wasserstein distance to the ground truth, in pixel values.</param>
public sealed record TimestepsPanel(int T, PixelCloud Samples, double Distance);

/// <summary>What the timesteps figure shows.</summary>
/// <param name="Panels">One entry per number of steps, any count.</param>
/// <param name="Truth">Samples of the ground truth, as many as in a panel.</param>
/// <param name="Density">Exact density of the data, whose contours are drawn in every panel; null if it is not known.</param>
/// <param name="Floor">Distance between two sets of ground-truth samples, or null if it was not measured.</param>
public sealed record TimestepsData(
    IReadOnlyList<TimestepsPanel> Panels, PixelCloud Truth, Func<double, double, double>? Density, double? Floor = null);

/// <summary>Denoised samples for several numbers of steps beside the ground truth, in rows of up to six.</summary>
public static class TimestepsFigure
{
    private const int MostColumns = 6;

    /// <summary>Draws the figure and writes it as PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="data">What to show.</param>
    /// <param name="window">How far the axes reach.</param>
    public static void Save(string path, TimestepsData data, FigureWindow? window = null)
    {
        var limit = (window ?? new()).Data;
        var count = data.Panels.Count + 1;
        var columns = Math.Min(MostColumns, count);
        var side = columns > 4 ? 200 : columns > 2 ? 240 : 320;
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "Samples by number of steps T",
            Notes =
            [
                $"{data.Truth.Points.Count:N0} samples per panel. "
                + "SWD: sliced Wasserstein distance to the ground truth, in pixel values.",
                .. data.Density is null ? Array.Empty<string>() : ["Lines: contours of the exact density around 50, 90 and 99 % of the probability."],
            ],
            Rows = (count + columns - 1) / columns,
            Columns = columns,
            PanelWidth = side,
            PanelHeight = side,
            GapX = 16,
        });

        for (var i = 0; i < count; i++)
        {
            var isTruth = i == data.Panels.Count;
            var title = isTruth ? TruthTitle(data.Floor) : TitleOf(data.Panels[i]);
            var cloud = isTruth ? data.Truth : data.Panels[i].Samples;
            var panel = Panel.Plane(limit, title, labelX: i + columns >= count, labelY: i % columns == 0)
                .Add(new Points(cloud, 1.6f, 110, cloud.Labels is null ? Theme.Blue : null));
            if (data.Density is not null)
                _ = panel.Add(ContourLines.OfMass(data.Density, limit, Theme.Ink, 0.9f));
            sheet.Draw(panel, i / columns, i % columns);
            var outside = cloud.Points.Count(p => !(Math.Abs(p.Left) <= limit && Math.Abs(p.Right) <= limit));
            if (outside > 0)
                sheet.Corner($"{outside:N0} outside", i / columns, i % columns);
        }

        sheet.Save(path);
    }

    private static string TitleOf(TimestepsPanel panel) => $"T = {panel.T}, SWD {panel.Distance:0.000}";

    private static string TruthTitle(double? floor) =>
        floor is null ? "ground truth" : $"ground truth, SWD {floor:0.000}";
}
