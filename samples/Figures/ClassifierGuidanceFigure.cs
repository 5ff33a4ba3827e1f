namespace Diffusion.Figures;

/// <summary>Guided samples in one panel.</summary>
/// <param name="Kind">What guides: the row.</param>
/// <param name="Strength">Guidance strength w: the column.</param>
/// <param name="Samples">The samples with the labels that were asked for.</param>
/// <param name="Remark">A few words for the corner, or null.</param>
public sealed record GuidedPanel(string Kind, double Strength, PixelCloud Samples, string? Remark = null);

/// <summary>Ways of guidance side by side: one row each, one column per strength, the same noise in every panel.</summary>
public static class ClassifierGuidanceFigure
{
    private const double Limit = 1.5;

    /// <summary>Draws the figure and writes it as PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="panels">Every combination of kind and strength.</param>
    /// <param name="density">Exact density of the data; its contours are drawn in every panel.</param>
    /// <param name="remarks">What the corners say.</param>
    public static void Save(string path, IReadOnlyList<GuidedPanel> panels, Func<double, double, double> density, string remarks)
    {
        string[] kinds = [.. panels.Select(p => p.Kind).Distinct()];
        double[] strengths = [.. panels.Select(p => p.Strength).Distinct().Order()];
        int[] labels = [.. panels.SelectMany(p => p.Samples.Labels ?? []).Distinct().Order()];
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "Guidance by a classifier, without one, and by the exact score",
            Notes =
            [
                $"{panels.Max(p => p.Samples.Points.Count):N0} samples per panel from the same noise. w = 0 samples the classes themselves. {remarks}",
                "Lines: contours of the exact density around 50, 90 and 99 % of the probability.",
            ],
            Legend = [.. labels.Select(l => new LegendEntry($"samples for y = {l}", Theme.OfClass(l), LegendMark.Dot))],
            Rows = kinds.Length,
            Columns = strengths.Length,
            PanelWidth = 260,
            PanelHeight = 260,
            GapX = 16,
        });

        foreach (var each in panels)
        {
            var (row, column) = (Array.IndexOf(kinds, each.Kind), Array.IndexOf(strengths, each.Strength));
            var panel = Panel.Plane(Limit, $"{each.Kind}, w = {AxisScale.Format(each.Strength)}", labelX: row == kinds.Length - 1, labelY: column == 0)
                .Add(new Points(each.Samples, 1.8f))
                .Add(ContourLines.OfMass(density, Limit, Theme.Ink));
            sheet.Draw(panel, row, column);
            if (each.Remark is not null)
                sheet.Corner(each.Remark, row, column);
        }

        sheet.Save(path);
    }
}
