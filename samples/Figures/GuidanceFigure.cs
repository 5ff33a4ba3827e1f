using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>Trajectories under one condition.</summary>
/// <param name="Label">The class asked for, or null for none.</param>
/// <param name="Paths">One trajectory per start; start i has the same x_T and noise under every condition.</param>
public sealed record GuidanceCondition(int? Label, IReadOnlyList<Trajectory> Paths);

/// <summary>What the guidance figure shows.</summary>
/// <param name="Density">Exact density of the data; null if it is not known.</param>
/// <param name="Conditions">Such as none, class 0 and class 1.</param>
/// <param name="Strength">Guidance strength w, for the notes; null to say nothing.</param>
/// <param name="Data">Data points to draw where the density is not known.</param>
public sealed record GuidanceData(
    Func<double, double, double>? Density, IReadOnlyList<GuidanceCondition> Conditions, double? Strength = null, PixelCloud? Data = null);

/// <summary>How the label bends the reverse process: the same starts and noise, one panel per label.</summary>
public static class GuidanceFigure
{
    private const int MostColumns = 4;

    private static readonly SKColor[] StartColors =
        [Theme.Blue, Theme.Vermillion, Theme.Green, Theme.Purple, Theme.Orange, Theme.Sky];

    /// <summary>Draws the figure and writes it as PNG; up to six starts are told apart by colour.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="data">What to show.</param>
    /// <param name="window">How far the axes reach at least; as much more as the trajectories need, up to twice.</param>
    public static void Save(string path, GuidanceData data, FigureWindow? window = null)
    {
        var limit = (window ?? new()).NoiseWith(data.Conditions.SelectMany(c => c.Paths).SelectMany(p => p.Points));
        var columns = Math.Min(MostColumns, data.Conditions.Count);
        var starts = data.Conditions.Max(c => c.Paths.Count);
        var strength = data.Strength is null ? "" : $" Guidance strength w = {AxisScale.Format(data.Strength.Value)}.";
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "Guidance: the same starts and the same noise under each label",
            Notes =
            [
                $"A colour is one start with one sequence of noise, in every panel.{strength}",
                data.Density is null ? "Gray dots: the data." : "Lines: contours of the exact density around 50, 90 and 99 % of the probability.",
            ],
            Legend =
            [
                .. Enumerable.Range(0, starts)
                    .Select(i => new LegendEntry($"start {i + 1}", ColorOf(i), LegendMark.Line)),
                new("start, t = T", Theme.Ink, LegendMark.Ring),
                new("end, t = 0", Theme.Ink, LegendMark.Dot),
            ],
            Rows = (data.Conditions.Count + columns - 1) / columns,
            Columns = columns,
            PanelWidth = 320,
            PanelHeight = 320,
        });

        for (var i = 0; i < data.Conditions.Count; i++)
        {
            var condition = data.Conditions[i];
            var title = condition.Label is null ? "no label" : $"label y = {condition.Label}";
            var panel = Panel.Plane(limit, title, labelX: i + columns >= data.Conditions.Count, labelY: i % columns == 0);
            if (data.Density is not null)
                _ = panel.Add(ContourLines.OfMass(data.Density, limit, Theme.Ink));
            else if (data.Data is not null)
                _ = panel.Add(new Points(data.Data, 1.6f, 60, Theme.Gray));
            for (var start = 0; start < condition.Paths.Count; start++)
            {
                var points = condition.Paths[start].Points;
                _ = panel.Add(new PathLine(points, ColorOf(start), SKColors.White, 1.6f) { OldestOpacity = 0.35 });
            }

            sheet.Draw(panel, i / columns, i % columns);
        }

        sheet.Save(path);
    }

    private static SKColor ColorOf(int start) => StartColors[start % StartColors.Length];
}
