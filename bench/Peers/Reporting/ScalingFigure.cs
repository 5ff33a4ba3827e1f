using ScottPlot;
using SkiaSharp;

namespace Diffusion.Peers.Reporting;

/// <summary>Three panels, time against batch, width and threads, both axes logarithmic.</summary>
internal static class ScalingFigure
{
    private const int Width = 1500, Height = 520;

    public static void Write(IReadOnlyList<ScalingPoint> points, string path)
    {
        DejaVu.Use();
        string[] axes = ["batch", "width", "threads"];
        string[] titles =
        [
            $"width 64, {points[0].Threads} threads", $"batch 256, {points[0].Threads} threads", "batch 4096, width 64",
        ];
        var multiplot = new Multiplot();
        multiplot.AddPlots(axes.Length);
        multiplot.Layout = new ScottPlot.MultiplotLayouts.Columns();
        for (int i = 0; i < axes.Length; i++)
            Draw(multiplot.GetPlot(i), [.. points.Where(point => point.Axis == axes[i])], axes[i], titles[i]);
        _ = multiplot.SavePng(path, Width, Height);
    }

    private static void Draw(Plot plot, IReadOnlyList<ScalingPoint> points, string axis, string title)
    {
        double[] x = [.. points.Select(point => Math.Log10(point.Value))];
        Line("libtorch", points.Select(point => point.LibtorchMicroseconds), Colors.C1);
        Line("ours", points.Select(point => point.OursMicroseconds), Colors.C0);

        plot.Title(title, 17);
        plot.XLabel(axis, 15);
        plot.YLabel("training step in ms", 15);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericManual(x, [.. points.Select(point => $"{point.Value}")]);
        double lowest = points.Min(point => Math.Min(point.OursMicroseconds, point.LibtorchMicroseconds));
        double highest = points.Max(point => Math.Max(point.OursMicroseconds, point.LibtorchMicroseconds));
        double[] decades = [.. Enumerable.Range(0, 9).SelectMany(power => (double[])[1, 2, 5], (power, digit) => digit * Math.Pow(10, power - 3))
            .Where(milliseconds => milliseconds > lowest / 2500 && milliseconds < highest / 400)];
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual([.. decades.Select(Math.Log10)], [.. decades.Select(value => $"{value:0.###}")]);
        plot.Axes.Margins(0.1, 0.2);

        // Where no line passes: times rise with batch and width, and fall with threads.
        _ = plot.ShowLegend(axis == "threads" ? Alignment.LowerLeft : Alignment.LowerRight);

        void Line(string name, IEnumerable<double> microseconds, Color color)
        {
            var line = plot.Add.Scatter(x, (double[])[.. microseconds.Select(time => Math.Log10(time / 1000))], color);
            (line.LegendText, line.LineWidth, line.MarkerSize) = (name, 2, 8);
        }
    }

    /// <summary>A font that is part of the program: without one ScottPlot leaves labels blank.</summary>
    private sealed class DejaVu : IFontResolver
    {
        private readonly SKTypeface _regular = Load("DejaVuSans.ttf"), _bold = Load("DejaVuSans-Bold.ttf");

        public static void Use()
        {
            Fonts.FontResolvers.Insert(0, new DejaVu());
            Fonts.Default = Fonts.Sans = Fonts.Serif = Fonts.Monospace = "DejaVu Sans";
        }

        public SKTypeface CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => weight >= FontWeight.SemiBold ? _bold : _regular;

        public SKTypeface CreateTypeface(string fontName, bool bold, bool italic) => bold ? _bold : _regular;

        private static SKTypeface Load(string file)
        {
            var assembly = typeof(DejaVu).Assembly;
            using var stream = assembly.GetManifestResourceStream(assembly.GetManifestResourceNames().Single(name => name.EndsWith("." + file, StringComparison.Ordinal)));
            return SKTypeface.FromStream(stream);
        }
    }
}
