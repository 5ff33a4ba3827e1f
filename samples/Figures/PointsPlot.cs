using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>Clouds of points in the plane, side by side on the same axes.</summary>
public static class PointsPlot
{
    private const double LeastLimit = 1e-3, Shown = 0.995;

    /// <summary>Draws the picture and writes it as PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="title">Title of the picture.</param>
    /// <param name="clouds">The clouds with their titles, at least one.</param>
    public static void Save(string path, string title, params IReadOnlyList<(string Title, PixelCloud Cloud)> clouds)
    {
        int[] classes = [.. clouds.SelectMany(cloud => cloud.Cloud.Labels ?? []).Where(label => label >= 0).Distinct().Order().Take(Theme.Series.Length)];
        using var sheet = new Sheet(new SheetLayout
        {
            Title = title,
            Legend = [.. classes.Select(label => new LegendEntry($"class {label}", Theme.OfClass(label), LegendMark.Dot))],
            Rows = 1,
            Columns = clouds.Count,
            PanelWidth = 420,
            PanelHeight = 420,
        });
        // A few points far outside, as noise has them, would press all others together.
        double[] reach = [.. clouds.SelectMany(cloud => cloud.Cloud.Points).Select(p => Math.Max(Math.Abs(p.Left), Math.Abs(p.Right))).Where(double.IsFinite).Order()];
        double limit = reach.Length == 0 ? 1 : Math.Max(LeastLimit, 1.1 * reach[(int)(Shown * (reach.Length - 1))]);
        double step = AxisScale.RoundStep(limit / 2.5);
        var scale = AxisScale.Linear(-limit, limit, step, step / 2);
        for (int i = 0; i < clouds.Count; i++)
        {
            var panel = new Panel(scale, scale, "x", i == 0 ? "y" : null) { Title = clouds[i].Title };
            sheet.Draw(panel.Add(new Points(clouds[i].Cloud, 3, 160)), 0, i);
            int outside = clouds[i].Cloud.Points.Count(p => !(Math.Abs(p.Left) <= limit && Math.Abs(p.Right) <= limit));
            if (outside > 0)
                sheet.Corner($"{outside:N0} outside", 0, i);
        }

        sheet.Save(path);
    }
}
