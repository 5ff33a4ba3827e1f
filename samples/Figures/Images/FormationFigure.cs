using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>How images form along the reverse process: what <see cref="FormationFigure"/> shows.</summary>
/// <param name="T">The number of diffusion steps.</param>
/// <param name="Maps">One map per class.</param>
/// <param name="Steps">The steps that are done at each point of the curves, rising from 0 to T.</param>
/// <param name="Settled">For some generations the share of the pixels whose time has come.</param>
/// <param name="MeanSettled">The mean of it over all generations.</param>
/// <param name="Coarse">The share of the change at coarse structure that is there.</param>
/// <param name="Fine">The same at fine structure.</param>
/// <param name="StructureNames">What coarse and fine mean, for the legend.</param>
/// <param name="Kinds">The kinds of formation, and the share of the generations that have each: the mean and the ends of its interval.</param>
/// <param name="Notes">Sentences under the title.</param>
public sealed record FormationData(
    int T,
    IReadOnlyList<FormationMap> Maps,
    IReadOnlyList<double> Steps,
    IReadOnlyList<IReadOnlyList<double>> Settled,
    IReadOnlyList<double> MeanSettled,
    IReadOnlyList<double> Coarse,
    IReadOnlyList<double> Fine,
    (string Coarse, string Fine) StructureNames,
    IReadOnlyList<(string Name, double Mean, double Low, double High)> Kinds,
    IReadOnlyList<string> Notes);

/// <summary>When the pixels of one class go their way.</summary>
/// <param name="Name">The class.</param>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Steps">Mean number of reverse steps that are done when each pixel goes its way, row by row; NaN, drawn as no colour, where it hardly ever changes.</param>
public sealed record FormationMap(string Name, int Width, IReadOnlyList<double> Steps);

/// <summary>Maps of the pixels' times per class, the shares that are there over time, and the kinds that were found.</summary>
public static class FormationFigure
{
    private const int Columns = 5;
    private const float MapSide = 158, MapGap = 16, MapRow = 190, CurveWidth = 400, CurveHeight = 250, CurveGap = 100, CurveTop = 60, BarRow = 25, BarNames = 150, BarTop = 95;

    /// <summary>Draws the figure and writes it as PNG.</summary>
    public static void Save(string path, FormationData data)
    {
        var mapRows = (data.Maps.Count + Columns - 1) / Columns;
        var mapsHeight = (mapRows * MapRow) - (MapRow - MapSide);
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "How digits form: when the predicted x\u2080 goes from the baseline to the final image",
            Notes = data.Notes,
            Rows = 1,
            Columns = 1,
            PanelWidth = (2 * CurveWidth) + CurveGap,
            PanelHeight = mapsHeight + CurveTop + CurveHeight + BarTop + (data.Kinds.Count * BarRow),
            Left = 76,
            Right = 48,
        });
        var frame = sheet.Layout[0, 0];
        DrawMaps(sheet, frame, data);
        var top = frame.Top + mapsHeight + CurveTop;
        DrawCurves(sheet, SKRect.Create(frame.Left, top, CurveWidth, CurveHeight), "the image's pixels", "share whose time has come", data,
            [.. data.Settled.Select(s => (s, Theme.Gray.WithAlpha(50), 1f)), (data.MeanSettled, Theme.Blue, 2.4f)],
            [("mean of all generations", Theme.Blue), ("single generations", Theme.Gray)]);
        DrawCurves(sheet, SKRect.Create(frame.Left + CurveWidth + CurveGap, top, CurveWidth, CurveHeight), "coarse and fine structure", "share of the change that is there", data,
            [(data.Coarse, Theme.Green, 2.4f), (data.Fine, Theme.Vermillion, 2.4f)],
            [(data.StructureNames.Coarse, Theme.Green), (data.StructureNames.Fine, Theme.Vermillion)]);
        top += CurveHeight + BarTop;
        DrawKinds(sheet, SKRect.Create(frame.Left + BarNames, top, frame.Width - BarNames, data.Kinds.Count * BarRow), data);
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
        sheet.ColorBar(bar, ColorScale.Viridis, AxisScale.Linear(0, data.T, step, step), "reverse steps done at the pixel's time");
    }

    private static void DrawMap(SKCanvas canvas, SKRect place, FormationMap map, int steps)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(map.Width, map.Steps.Count / map.Width, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (var p = 0; p < map.Steps.Count; p++)
            bitmap.SetPixel(p % map.Width, p / map.Width, double.IsNaN(map.Steps[p]) ? Theme.Faint : ColorScale.Viridis[map.Steps[p] / steps]);
        using var image = SKImage.FromBitmap(bitmap);
        canvas.DrawImage(image, place, new SKSamplingOptions(SKFilterMode.Nearest), null);
    }

    private static void DrawKinds(Sheet sheet, SKRect frame, FormationData data)
    {
        var rows = data.Kinds.Count;
        var panel = new Panel(AxisScale.Linear(0, 1, 0.25, 0.125), new AxisScale(0, rows, [], [], []), "share of the generations that have the kind", null);
        panel.Draw(sheet.Canvas, frame);
        sheet.Text("kinds of formation, each generation judged by itself (lines: 95 % intervals)", frame.MidX, frame.Top - 8, Theme.PanelTitle, align: SKTextAlign.Center);
        using var fill = new SKPaint { Color = Theme.Blue, IsAntialias = true };
        using var line = new SKPaint { Color = Theme.Ink, IsAntialias = true, IsStroke = true, StrokeWidth = 1.4f };
        float X(double share) => frame.Left + (float)(share * frame.Width);
        for (var i = 0; i < rows; i++)
        {
            var (name, mean, low, high) = data.Kinds[i];
            var y = frame.Top + ((i + 0.5f) * BarRow);
            sheet.Text(name, frame.Left - 10, y + 4.5f, Theme.Caption, align: SKTextAlign.Right);
            sheet.Canvas.DrawRect(SKRect.Create(frame.Left, y - 7, X(mean) - frame.Left, 14), fill);
            sheet.Canvas.DrawLine(X(low), y, X(high), y, line);
            foreach (var end in new[] { low, high })
                sheet.Canvas.DrawLine(X(end), y - 4, X(end), y + 4, line);
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
        var step = AxisScale.RoundStep(data.T / 4.5);
        var panel = new Panel(AxisScale.Linear(0, data.T, step, step / 2), AxisScale.Linear(0, 1.02, 0.25, 0.125), "reverse steps done, T \u2212 t", yLabel);
        foreach (var (shares, color, width) in curves)
            _ = panel.Add(new Curve(data.Steps, shares, color, width));
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
