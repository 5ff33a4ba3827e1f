namespace Diffusion.Figures;

/// <summary>How far the axes of figures of pixel pairs reach: [-limit, limit] in both directions. The defaults are those of the two-pixel study.</summary>
/// <param name="Data">For figures of data.</param>
/// <param name="Noise">For figures of noise, or of data on their way to it.</param>
/// <param name="Field">For fields of predicted noise.</param>
public sealed record FigureWindow(double Data = 1.4, double Noise = 3.2, double Field = 2.5)
{
    /// <summary>The window of data whose coordinates reach <paramref name="extent"/> in absolute value; noise has standard deviation 1.</summary>
    public static FigureWindow For(double extent)
    {
        double data = double.IsFinite(extent) && extent > 0 ? 1.1 * extent : 1;
        return new(data, Math.Max(3.2, 1.1 * data), Math.Max(2.5, data));
    }

    /// <summary>The limit for noise, or more where points of a drawing lie beyond it: up to twice as much, so that points that ran away do not make the rest a dot.</summary>
    public double NoiseWith(IEnumerable<Pixels> points)
    {
        double farthest = points.Select(p => Math.Max(Math.Abs(p.Left), Math.Abs(p.Right))).Where(double.IsFinite).DefaultIfEmpty().Max();
        return farthest > 0.97 * Noise ? Math.Min(1.05 * farthest, 2 * Noise) : Noise;
    }
}
