namespace Diffusion.Tensors.Simd;

/// <summary>Functions that the base class library lacks.</summary>
internal static class SpecialFunctions
{
    /// <summary>erf x = 2/√π ∫₀ˣ e^(-u²) du with an error below 1e-15.</summary>
    /// <remarks>
    /// Below 2.5 the series 2/√π e^(-x²) Σ 2^n x^(2n+1) / (2n+1)!!, whose terms are all positive; above, the continued
    /// fraction of erfc, e^(-x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))).
    /// </remarks>
    public static double Erf(double x)
    {
        double size = Math.Abs(x);
        if (double.IsNaN(x))
            return x;
        if (size > 6)
            return Math.Sign(x);
        double gauss = Math.Exp(-size * size) / Math.Sqrt(Math.PI);
        if (size < 2.5)
        {
            double term = size, sum = size;
            for (int n = 1; term > 1e-17 * sum; n++)
            {
                term *= 2 * size * size / ((2 * n) + 1);
                sum += term;
            }

            return Math.CopySign(2 * gauss * sum, x);
        }

        double fraction = size;
        for (int k = 60; k >= 1; k--)
            fraction = size + (k / 2.0 / fraction);
        return Math.CopySign(1 - (gauss / fraction), x);
    }
}
