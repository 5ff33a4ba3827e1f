using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>How images form along the reverse process: what <see cref="FormationFigure"/> shows.</summary>
/// <param name="T">The number of diffusion steps.</param>
/// <param name="Maps">One map per class.</param>
/// <param name="Times">Times of the curves, falling from T to 0.</param>
/// <param name="Settled">For some generations the share of the stroke's pixels that has settled at each time.</param>
/// <param name="MeanSettled">The mean of it over all generations.</param>
/// <param name="LowFrequencies">The share of the energy at low spatial frequencies that is there at each time.</param>
/// <param name="HighFrequencies">The same at high frequencies.</param>
/// <param name="FrequencyNames">What low and high mean, for the legend.</param>
/// <param name="Notes">Sentences under the title.</param>
public sealed record FormationData(
    int T,
    IReadOnlyList<FormationMap> Maps,
    IReadOnlyList<double> Times,
    IReadOnlyList<IReadOnlyList<double>> Settled,
    IReadOnlyList<double> MeanSettled,
    IReadOnlyList<double> LowFrequencies,
    IReadOnlyList<double> HighFrequencies,
    (string Low, string High) FrequencyNames,
    IReadOnlyList<string> Notes);

/// <summary>When the pixels of one class settle.</summary>
/// <param name="Name">The class.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Steps">Mean number of reverse steps that are done when each pixel settles, row by row.</param>
/// <param name="Stroke">The share of generations whose stroke covers each pixel; its half is outlined.</param>
public sealed record FormationMap(string Name, int Width, IReadOnlyList<double> Steps, IReadOnlyList<double> Stroke);

/// <summary>Maps of the settling times per class, and the shares that have settled over time.</summary>
public static class FormationFigure
{
    private const int Columns = 5;
    private const float MapSide = 158, MapGap = 16, MapRow = 190, CurveWidth = 400, CurveHeight = 250, CurveGap = 100, CurveTop = 60;

    /// <summary>Draws the figure and writes it as PNG.</summary>
    public static void Save(string path, FormationData data)
    {
        var mapRows = (data.Maps.Count + Columns - 1) / Columns;
        var mapsHeight = (mapRows * MapRow) - (MapRow - MapSide);
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "How digits form: when each pixel of the predicted x\u2080 settles",
            Notes = data.Notes,
            Rows = 1,
            Columns = 1,
            PanelWidth = (2 * CurveWidth) + CurveGap,
            PanelHeight = mapsHeight + CurveTop + CurveHeight,
            Left = 76,
            Right = 48,
        });
        var frame = sheet.Layout[0, 0];
        DrawMaps(sheet, frame, data);
        var top = frame.Top + mapsHeight + CurveTop;
        DrawCurves(sheet, SKRect.Create(frame.Left, top, CurveWidth, CurveHeight), "the stroke's pixels", "share that has settled", data,
            [.. data.Settled.Select(s => (s, Theme.Gray.WithAlpha(50), 1f)), (data.MeanSettled, Theme.Blue, 2.4f)],
            [("mean of all generations", Theme.Blue), ("single generations", Theme.Gray)]);
        DrawCurves(sheet, SKRect.Create(frame.Left + CurveWidth + CurveGap, top, CurveWidth, CurveHeight), "spatial frequencies", "share of the final energy", data,
            [(data.LowFrequencies, Theme.Green, 2.4f), (data.HighFrequencies, Theme.Vermillion, 2.4f)],
            [(data.FrequencyNames.Low, Theme.Green), (data.FrequencyNames.High, Theme.Vermillion)]);
        sheet.Save(path);
    }

    private static void DrawMaps(Sheet sheet, SKRect frame, FormationData data)
    {
        for (var i = 0; i < data.Maps.Count; i++)
        {
            var map = data.Maps[i];
            var place = SKRect.Create(frame.Left + (i % Columns * (MapSide + MapGap)), frame.Top + (i / Columns * MapRow), MapSide, MapSide);
            sheet.Text(map.Name, place.MidX, place.Top - 7, Theme.PanelTitle, align: SKTextAlign.Center);
            DrawMap(sheet.Canvas, place, map, data.T);
        }

        var rows = (data.Maps.Count + Columns - 1) / Columns;
        var bar = SKRect.Create(frame.Left + (Columns * (MapSide + MapGap)), frame.Top, 14, (rows * MapRow) - (MapRow - MapSide));
        var step = AxisScale.RoundStep(data.T / 4.5);
        sheet.ColorBar(bar, ColorScale.Viridis, AxisScale.Linear(0, data.T, step, step), "reverse steps done when the pixel settles");
    }

    // The map as squares of colour, and the outline of what is stroke in at least half of the generations.
    private static void DrawMap(SKCanvas canvas, SKRect place, FormationMap map, int steps)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(map.Width, map.Steps.Count / map.Width, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (var p = 0; p < map.Steps.Count; p++)
            bitmap.SetPixel(p % map.Width, p / map.Width, ColorScale.Viridis[map.Steps[p] / steps]);
        using var image = SKImage.FromBitmap(bitmap);
        canvas.DrawImage(image, place, new SKSamplingOptions(SKFilterMode.Nearest), null);

        using var line = new SKPaint { Color = SKColors.White, IsAntialias = true, IsStroke = true, StrokeWidth = 1.4f };
        var cell = place.Width / map.Width;
        bool Inside(int x, int y) => x >= 0 && x < map.Width && y >= 0 && y * map.Width < map.Steps.Count && map.Stroke[(y * map.Width) + x] >= 0.5;
        for (var y = 0; y <= map.Steps.Count / map.Width; y++)
        {
            for (var x = 0; x <= map.Width; x++)
            {
                var (left, up) = (place.Left + (x * cell), place.Top + (y * cell));
                if (Inside(x, y) != Inside(x - 1, y))
                    canvas.DrawLine(left, up, left, up + cell, line);
                if (Inside(x, y) != Inside(x, y - 1))
                    canvas.DrawLine(left, up, left + cell, up, line);
            }
        }
    }

    private static void DrawCurves(
        Sheet sheet,
        SKRect frame,
        string title,
        string yLabel,
        FormationData data,
        IEnumerable<(IReadOnlyList<double> Shares, SKColor Color, float Width)> curves,
        IReadOnlyList<(string Name, SKColor Color)> legend)
    {
        double[] done = [.. data.Times.Select(t => data.T - t)];
        var step = AxisScale.RoundStep(data.T / 4.5);
        var panel = new Panel(AxisScale.Linear(0, data.T, step, step / 2), AxisScale.Linear(0, 1.02, 0.25, 0.125), "reverse steps done, T \u2212 t", yLabel);
        foreach (var (shares, color, width) in curves)
            _ = panel.Add(new Curve(done, shares, color, width));
        panel.Draw(sheet.Canvas, frame);
        sheet.Text(title, frame.MidX, frame.Top - 8, Theme.PanelTitle, align: SKTextAlign.Center);
        // Shares rise, so the lower right is free.
        var left = frame.Right - 54 - legend.Max(entry => Typography.Width(entry.Name, Theme.Caption));
        for (var i = 0; i < legend.Count; i++)
        {
            var y = frame.Bottom - 20 - ((legend.Count - 1 - i) * 19);
            new LegendEntry(legend[i].Name, legend[i].Color, LegendMark.Line).DrawMark(sheet.Canvas, new SKPoint(left, y));
            sheet.Text(legend[i].Name, left + 30, y + 4.5f, Theme.Caption);
        }
    }
}
