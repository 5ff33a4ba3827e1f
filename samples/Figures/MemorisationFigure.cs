using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>One denoiser, at each amount of noise.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Training">Mean squared errors on noised training points; empty for a denoiser whose errors are not drawn.</param>
/// <param name="HeldOut">The same on noised held-out points.</param>
/// <param name="Share">The share by heart, with its interval; empty for a denoiser that is not judged.</param>
/// <param name="IsTold">Whether the interval says something; where it does not, it is drawn in grey.</param>
public sealed record MemorisationCurve(
    string Name,
    IReadOnlyList<double> Training,
    IReadOnlyList<double> HeldOut,
    IReadOnlyList<(double Mean, double Low, double High)> Share,
    IReadOnlyList<bool> IsTold);

/// <summary>What the figure of memorisation shows.</summary>
/// <param name="Rho">S/g, the noise in units of the data, rising.</param>
/// <param name="Curves">The denoisers.</param>
/// <param name="Notes">Sentences under the title.</param>
public sealed record MemorisationFigureData(IReadOnlyList<double> Rho, IReadOnlyList<MemorisationCurve> Curves, IReadOnlyList<string> Notes);

/// <summary>Errors on training points and on held-out points, and the share by heart, over the amount of noise.</summary>
public static class MemorisationFigure
{
    private const double Lowest = -0.3, Highest = 1.5;

    // The ideal denoiser's error on its own points falls without end; below this part of the largest error it leaves the panel.
    private const double Depth = 3e-6;

    /// <summary>Draws the figure and writes it as PNG.</summary>
    public static void Save(string path, MemorisationFigureData data)
    {
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "Learned, or learned by heart?",
            Notes = data.Notes,
            Legend = [.. data.Curves.Select((curve, i) => new LegendEntry(curve.Name, Theme.Series[i], LegendMark.Line)), new("not told apart", Theme.Gray, LegendMark.Line)],
            Rows = 1,
            Columns = 2,
            PanelWidth = 460,
            PanelHeight = 360,
            GapX = 96,
            Left = 92,
            Right = 40,
        });
        double[] x = [.. data.Rho.Select(Math.Log10)];
        var scale = AxisScale.Log(data.Rho.Min() / 1.15, data.Rho.Max() * 1.15);
        const string Noise = "noise in units of the data, S/g";
        double[] errors = [.. data.Curves.SelectMany(curve => curve.Training.Concat(curve.HeldOut)).Where(error => error > 0 && double.IsFinite(error)).DefaultIfEmpty(1)];
        var left = new Panel(scale, AxisScale.Log(Math.Max(errors.Min() / 1.5, errors.Max() * Depth), errors.Max() * 1.5), Noise, "mean squared error of x\u2080, per number")
        {
            Title = "solid: on training data, dashed: on held-out data",
        };
        var right = new Panel(scale, AxisScale.Linear(Lowest, Highest, 0.5, 0.25), Noise, "share by heart") { Title = "1: as the ideal denoiser of the training data; 0: no gap" };
        foreach (var level in (double[])[0, 1])
            _ = right.Add(new Curve([scale.Min, scale.Max], [level, level], Theme.Gray, 0.8f) { Dashes = [4, 4] });
        for (var i = 0; i < data.Curves.Count; i++)
        {
            var (curve, color) = (data.Curves[i], Theme.Series[i]);
            if (curve.Training.Count > 0)
            {
                _ = left.Add(new Curve(x, Logs(curve.HeldOut), color, 1.6f) { Dashes = [6, 4] });
                _ = left.Add(new Curve(x, Logs(curve.Training), color, 1.8f));
            }

            AddShare(right, x, curve, color);
        }

        sheet.Draw(left, 0, 0);
        sheet.Draw(right, 0, 1);
        sheet.Save(path);
    }

    private static void AddShare(Panel panel, double[] x, MemorisationCurve curve, SKColor color)
    {
        if (curve.Share.Count == 0)
            return;
        double Where(int i, bool isTold, double value) => curve.IsTold[i] == isTold ? value : double.NaN;
        foreach (var isTold in (bool[])[false, true])
        {
            _ = panel.Add(new Whiskers(
                x,
                [.. curve.Share.Select((share, i) => Where(i, isTold, share.Low))],
                [.. curve.Share.Select((share, i) => Where(i, isTold, share.High))],
                isTold ? color : Theme.Gray.WithAlpha(90)));
        }

        _ = panel.Add(new Curve(x, [.. curve.Share.Select((share, i) => Where(i, true, share.Mean))], color, 2));
    }

    private static double[] Logs(IReadOnlyList<double> values) => [.. values.Select(value => value > 0 ? Math.Log10(value) : double.NaN)];
}
