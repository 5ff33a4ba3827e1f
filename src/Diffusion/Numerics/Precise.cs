namespace Diffusion.Numerics;

/// <summary>exp(x) - 1 and log(1 + x) without the cancellation near 0 (those of the base class library subtract naively).</summary>
/// <remarks>W. Kahan's quotient: the rounding error of u = exp(x) divides out of (u - 1) / log(u).</remarks>
internal static class Precise
{
    /// <summary>exp(x) - 1 to a few units in the last place for every x.</summary>
    public static double ExpM1(double x)
    {
        double u = Math.Exp(x);
        if (u == 1 || double.IsNaN(u))
            return x;
        double difference = u - 1;
        return difference == -1 || double.IsPositiveInfinity(u) ? difference : difference * x / Math.Log(u);
    }

    /// <summary>log(1 + x) to a few units in the last place for x > -1; minus infinity at -1.</summary>
    public static double Log1P(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : double.IsPositiveInfinity(u) ? u : Math.Log(u) * (x / (u - 1));
    }

    /// <summary>1 / (1 + exp(-x)); relative accuracy is kept for very negative x.</summary>
    public static double Sigmoid(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
    }
}
