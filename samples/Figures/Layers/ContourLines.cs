using SkiaSharp;

namespace Diffusion.Figures;

/// <summary>Lines of equal density at the given levels.</summary>
internal sealed class ContourLines(
    DensityGrid grid, IReadOnlyList<double> levels, SKColor color, float width = 1) : Layer
{
    /// <summary>The probabilities that the usual contours enclose.</summary>
    public static readonly double[] UsualMasses = [0.5, 0.9, 0.99];

    /// <summary>Contours around the smallest regions that hold 50, 90 and 99 % of an exact density.</summary>
    public static ContourLines OfMass(
        Func<double, double, double> density, double limit, SKColor color, float width = 1)
    {
        var grid = DensityGrid.Evaluate(density, limit, 240);
        return new(grid, [.. UsualMasses.Select(grid.LevelOfMass)], color, width);
    }

    protected override void Draw(SKCanvas canvas)
    {
        using var paint = Stroke(color, width);
        foreach (var level in levels)
        {
            var ends = MarchingSquares.Segments(grid, level);
            canvas.DrawPoints(SKPointMode.Lines, [.. ends.Select(At)], paint);
        }
    }
}
