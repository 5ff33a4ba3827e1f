using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>One choice of the reverse variance.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Values">The variance of the step from t, for each time; NaN or 0 leaves a gap.</param>
public sealed record VarianceCurve(string Name, IReadOnlyList<double> Values);

/// <summary>The variance of the reverse step at each t: as it is, and as a share of the upper one.</summary>
public static class VarianceFigure
{
    /// <summary>Draws the figure and writes it as PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="times">The times, rising.</param>
    /// <param name="curves">The choices; the last one named <paramref name="upper"/> is what the right panel divides by.</param>
    /// <param name="upper">The name of the upper variance.</param>
    public static void Save(string path, IReadOnlyList<double> times, IReadOnlyList<VarianceCurve> curves, string upper)
    {
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "The variance of the reverse step",
            Notes =
            [
                "Left: the variance of the step from t to t \u2212 1. Right: the same as a share of the upper variance \u03B2.",
                "The posterior variance at t = 1 is 0 and is not drawn. Learned: the mean over noisy data.",
            ],
            Legend = [.. curves.Select((c, i) => new LegendEntry(c.Name, Theme.Series[i], MarkOf(i)))],
            Rows = 1,
            Columns = 2,
            PanelWidth = 460,
            PanelHeight = 330,
            GapX = 96,
            Left = 92,
            Right = 40,
        });

        var divisor = curves.Last(c => c.Name == upper).Values;
        double[] all = [.. curves.SelectMany(c => c.Values).Where(v => v > 0 && double.IsFinite(v))];
        var x = AxisScale.FromZero(times[^1]);
        var left = new Panel(x, AxisScale.Log(all.Min() / 1.3, all.Max() * 1.3), "t", "variance") { Title = "variance" };
        double[][] shares = [.. curves.Select(c => c.Values.Select((v, t) => v > 0 ? v / divisor[t] : double.NaN).ToArray())];
        var largest = shares.SelectMany(s => s).Where(double.IsFinite).DefaultIfEmpty(1).Max();
        var right = new Panel(x, AxisScale.FromZero(Math.Max(1, largest) * 1.05), "t", "share") { Title = "share of \u03B2" };
        for (var i = 0; i < curves.Count; i++)
        {
            double[] logs = [.. curves[i].Values.Select(v => v > 0 ? Math.Log10(v) : double.NaN)];
            _ = left.Add(new Curve(times, logs, Theme.Series[i], 1.8f) { Dashes = DashesOf(i) });
            _ = right.Add(new Curve(times, shares[i], Theme.Series[i], 1.8f) { Dashes = DashesOf(i) });
        }

        sheet.Draw(left, 0, 0);
        sheet.Draw(right, 0, 1);
        sheet.Save(path);
    }

    // Lines that lie on each other are told apart by their dashes.
    private static float[] DashesOf(int series) => series % 2 == 0 ? [] : [7, 4];

    private static LegendMark MarkOf(int series) => series % 2 == 0 ? LegendMark.Line : LegendMark.Dashes;
}
