using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>Samples for one class under one guidance strength.</summary>
/// <param name="Strength">Guidance strength w; 0 is the plain conditional model.</param>
/// <param name="Label">The class asked for.</param>
/// <param name="Points">The samples.</param>
public sealed record GuidedSamples(double Strength, int Label, IReadOnlyList<Pixels> Points);

/// <summary>One Gaussian of the mixture.</summary>
/// <param name="Mean">Its peak.</param>
/// <param name="Sigma">Standard deviation, the same in both directions.</param>
public sealed record MixtureComponent(Pixels Mean, double Sigma);

/// <summary>What guidance does to the samples: one row per class, one column per strength.</summary>
public static class GuidanceStrengthFigure
{
    // Each panel shows the surroundings of the exact component, up to this many of its standard deviations.
    private const double Reach = 6;

    /// <summary>Draws the figure and writes it as PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="samples">Every combination of class and strength that shall be seen.</param>
    /// <param name="components">The exact component of each class, class 0 first; of data that are no mixture, mean and standard deviation of each class.</param>
    /// <param name="exact">Whether the classes are Gaussians; if not, the notes say that circles only show mean and spread.</param>
    public static void Save(
        string path, IReadOnlyList<GuidedSamples> samples, IReadOnlyList<MixtureComponent> components, bool exact = true)
    {
        double[] strengths = [.. samples.Select(s => s.Strength).Distinct().Order()];
        int[] labels = [.. samples.Select(s => s.Label).Distinct().Order()];
        var sigmas = string.Join(", ", components.Select(c => AxisScale.Format(c.Sigma)).Distinct());
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "Guidance strength w",
            Notes =
            [
                $"{samples.Max(s => s.Points.Count):N0} samples per panel; "
                + "w = 0 is the conditional model without guidance.",
                (exact ? "Circle: 2\u03C3 of the exact component, which holds 86.5 % of its probability. " : "Circle: 2\u03C3 around the mean of the class's data. ")
                + $"In the corner: share of the samples inside, and their standard deviation ({(exact ? "exact" : "data")}: {sigmas}).",
            ],
            Legend =
            [
                .. labels.Select(l => new LegendEntry($"samples for y = {l}", Theme.OfClass(l), LegendMark.Dot)),
                new(exact ? "exact component, 2\u03C3" : "the class's data, 2\u03C3", Theme.Ink, LegendMark.Line),
            ],
            Rows = labels.Length,
            Columns = strengths.Length,
            PanelWidth = 200,
            PanelHeight = 200,
            GapX = 16,
            GapY = 70,
        });

        foreach (var sample in samples)
        {
            var (row, column) = (Array.IndexOf(labels, sample.Label), Array.IndexOf(strengths, sample.Strength));
            var component = components[sample.Label];
            var title = row == 0 ? $"w = {AxisScale.Format(sample.Strength)}" : null;
            var cloud = new PixelCloud(sample.Points, [.. sample.Points.Select(_ => sample.Label)]);
            var panel = new Panel(Around(component.Mean.Left, component), Around(component.Mean.Right, component),
                "left pixel", column == 0 ? "right pixel" : null)
            { Title = title }
                .Add(new Points(cloud, 1.8f))
                .Add(new Circle(component.Mean, 2 * component.Sigma, Theme.Ink));
            sheet.Draw(panel, row, column);
            sheet.Corner(Summary(sample.Points, component), row, column);
        }

        sheet.Save(path);
    }

    private static AxisScale Around(double centre, MixtureComponent component) => AxisScale.Linear(
        centre - (Reach * component.Sigma),
        centre + (Reach * component.Sigma),
        step: 5 * component.Sigma,
        minorStep: 2.5 * component.Sigma);

    private static string Summary(IReadOnlyList<Pixels> points, MixtureComponent component)
    {
        var inside = points.Count(p => (p - component.Mean).Length <= 2 * component.Sigma) / (double)points.Count;
        var mean = new Pixels(points.Average(p => p.Left), points.Average(p => p.Right));
        var deviation = Math.Sqrt(points.Average(p => Math.Pow((p - mean).Length, 2)) / 2);
        return $"{inside:0.0%} inside, sd {deviation:0.000}".Replace("%", " %", StringComparison.Ordinal);
    }
}
