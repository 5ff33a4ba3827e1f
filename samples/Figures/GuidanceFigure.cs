using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>Trajectories under one condition.</summary>
/// <param name="Label">The class asked for, or null for none.</param>
/// <param name="Paths">One trajectory per start, without noise in between; start i has the same x_T under every condition.</param>
/// <param name="Noisy">The way of the first start with noise in every step, the same under every condition; null for none.</param>
public sealed record GuidanceCondition(int? Label, IReadOnlyList<Trajectory> Paths, Trajectory? Noisy = null);

/// <summary>What the guidance figure shows.</summary>
/// <param name="Density">Exact density of the data; null if it is not known.</param>
/// <param name="Conditions">Such as none, class 0 and class 1.</param>
/// <param name="Strength">Guidance strength w, for the notes; null to say nothing.</param>
/// <param name="Data">Data points to draw where the density is not known.</param>
public sealed record GuidanceData(
    Func<double, double, double>? Density, IReadOnlyList<GuidanceCondition> Conditions, double? Strength = null, PixelCloud? Data = null);

/// <summary>How the label bends the reverse process: the ways of one start under every label on one pair of axes (assignment Fig. 4), and of more starts beside them.</summary>
public static class GuidanceFigure
{
    /// <summary>The most labels that colours tell apart.</summary>
    public const int MostLabels = 6;

    private const float Large = 560, GapX = 44, GapY = 36;
    private const int SmallColumns = 2, LeastRows = 3;

    /// <summary>Draws the figure and writes it as PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="data">What to show.</param>
    /// <param name="window">How far the axes reach at least; as much more as the trajectories need, up to twice.</param>
    public static void Save(string path, GuidanceData data, FigureWindow? window = null)
    {
        var noisy = data.Conditions.Where(c => c.Noisy is not null).SelectMany(c => c.Noisy!.Points).ToArray();
        var limit = (window ?? new()).NoiseWith(data.Conditions.SelectMany(c => c.Paths).SelectMany(p => p.Points));
        var largeLimit = (window ?? new()).NoiseWith(data.Conditions.Where(c => c.Paths.Count > 0).SelectMany(c => c.Paths[0].Points).Concat(noisy));
        var starts = data.Conditions.Max(c => c.Paths.Count);
        var rows = starts < 2 ? 0 : (starts + SmallColumns - 1) / SmallColumns;
        var small = (Large - ((Math.Max(LeastRows, rows) - 1) * GapY)) / Math.Max(LeastRows, rows);
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "Guidance: one start, and what each label makes of it",
            Notes =
            [
                $"Thick: the way without noise (DDIM), which the label alone bends.{(noisy.Length > 0 ? " Thin: with the noise of DDPM, the same for every label." : "")}{(rows > 0 ? $" Small: {starts} starts." : "")}",
                $"{(data.Density is null ? "Gray dots: the data." : "Rings: contours of the exact density around 50, 90 and 99 % of the probability.")}{(data.Strength is { } w ? $" Guidance weight w = {AxisScale.Format(w)}." : "")}",
            ],
            Legend =
            [
                .. data.Conditions.Select(c => new LegendEntry(c.Label is null ? "no label" : $"label y = {c.Label}", ColorOf(c.Label), LegendMark.Line)),
                new("start, t = T", Theme.Gray, LegendMark.Ring),
                new("end, t = 0", Theme.Gray, LegendMark.Dot),
            ],
            Rows = 1,
            Columns = 1,
            PanelWidth = Large + (rows == 0 ? 0 : GapX + (SmallColumns * small) + ((SmallColumns - 1) * GapX / 2)),
            PanelHeight = Large,
            PanelTitles = rows > 0,
        });
        var frame = sheet.Layout[0, 0];
        Draw(data, 0, largeLimit, Ground(data, largeLimit), isLarge: true).Draw(sheet.Canvas, SKRect.Create(frame.Left, frame.Top, Large, Large));
        var ground = Ground(data, limit);
        for (var start = 0; start < starts && rows > 0; start++)
        {
            var place = SKRect.Create(
                frame.Left + Large + GapX + (start % SmallColumns * (small + (GapX / 2))), frame.Top + (start / SmallColumns * (small + GapY)), small, small);
            Draw(data, start, limit, ground, isLarge: false).Draw(sheet.Canvas, place);
            sheet.Text(start == 0 ? "start 1, the large one" : $"start {start + 1}", place.MidX, place.Top - 8, Theme.Tick, align: SKTextAlign.Center);
        }

        sheet.Save(path);
    }

    // What lies under the ways, the same in all panels.
    private static Layer? Ground(GuidanceData data, double limit) =>
        data.Density is not null ? ContourLines.OfMass(data.Density, limit, Theme.Ink)
            : data.Data is not null ? new Points(data.Data, 1.6f, 60, Theme.Gray) : null;

    private static Panel Draw(GuidanceData data, int start, double limit, Layer? ground, bool isLarge)
    {
        var panel = Panel.Plane(limit, title: null, labelX: isLarge, labelY: isLarge);
        if (ground is not null)
            _ = panel.Add(ground);
        foreach (var condition in data.Conditions.Where(c => isLarge && c.Noisy is not null))
            _ = panel.Add(new PathLine(condition.Noisy!.Points, ColorOf(condition.Label).WithAlpha(110), SKColors.White, 0.9f) { OldestOpacity = 0.3, MarkEnd = false });
        foreach (var condition in data.Conditions.Where(c => start < c.Paths.Count))
            _ = panel.Add(new PathLine(condition.Paths[start].Points, ColorOf(condition.Label), SKColors.White, isLarge ? 3.2f : 1.8f) { OldestOpacity = 0.6 });
        return panel;
    }

    private static SKColor ColorOf(int? label) => label is { } y ? Theme.OfClass(y % MostLabels) : Theme.Ink;
}
