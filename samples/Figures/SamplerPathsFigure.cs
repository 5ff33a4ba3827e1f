using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>The paths of one sampler.</summary>
/// <param name="Title">Title of its panel.</param>
/// <param name="Paths">One trajectory per start; start i has the same x_T in every panel.</param>
public sealed record SamplerPaths(string Title, IReadOnlyList<Trajectory> Paths);

/// <summary>The ways of the same noise to the data, one panel per sampler, in rows of five.</summary>
public static class SamplerPathsFigure
{
    private const double Limit = 2.6;
    private const int MostColumns = 5;

    private static readonly SKColor[] StartColors = [Theme.Blue, Theme.Vermillion, Theme.Green, Theme.Purple, Theme.Orange, Theme.Sky];

    /// <summary>Draws the figure and writes it as PNG; up to six starts are told apart by colour.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="samplers">One panel each.</param>
    /// <param name="density">Exact density of the data; its contours are drawn in every panel.</param>
    /// <param name="note">What the paths have in common.</param>
    public static void Save(string path, IReadOnlyList<SamplerPaths> samplers, Func<double, double, double> density, string note)
    {
        var starts = samplers.Max(s => s.Paths.Count);
        var columns = Math.Min(MostColumns, samplers.Count);
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "Samplers: the ways from the same noise to the data",
            Notes = [note, "Lines: contours of the exact density around 50, 90 and 99 % of the probability. Older steps fade."],
            Legend =
            [
                .. Enumerable.Range(0, starts).Select(i => new LegendEntry($"start {i + 1}", ColorOf(i), LegendMark.Line)),
                new("start", Theme.Ink, LegendMark.Ring),
                new("end", Theme.Ink, LegendMark.Dot),
            ],
            Rows = (samplers.Count + columns - 1) / columns,
            Columns = columns,
            PanelWidth = columns > 3 ? 215 : 300,
            PanelHeight = columns > 3 ? 215 : 300,
            GapX = 16,
        });

        var contours = DensityGrid.Evaluate(density, Limit, 240);
        double[] levels = [.. ContourLines.UsualMasses.Select(contours.LevelOfMass)];
        for (var i = 0; i < samplers.Count; i++)
        {
            var panel = Panel.Plane(Limit, samplers[i].Title, labelX: i + columns >= samplers.Count, labelY: i % columns == 0)
                .Add(new ContourLines(contours, levels, Theme.Ink));
            for (var start = 0; start < samplers[i].Paths.Count; start++)
                _ = panel.Add(new PathLine(samplers[i].Paths[start].Points, ColorOf(start), SKColors.White, 1.5f) { OldestOpacity = 0.4 });
            sheet.Draw(panel, i / columns, i % columns);
        }

        sheet.Save(path);
    }

    private static SKColor ColorOf(int start) => StartColors[start % StartColors.Length];
}
