using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>How the training of one model went.</summary>
/// <param name="Name">Name in the legend, such as "T = 50".</param>
/// <param name="Iterations">Iteration numbers at which a loss was recorded, rising.</param>
/// <param name="Losses">The losses of single batches, one per entry of <paramref name="Iterations"/>.</param>
/// <param name="ErrorIterations">Iteration numbers at which the error was measured, rising; may be empty.</param>
/// <param name="Errors">Root mean square distance to the exact noise predictor, one per measurement.</param>
/// <param name="Floor">The smallest mean loss that any predictor can have, or null if it is not known.</param>
public sealed record TrainingCurve(
    string Name,
    IReadOnlyList<double> Iterations,
    IReadOnlyList<double> Losses,
    IReadOnlyList<double> ErrorIterations,
    IReadOnlyList<double> Errors,
    double? Floor = null);

/// <summary>
/// Loss and error over the iterations of training, one line per model, both on logarithmic axes. Without any
/// measurement of the error there is one panel; values that are not positive numbers leave gaps.
/// </summary>
public static class TrainingFigure
{
    /// <summary>Draws the figure and writes it as PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="curves">One per model.</param>
    /// <param name="target">What the network predicts, for the axis.</param>
    public static void Save(string path, IReadOnlyList<TrainingCurve> curves, string target = "the noise")
    {
        var window = curves.Max(c => Window(c.Losses.Count));
        var floors = curves.Any(c => c.Floor is not null) ? " Dashed: the smallest mean loss that is possible." : "";
        var hasErrors = curves.Any(c => c.Errors.Count > 0);
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "Training",
            Notes = [$"Loss: single batches pale, mean of {window} records around each bold.{floors}"],
            Legend = curves.Count == 1 && !hasErrors ? [] : [.. curves.Select((c, i) => new LegendEntry(c.Name, ColorOf(i), LegendMark.Line))],
            Rows = 1,
            Columns = hasErrors ? 2 : 1,
            PanelWidth = hasErrors ? 440 : 640,
            PanelHeight = 330,
            GapX = 100,
            Right = 44,
        });

        sheet.Draw(LossPanel(curves, target), 0, 0);
        if (hasErrors)
            sheet.Draw(ErrorPanel(curves), 0, 1);
        sheet.Save(path);
    }

    /// <summary>Mean of the values around each, over <paramref name="window"/> values, fewer at the ends.</summary>
    internal static double[] Smooth(IReadOnlyList<double> values, int window)
    {
        var sums = new double[values.Count + 1];
        for (var i = 0; i < values.Count; i++)
            sums[i + 1] = sums[i] + values[i];
        return [.. Enumerable.Range(0, values.Count).Select(i =>
        {
            var half = Math.Min(window / 2, Math.Min(i, values.Count - 1 - i));
            return (sums[i + half + 1] - sums[i - half]) / ((2 * half) + 1);
        })];
    }

    private static Panel LossPanel(IReadOnlyList<TrainingCurve> curves, string target)
    {
        var smooth = curves.Select(c => Smooth(c.Losses, Window(c.Losses.Count))).ToArray();
        var everything = Positive(curves.SelectMany(c => c.Losses));
        // The axis follows single batches but for the wildest few at each end.
        var low = Math.Min(Quantile(everything, 0.005), curves.Min(c => c.Floor ?? double.MaxValue));
        var high = Quantile(everything, 0.998);
        var panel = NewPanel("Loss", $"mean squared error of {target}", curves.Max(c => Last(c.Iterations)), low, high);
        for (var i = 0; i < curves.Count; i++)
            _ = panel.Add(new Curve(curves[i].Iterations, Logs(curves[i].Losses), ColorOf(i).WithAlpha(45), 0.7f));
        for (var i = 0; i < curves.Count; i++)
        {
            // At the end the mean would be over a few records only.
            int whole = smooth[i].Length - (Window(smooth[i].Length) / 2);
            _ = panel.Add(new Curve([.. curves[i].Iterations.Take(whole)], Logs([.. smooth[i].Take(whole)]), ColorOf(i), 1.8f));
            if (curves[i].Floor is not { } floor)
                continue;
            double[] ends = [0, Last(curves[i].Iterations)];
            _ = panel.Add(new Curve(ends, Logs([floor, floor]), ColorOf(i), 1.2f) { Dashes = [6, 4] });
        }

        return panel;
    }

    private static Panel ErrorPanel(IReadOnlyList<TrainingCurve> curves)
    {
        var everything = Positive(curves.SelectMany(c => c.Errors));
        var panel = NewPanel("Error against the exact predictor", "root mean square distance of the noise",
            curves.Max(c => Last(c.ErrorIterations)), everything[0], everything[^1]);
        for (var i = 0; i < curves.Count; i++)
            _ = panel.Add(new Curve(curves[i].ErrorIterations, Logs(curves[i].Errors), ColorOf(i), 1.8f));
        return panel;
    }

    private static Panel NewPanel(string title, string yLabel, double iterations, double low, double high) => new(
        AxisScale.FromZero(iterations, v => v >= 1000 ? $"{v:N0}" : AxisScale.Format(v)),
        AxisScale.Log(low / 1.1, high * 1.1),
        "iteration",
        yLabel)
    {
        Title = title,
    };

    private static double Last(IReadOnlyList<double> rising) => rising.Count == 0 ? 0 : rising[^1];

    // What a logarithmic axis can show, rising; 1 if there is nothing.
    private static double[] Positive(IEnumerable<double> values)
    {
        double[] positive = [.. values.Where(v => v > 0 && double.IsFinite(v)).Order()];
        return positive is [] ? [1] : positive;
    }

    // Odd, and about a hundredth of the records.
    private static int Window(int count) => (2 * (count / 200)) + 1;

    private static double Quantile(double[] rising, double share) => rising[(int)(share * (rising.Length - 1))];

    private static double[] Logs(IReadOnlyList<double> values) => [.. values.Select(Math.Log10)];

    private static SKColor ColorOf(int series) => Theme.Series[series % Theme.Series.Length];
}
