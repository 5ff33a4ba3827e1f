using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>Trajectories under one condition.</summary>
/// <param name="Label">The class asked for, or null for none.</param>
/// <param name="Paths">One trajectory per start; start i has the same x_T and noise under every condition.</param>
public sealed record GuidanceCondition(int? Label, IReadOnlyList<Trajectory> Paths);

/// <summary>What the guidance figure shows.</summary>
/// <param name="Density">Exact density of the data.</param>
/// <param name="Conditions">Such as none, class 0 and class 1.</param>
/// <param name="Strength">Guidance strength w, for the notes; null to say nothing.</param>
public sealed record GuidanceData(
    Func<double, double, double> Density, IReadOnlyList<GuidanceCondition> Conditions, double? Strength = null);

/// <summary>How the label bends the reverse process: the same starts and noise, one panel per label.</summary>
public static class GuidanceFigure
{
    private const double Limit = 3.2;

    private static readonly SKColor[] StartColors =
        [Theme.Blue, Theme.Vermillion, Theme.Green, Theme.Purple, Theme.Orange, Theme.Sky];

    /// <summary>Draws the figure and writes it as PNG; up to six starts are told apart by colour.</summary>
    public static void Save(string path, GuidanceData data)
    {
        var starts = data.Conditions.Max(c => c.Paths.Count);
        var strength = data.Strength is null ? "" : $" Guidance strength w = {AxisScale.Format(data.Strength.Value)}.";
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "Guidance: the same starts and the same noise under each label",
            Notes =
            [
                $"A colour is one start with one sequence of noise, in every panel.{strength}",
                "Lines: contours of the exact density around 50, 90 and 99 % of the probability.",
            ],
            Legend =
            [
                .. Enumerable.Range(0, starts)
                    .Select(i => new LegendEntry($"start {i + 1}", ColorOf(i), LegendMark.Line)),
                new("start, t = T", Theme.Ink, LegendMark.Ring),
                new("end, t = 0", Theme.Ink, LegendMark.Dot),
            ],
            Rows = 1,
            Columns = data.Conditions.Count,
            PanelWidth = 320,
            PanelHeight = 320,
        });

        for (var i = 0; i < data.Conditions.Count; i++)
        {
            var condition = data.Conditions[i];
            var title = condition.Label is null ? "no label" : $"label y = {condition.Label}";
            var panel = Panel.Plane(Limit, title, labelY: i == 0)
                .Add(ContourLines.OfMass(data.Density, Limit, Theme.Ink));
            for (var start = 0; start < condition.Paths.Count; start++)
            {
                var points = condition.Paths[start].Points;
                _ = panel.Add(new PathLine(points, ColorOf(start), SKColors.White, 1.6f) { OldestOpacity = 0.35 });
            }

            sheet.Draw(panel, 0, i);
        }

        sheet.Save(path);
    }

    private static SKColor ColorOf(int start) => StartColors[start % StartColors.Length];
}
