using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>What the ground-truth figure shows.</summary>
/// <param name="Density">Exact density of the data at (left, right); null if it is not known, and a histogram of the samples is drawn.</param>
/// <param name="Samples">Samples with their classes; a few thousand.</param>
/// <param name="Examples">One typical image per class, class 0 first: the peaks of the mixture. Up to five are drawn.</param>
public sealed record GroundTruthData(
    Func<double, double, double>? Density, PixelCloud Samples, IReadOnlyList<Pixels> Examples);

/// <summary>The data: exact density, samples by class, and the typical image of each class.</summary>
public static class GroundTruthFigure
{
    private const int MostExamples = 5, Bins = 64;

    /// <summary>Draws the figure and writes it as PNG.</summary>
    /// <param name="path">File to write.</param>
    /// <param name="data">What to show.</param>
    /// <param name="window">How far the axes reach.</param>
    public static void Save(string path, GroundTruthData data, FigureWindow? window = null)
    {
        var limit = (window ?? new()).Data;
        var count = data.Samples.Points.Count;
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "Ground truth: images of two pixels",
            Notes = [data.Density is null
                ? "An image is a point of the plane. The density of the data is not known; the histogram estimates it."
                : "An image is a point of the plane. Contours enclose 50, 90 and 99 % of the probability."],
            Rows = 1,
            Columns = 2,
            PanelWidth = 300,
            PanelHeight = 300,
            GapX = 148,
            Right = 330,
        });

        var density = data.Density is null
            ? DensityGrid.Histogram(data.Samples.Points, limit, Bins)
            : DensityGrid.Evaluate(data.Density, limit, 320);
        var exact = Panel.Plane(limit, data.Density is null ? "Histogram" : "Exact density p(x\u2080)")
            .Add(new DensityImage(density, ColorScale.Viridis, density.Max, smooth: data.Density is not null));
        sheet.Draw(exact, 0, 0);
        var frame = sheet.Layout[0, 0];
        sheet.ColorBar(
            SKRect.Create(frame.Right + 12, frame.Top, 12, frame.Height),
            ColorScale.Viridis,
            AxisScale.FromZero(density.Max),
            "density");

        var samples = Panel.Plane(limit, $"{count:N0} samples by class")
            .Add(new Points(data.Samples, 2.4f));
        if (data.Density is not null)
            _ = samples.Add(ContourLines.OfMass(data.Density, limit, Theme.Ink));
        sheet.Draw(samples, 0, 1);

        if (data.Examples.Count > 0)
            DrawExamples(sheet, [.. data.Examples.Take(MostExamples)]);
        sheet.Save(path);
    }

    // Each typical image as it would look: two squares, -1 black and 1 white.
    private static void DrawExamples(Sheet sheet, IReadOnlyList<Pixels> examples)
    {
        var samples = sheet.Layout[0, 1];
        var frame = SKRect.Create(samples.Right + 40, samples.Top, 270, samples.Height);
        void Centred(string text, float baseline, float size, SKColor color, bool bold) =>
            sheet.Text(text, frame.MidX, baseline, size, color, SKTextAlign.Center, bold);
        Centred("Typical image of each class", frame.Top - 8, Theme.PanelTitle, Theme.Ink, bold: false);
        var height = frame.Height / examples.Count;
        var side = Math.Min(105, height - 44);
        for (var i = 0; i < examples.Count; i++)
        {
            var top = frame.Top + (i * height) + 8;
            var (left, right) = (AxisScale.Format(examples[i].Left), AxisScale.Format(examples[i].Right));
            DrawPixel(sheet.Canvas, SKRect.Create(frame.MidX - side, top, side, side), examples[i].Left);
            DrawPixel(sheet.Canvas, SKRect.Create(frame.MidX, top, side, side), examples[i].Right);
            Centred($"class {i}: left {left}, right {right}", top + side + 20, Theme.Label, Theme.OfClass(i), bold: true);
        }
    }

    private static void DrawPixel(SKCanvas canvas, SKRect square, double value)
    {
        var gray = (byte)Math.Round(255 * Math.Clamp((value + 1) / 2, 0, 1));
        using var inside = new SKPaint { Color = new SKColor(gray, gray, gray) };
        using var border = new SKPaint { Color = Theme.Ink, IsStroke = true, StrokeWidth = 1, IsAntialias = true };
        canvas.DrawRect(square, inside);
        canvas.DrawRect(square, border);
    }
}
