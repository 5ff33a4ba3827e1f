namespace Diffusion.Numerics;

/// <summary>Gauss-Legendre quadrature: exact for polynomials of degree up to 2n - 1.</summary>
internal static class GaussLegendre
{
    /// <summary>The nodes in (-1, 1) and weights, which sum to 2.</summary>
    public static (double Node, double Weight)[] Rule(int n)
    {
        var rule = new (double, double)[n];
        for (int i = 0; i < n; i++)
        {
            // Newton's method from Tricomi's estimate of the root.
            double x = Math.Cos(Math.PI * (i + 0.75) / (n + 0.5)), slope = 0;
            for (int iteration = 0; iteration < 10; iteration++)
            {
                (double value, slope) = Legendre(n, x);
                x -= value / slope;
            }

            rule[i] = (x, 2 / ((1 - (x * x)) * slope * slope));
        }

        return rule;
    }

    // P_n and its derivative by Bonnet's recursion.
    private static (double Value, double Slope) Legendre(int n, double x)
    {
        double before = 1, value = x;
        for (int k = 2; k <= n; k++)
            (before, value) = (value, ((((2 * k) - 1) * x * value) - ((k - 1) * before)) / k);
        return (value, n * ((x * value) - before) / ((x * x) - 1));
    }
}
