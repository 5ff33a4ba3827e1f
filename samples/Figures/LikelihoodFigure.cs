using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>What the likelihood figure shows, on a square grid of cells over [-Limit, Limit]²: row by row, from the lowest right pixel up.</summary>
/// <param name="Limit">Half the side of the grid.</param>
/// <param name="Size">Cells per side.</param>
/// <param name="Model">The model's log-density at the centres of the cells, in nats.</param>
/// <param name="Truth">The true one.</param>
/// <param name="Note">Where the density is taken, and what was measured.</param>
public sealed record LikelihoodData(double Limit, int Size, IReadOnlyList<double> Model, IReadOnlyList<double> Truth, string Note)
{
    /// <summary>The centre of cell <paramref name="index"/>, row by row.</summary>
    public static Pixels Centre(double limit, int size, int index)
    {
        double cell = 2 * limit / size;
        return new(-limit + (((index % size) + 0.5) * cell), -limit + (((index / size) + 0.5) * cell));
    }
}

/// <summary>The log-density of the model beside the true one, and their difference where there are data.</summary>
public static class LikelihoodFigure
{
    // Log-densities are drawn over so many nats below the highest, differences up to so many.
    private const double Depth = 14, LargestDifference = 0.5;

    /// <summary>The density below which a difference is not drawn: no data are there.</summary>
    public const double LeastDensity = 1e-3;

    /// <summary>Draws the figure and writes it as PNG.</summary>
    public static void Save(string path, LikelihoodData data)
    {
        using var sheet = new Sheet(new SheetLayout
        {
            Title = "Log-density of the model and of the data",
            Notes = [data.Note, $"The difference is drawn where the true density exceeds {LeastDensity}."],
            Rows = 1,
            Columns = 3,
            PanelWidth = 300,
            PanelHeight = 300,
            GapX = 100,
            Right = 96,
        });

        var highest = data.Truth.Max();
        double Shade(double log) => double.IsFinite(log) ? Math.Clamp((log - highest + Depth) / Depth, 0, 1) : 0;
        DensityGrid Grid(IEnumerable<double> values) => new(data.Limit, data.Size, [.. values]);
        var difference = data.Model.Zip(data.Truth, (model, truth) =>
            truth < Math.Log(LeastDensity) ? 0.5 : Math.Clamp(0.5 + ((model - truth) / (2 * LargestDifference)), 0, 1));
        (string Title, DensityGrid Grid, ColorScale Colors)[] panels =
        [
            ("log-density of the model", Grid(data.Model.Select(Shade)), ColorScale.Viridis),
            ("true log-density", Grid(data.Truth.Select(Shade)), ColorScale.Viridis),
            ("model \u2212 truth", Grid(difference), ColorScale.Classes),
        ];
        for (var i = 0; i < panels.Length; i++)
        {
            sheet.Draw(Panel.Plane(data.Limit, panels[i].Title, labelY: i == 0).Add(new DensityImage(panels[i].Grid, panels[i].Colors, 1, smooth: true)), 0, i);
            var frame = sheet.Layout[0, i];
            var scale = i == 2
                ? AxisScale.Linear(-LargestDifference, LargestDifference, 0.25, 0.25)
                : AxisScale.Linear(highest - Depth, highest, 4, 4);
            sheet.ColorBar(new SKRect(frame.Right + 10, frame.Top, frame.Right + 22, frame.Bottom), panels[i].Colors, scale, i == 2 ? "nats" : "");
        }

        sheet.Save(path);
    }
}
