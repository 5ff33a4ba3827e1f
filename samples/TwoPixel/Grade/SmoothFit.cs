namespace Diffusion.TwoPixel.Grade;

/// <summary>
/// Least squares on 1, x, r and r x, where r is how much x_t is of class 0: what predictors of this data are made of. The fit is what
/// depends on x_t, an error of the mean. Noise is what neighbours in x_t do not share, whatever the error of the mean looks like.
/// </summary>
internal static class SmoothFit
{
    /// <summary>The number of functions.</summary>
    public const int Functions = 6;

    // Columns that are nearly the same share their part.
    private const double Ridge = 1e-7;

    // Half of what the shares 0.16 and 0.84 of a normal distribution enclose, in standard deviations.
    private const double Normal68 = 0.9945;

    private static readonly int[] Directions = [-1, 1];

    /// <summary>Fits values at points.</summary>
    /// <param name="marginal">q(x_t) of all data.</param>
    /// <param name="x">Pairs, one after another.</param>
    /// <param name="values">Pairs, one for each.</param>
    /// <returns>The fit at the points, and the variance of the noise: by the differences between nearest neighbours, of which the middle 68 % count.</returns>
    public static (double[] Fit, double Variance) Of(NoisedMixture marginal, double[] x, double[] values)
    {
        int n = x.Length / 2;
        double[] rows = new double[n * Functions], share = new double[2];
        for (int i = 0; i < n; i++)
        {
            marginal.Responsibilities(x.AsSpan(2 * i, 2), share);
            double a = x[2 * i], b = x[(2 * i) + 1], r = share[0];
            new[] { 1, a, b, r, r * a, r * b }.CopyTo(rows, i * Functions);
        }

        double[] fit = new double[x.Length], left = new double[x.Length];
        for (int pixel = 0; pixel < 2; pixel++)
        {
            double[] solution = Solve(rows, values, pixel, n);
            for (int i = 0; i < n; i++)
            {
                double value = 0;
                for (int k = 0; k < Functions; k++)
                    value += rows[(i * Functions) + k] * solution[k];
                fit[(2 * i) + pixel] = value;
                left[(2 * i) + pixel] = values[(2 * i) + pixel] - value;
            }
        }

        return (fit, NoiseOf(x, left));
    }

    // The variance by (e_i - e_j) / sqrt(2) over each point i and its nearest neighbour j, found along the left pixel.
    private static double NoiseOf(double[] x, double[] left)
    {
        int n = x.Length / 2;
        int[] order = [.. Enumerable.Range(0, n).OrderBy(i => x[2 * i]).ThenBy(i => i)];
        double[] differences = new double[x.Length];
        for (int at = 0; at < n; at++)
        {
            int i = order[at], nearest = -1;
            double least = double.PositiveInfinity;
            foreach (int direction in Directions)
            {
                for (int other = at + direction; other >= 0 && other < n; other += direction)
                {
                    int j = order[other];
                    double a = x[2 * j] - x[2 * i], b = x[(2 * j) + 1] - x[(2 * i) + 1];
                    if (a * a >= least)
                        break;
                    if ((a * a) + (b * b) < least)
                        (least, nearest) = ((a * a) + (b * b), j);
                }
            }

            for (int pixel = 0; pixel < 2 && nearest >= 0; pixel++)
                differences[(2 * i) + pixel] = (left[(2 * i) + pixel] - left[(2 * nearest) + pixel]) / Math.Sqrt(2);
        }

        Array.Sort(differences);
        double half = (differences[(int)(0.84 * (differences.Length - 1))] - differences[(int)(0.16 * (differences.Length - 1))]) / 2 / Normal68;
        return half * half;
    }

    // The normal equations by Gauss-Jordan elimination; with the ridge the matrix is positive definite.
    private static double[] Solve(double[] rows, double[] values, int pixel, int n)
    {
        double[,] matrix = new double[Functions, Functions + 1];
        for (int i = 0; i < n; i++)
        {
            var row = rows.AsSpan(i * Functions, Functions);
            for (int k = 0; k < Functions; k++)
            {
                for (int l = 0; l < Functions; l++)
                    matrix[k, l] += row[k] * row[l];
                matrix[k, Functions] += row[k] * values[(2 * i) + pixel];
            }
        }

        double trace = Enumerable.Range(0, Functions).Sum(k => matrix[k, k]);
        for (int k = 0; k < Functions; k++)
            matrix[k, k] += Ridge * trace;
        for (int k = 0; k < Functions; k++)
        {
            for (int other = 0; other < Functions; other++)
            {
                double factor = other == k ? 0 : matrix[other, k] / matrix[k, k];
                for (int l = k; l <= Functions && factor != 0; l++)
                    matrix[other, l] -= factor * matrix[k, l];
            }
        }

        return [.. Enumerable.Range(0, Functions).Select(k => matrix[k, Functions] / matrix[k, k])];
    }
}
