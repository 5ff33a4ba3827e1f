namespace Diffusion.Figures;

/// <summary>The data after some noising.</summary>
/// <param name="Time">Diffusion time t; 0 is data.</param>
/// <param name="AlphaCumprod">Product of the alphas up to t: the share of the variance that is still signal.</param>
/// <param name="Noisy">Samples of q(x_t), with the classes of the images they came from.</param>
/// <param name="Density">Exact density of q(x_t) at (left, right); null if it is not known.</param>
public sealed record ForwardStage(
    double Time, double AlphaCumprod, PixelCloud Noisy, Func<double, double, double>? Density);

/// <summary>The forward process: samples of q(x_t) over its exact density, one panel per stage.</summary>
public static class ForwardFigure
{
    /// <summary>Draws the figure and writes it as PNG; stages in rows of three.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="stages">From data to noise.</param>
    /// <param name="window">How far the axes reach.</param>
    public static void Save(string path, IReadOnlyList<ForwardStage> stages, FigureWindow? window = null)
    {
        var limit = (window ?? new()).Noise;
        var known = stages.All(stage => stage.Density is not null);
        const int Columns = 3;
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "Forward process: data turn into noise",
            Notes =
            [
                "Dots: samples of q(x\u209C)."
                + (known ? " Lines: contours of the exact density around 50, 90 and 99 % of the probability." : ""),
            ],
            Legend =
            [
                .. Theme.LegendOf(stages[0].Noisy, label => label < 0 ? "without a class" : $"from class {label}"),
                .. known ? [new LegendEntry("exact density", Theme.Ink, LegendMark.Line)] : Array.Empty<LegendEntry>(),
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
            var panel = Panel.Plane(limit, title, labelX: i + Columns >= stages.Count, labelY: i % Columns == 0)
                .Add(new Points(stage.Noisy, 1.8f, 90));
            if (stage.Density is not null)
                _ = panel.Add(ContourLines.OfMass(stage.Density, limit * 1.5, Theme.Ink, 1.1f));
            sheet.Draw(panel, i / Columns, i % Columns);
        }

        sheet.Save(path);
    }

    private static string Significant(double value) =>
        value >= 0.001 || value == 0 ? value.ToString("0.###") : value.ToString("0.#e-0").Replace('-', '\u2212');
}
