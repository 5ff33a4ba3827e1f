namespace Diffusion.Figures;

/// <summary>The data after some noising.</summary>
/// <param name="Time">Diffusion time t; 0 is data.</param>
/// <param name="AlphaCumprod">Product of the alphas up to t: the share of the variance that is still signal.</param>
/// <param name="Noisy">Samples of q(x_t), with the classes of the images they came from.</param>
/// <param name="Density">Exact density of q(x_t) at (left, right).</param>
public sealed record ForwardStage(
    double Time, double AlphaCumprod, PixelCloud Noisy, Func<double, double, double> Density);

/// <summary>The forward process: samples of q(x_t) over its exact density, one panel per stage.</summary>
public static class ForwardFigure
{
    private const double Limit = 3.2;

    /// <summary>Draws the figure and writes it as PNG; stages in rows of three.</summary>
    public static void Save(string path, IReadOnlyList<ForwardStage> stages)
    {
        const int Columns = 3;
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "Forward process: data turn into noise",
            Notes =
            [
                "Dots: samples of q(x\u209C). "
                + "Lines: contours of the exact density around 50, 90 and 99 % of the probability.",
            ],
            Legend =
            [
                new("from class 0", Theme.OfClass(0), LegendMark.Dot),
                new("from class 1", Theme.OfClass(1), LegendMark.Dot),
                new("exact density", Theme.Ink, LegendMark.Line),
            ],
            Rows = (stages.Count + Columns - 1) / Columns,
            Columns = Math.Min(Columns, stages.Count),
            PanelWidth = 290,
            PanelHeight = 290,
        });

        for (var i = 0; i < stages.Count; i++)
        {
            var stage = stages[i];
            var title = $"t = {AxisScale.Format(stage.Time)},  \u1FB1\u209C = {Significant(stage.AlphaCumprod)}";
            var panel = Panel.Plane(Limit, title, labelX: i + Columns >= stages.Count, labelY: i % Columns == 0)
                .Add(new Points(stage.Noisy, 1.8f, 90))
                .Add(ContourLines.OfMass(stage.Density, Limit * 1.5, Theme.Ink, 1.1f));
            sheet.Draw(panel, i / Columns, i % Columns);
        }

        sheet.Save(path);
    }

    private static string Significant(double value) =>
        value >= 0.001 || value == 0 ? value.ToString("0.###") : value.ToString("0.#e-0").Replace('-', '\u2212');
}
