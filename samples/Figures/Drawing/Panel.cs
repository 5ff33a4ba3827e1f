using ScottPlot;
using ScottPlot.TickGenerators;
using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>
/// One set of axes in the house style, with layers drawn in the order they are added. A null label leaves out the
/// names of the ticks as well, for panels that share the axis of a neighbour.
/// </summary>
internal sealed class Panel(AxisScale x, AxisScale y, string? xLabel, string? yLabel)
{
    private const float PadLeft = 76, PadBottom = 58, PadOther = 2;
    private readonly List<Layer> _layers = [];

    /// <summary>Text above the axes, if any.</summary>
    public string? Title { get; init; }

    /// <summary>The plane of two-pixel images, [-limit, limit] in both directions.</summary>
    public static Panel Plane(double limit, string? title, bool labelX = true, bool labelY = true) => new(
        AxisScale.Pixel(limit), AxisScale.Pixel(limit), labelX ? "left pixel" : null, labelY ? "right pixel" : null)
    {
        Title = title,
    };

    /// <summary>Adds a layer over those that are there; returns the panel.</summary>
    public Panel Add(Layer layer)
    {
        _layers.Add(layer);
        return this;
    }

    /// <summary>Draws the panel so that its axes frame exactly <paramref name="frame"/>.</summary>
    public void Draw(SKCanvas canvas, SKRect frame)
    {
        EmbeddedFonts.Use();
        using var plot = new Plot();
        plot.RenderManager.ClearCanvasBeforeEachRender = false; // other panels are there already
        plot.FigureBackground.Color = Colors.Transparent;
        plot.HideGrid();
        plot.Layout.Fixed(new PixelPadding(PadLeft, PadOther, PadBottom, PadOther));
        plot.PlottableList.AddRange(_layers);
        Style(plot.Axes.Bottom, x, xLabel);
        Style(plot.Axes.Left, y, yLabel);
        plot.Axes.Left.TickLabelStyle.OffsetY = 2; // text is centred on its line, digits sit higher
        if (yLabel is not null && y.Names.Any(name => name.Length > 3))
            plot.Axes.Left.Label.OffsetX = -6; // long numbers would touch the label
        foreach (var axis in plot.Axes.GetAxes())
        {
            axis.FrameLineStyle.Color = Convert(Theme.Ink);
            axis.FrameLineStyle.Width = 1;
        }

        plot.Axes.SetLimits(x.Min, x.Max, y.Min, y.Max);
        plot.Render(canvas, new PixelRect(
            frame.Left - PadLeft, frame.Right + PadOther, frame.Bottom + PadBottom, frame.Top - PadOther));
    }

    private static void Style(IAxis axis, AxisScale scale, string? label)
    {
        var ticks = new NumericManual();
        for (var i = 0; i < scale.Major.Length; i++)
            ticks.AddMajor(scale.Major[i], label is null ? "" : scale.Names[i]);
        foreach (var minor in scale.Minor.Except(scale.Major))
            ticks.AddMinor(minor);
        axis.TickGenerator = ticks;
        axis.Label.Text = label ?? "";
        axis.Label.FontName = EmbeddedFonts.Family;
        axis.Label.FontSize = Theme.Label;
        axis.Label.Bold = false;
        axis.Label.ForeColor = Convert(Theme.Ink);
        axis.TickLabelStyle.FontName = EmbeddedFonts.Family;
        axis.TickLabelStyle.FontSize = Theme.Tick;
        axis.TickLabelStyle.ForeColor = Convert(Theme.Ink);
        axis.MajorTickStyle.Color = axis.MinorTickStyle.Color = Convert(Theme.Ink);
        axis.MajorTickStyle.Length = 5;
        axis.MinorTickStyle.Length = 3;
    }

    private static Color Convert(SKColor color) => new(color.Red, color.Green, color.Blue);
}
