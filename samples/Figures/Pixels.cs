namespace Diffusion.Figures;

/// <summary>A two-pixel image, or a vector of its space: one point of the plane.</summary>
/// <param name="Left">Value of the left pixel, drawn on the horizontal axis; data lie about [-1.5, 1.5].</param>
/// <param name="Right">Value of the right pixel, drawn on the vertical axis.</param>
public readonly record struct Pixels(double Left, double Right)
{
    /// <summary>Euclidean length.</summary>
    public double Length => Math.Sqrt((Left * Left) + (Right * Right));

    /// <summary>Difference, pixel by pixel.</summary>
    public static Pixels operator -(Pixels a, Pixels b) => new(a.Left - b.Left, a.Right - b.Right);
}
