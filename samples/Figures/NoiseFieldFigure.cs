using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>
/// Noise predictions on a square grid of positions, made with <see cref="NoiseFieldFigure.Positions"/>.
/// </summary>
/// <param name="Time">Diffusion time t.</param>
/// <param name="Network">The network's prediction at each position.</param>
/// <param name="Exact">The exact prediction at each position.</param>
/// <param name="Density">Exact density of q(x_t), which says where predictions matter.</param>
public sealed record NoiseField(
    double Time, IReadOnlyList<Pixels> Network, IReadOnlyList<Pixels> Exact, Func<double, double, double> Density);

/// <summary>The network's noise prediction beside the exact one, and the distance between them.</summary>
public static class NoiseFieldFigure
{
    // 66 cells a side, and an arrow in the middle of every block of 6.
    private const int Side = 66, Block = 6;
    private const double LongestArrow = 2, MaxMagnitude = 4;

    /// <summary>The positions x_t at which predictions are wanted, in the order in which they are wanted; those of the two-pixel study.</summary>
    public static IReadOnlyList<Pixels> Positions { get; } = PositionsIn(new());

    /// <summary>The positions of another window.</summary>
    public static IReadOnlyList<Pixels> PositionsIn(FigureWindow window)
    {
        double Centre(int i) => -window.Field + ((i + 0.5) * 2 * window.Field / Side);
        return [.. Enumerable.Range(0, Side * Side).Select(i => new Pixels(Centre(i % Side), Centre(i / Side)))];
    }

    /// <summary>Draws the figure and writes it as PNG: one column per time.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="fields">Predictions at <see cref="PositionsIn"/> of the window.</param>
    /// <param name="window">How far the axes reach.</param>
    /// <exception cref="ArgumentException">A field does not have one prediction per position.</exception>
    public static void Save(string path, IReadOnlyList<NoiseField> fields, FigureWindow? window = null)
    {
        var limit = (window ?? new()).Field;
        var positions = window is null ? Positions : PositionsIn(window);
        foreach (var field in fields)
            Check(field);
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "Noise prediction \u03B5(x\u209C, t): network, exact, and their distance",
            Notes =
            [
                $"Arrows: length and colour give |\u03B5|, the length up to {LongestArrow:0}.",
                "Lines: contours of q(x\u209C) around 50, 90 and 99 % of the probability; "
                + "outside them the network is hardly ever asked.",
                "rms: root mean square distance where x\u209C falls, that is, weighted by q(x\u209C).",
            ],
            Rows = 3,
            Columns = fields.Count,
            PanelWidth = 235,
            PanelHeight = 235,
            GapX = 14,
            GapY = 14,
            Left = 92,
            Right = 96,
        });

        var errors = fields.Select(field => ErrorOf(field, limit)).ToArray();
        var worst = RobustMaximum(errors);
        for (var i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            Panel New(int row) => Panel.Plane(
                limit, row == 0 ? $"t = {AxisScale.Format(field.Time)}" : null, labelX: row == 2, labelY: i == 0);
            sheet.Draw(New(0).Add(Contours(field, limit, Theme.Gray)).Add(ArrowsOf(positions, field.Network, limit)), 0, i);
            sheet.Draw(New(1).Add(Contours(field, limit, Theme.Gray)).Add(ArrowsOf(positions, field.Exact, limit)), 1, i);
            sheet.Draw(New(2).Add(new DensityImage(errors[i], ColorScale.Magma, worst, smooth: true))
                .Add(Contours(field, limit, SKColors.White)), 2, i);
            sheet.Corner($"rms {WeightedError(positions, field, errors[i]):0.000}", 2, i);
        }

        string[] names = ["network", "exact", "distance"];
        for (var row = 0; row < names.Length; row++)
        {
            sheet.Text(names[row], 24, sheet.Layout[row, 0].MidY, Theme.Label,
                align: SKTextAlign.Center, bold: true, degrees: -90);
        }

        DrawColorBars(sheet, worst);
        sheet.Save(path);
    }

    private static void Check(NoiseField field)
    {
        if (field.Network.Count == Positions.Count && field.Exact.Count == Positions.Count)
            return;
        throw new ArgumentException(
            $"The field at t = {field.Time} needs {Positions.Count} predictions of each kind, "
            + $"got {field.Network.Count} and {field.Exact.Count}.", nameof(field));
    }

    private static void DrawColorBars(Sheet sheet, double worst)
    {
        var last = sheet.Layout.Columns - 1;
        var (first, second, third) = (sheet.Layout[0, last], sheet.Layout[1, last], sheet.Layout[2, last]);
        sheet.ColorBar(new SKRect(first.Right + 14, first.Top, first.Right + 26, second.Bottom), ColorScale.DarkPlasma,
            AxisScale.FromZero(MaxMagnitude), $"|\u03B5|, the last colour: {MaxMagnitude:0} or more");
        sheet.ColorBar(new SKRect(third.Right + 14, third.Top, third.Right + 26, third.Bottom), ColorScale.Magma,
            AxisScale.FromZero(worst), "|\u03B5 \u2212 exact \u03B5|");
    }

    private static ContourLines Contours(NoiseField field, double limit, SKColor color) =>
        ContourLines.OfMass(field.Density, limit * 1.4, color, 0.8f);

    private static Arrows ArrowsOf(IReadOnlyList<Pixels> positions, IReadOnlyList<Pixels> predictions, double limit)
    {
        var chosen = Enumerable.Range(0, Side * Side)
            .Where(i => i % Side % Block == Block / 2 && i / Side % Block == Block / 2).ToArray();
        return new Arrows([.. chosen.Select(i => positions[i])], [.. chosen.Select(i => predictions[i])],
            cell: 0.92 * Block * 2 * limit / Side, LongestArrow, MaxMagnitude, ColorScale.DarkPlasma);
    }

    private static DensityGrid ErrorOf(NoiseField field, double limit) =>
        new(limit, Side, [.. field.Network.Zip(field.Exact, (a, b) => (a - b).Length)]);

    private static double WeightedError(IReadOnlyList<Pixels> positions, NoiseField field, DensityGrid error)
    {
        var (sum, weights) = (0.0, 0.0);
        for (var i = 0; i < Positions.Count; i++)
        {
            var weight = field.Density(positions[i].Left, positions[i].Right);
            weights += weight;
            sum += weight * Math.Pow(error[i / Side, i % Side], 2);
        }

        return Math.Sqrt(sum / weights);
    }

    // The colour scale ends where 99 % of all errors lie below, so that one corner cannot darken the rest.
    private static double RobustMaximum(DensityGrid[] errors)
    {
        var all = errors
            .SelectMany(e => Enumerable.Range(0, Side * Side).Select(i => e[i / Side, i % Side]))
            .Order()
            .ToArray();
        return Math.Max(all[(int)(0.99 * (all.Length - 1))], 1e-6);
    }
}
