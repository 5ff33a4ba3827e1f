namespace Diffusion.Figures;

/// <summary>
/// Gaussian kernel density estimate in the plane, made fast by binning: each point is spread over the four
/// nearest cells by bilinear weights, then the grid is convolved with the kernel along rows and along columns.
/// </summary>
internal static class KernelDensity
{
    // Beyond this many bandwidths the kernel holds 6e-7 of its mass, and is cut and renormalised.
    private const double Reach = 5;

    /// <summary>
    /// Scott's rule in two dimensions: h = s n^(-1/6), with s^2 the mean of the two sample variances. It suits
    /// one Gaussian; clusters much narrower than the whole need a smaller h. Points farther than
    /// <paramref name="limit"/> do not count, so that runs that diverged cannot spoil it; at least 0.01 limit.
    /// </summary>
    public static double ScottBandwidth(IReadOnlyList<Pixels> points, double limit)
    {
        Pixels[] near = [.. points.Where(p => Math.Abs(p.Left) <= limit && Math.Abs(p.Right) <= limit)];
        if (near.Length < 2)
            return 0.1 * limit;
        var centre = new Pixels(near.Average(p => p.Left), near.Average(p => p.Right));
        var variance = near.Sum(p => Math.Pow((p - centre).Length, 2)) / (2 * (near.Length - 1));
        return Math.Max(Math.Sqrt(variance) * Math.Pow(near.Length, -1.0 / 6), 0.01 * limit);
    }

    /// <summary>
    /// Estimate over [-limit, limit]^2 on size x size cells; bandwidth is the kernel's standard deviation.
    /// </summary>
    public static DensityGrid Estimate(IReadOnlyList<Pixels> points, double limit, int size, double bandwidth)
    {
        if (points.Count == 0)
            throw new ArgumentException("An estimate needs at least one point.", nameof(points));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bandwidth);

        var cell = 2 * limit / size;
        var kernel = Kernel(bandwidth / cell);
        var margin = kernel.Length; // points outside the window reach into it
        var wide = size + (2 * margin);
        var binned = Bin(points, limit + (margin * cell), wide, cell);
        var alongRows = Convolve(binned, wide, kernel);
        var both = Convolve(alongRows, wide, kernel);

        var values = new double[size * size];
        for (var row = 0; row < size; row++)
            both.AsSpan(((row + margin) * wide) + margin, size).CopyTo(values.AsSpan(row * size));
        return new(limit, size, values);
    }

    // Bilinear weights of every point on the centres of the four nearest cells, as a density.
    private static double[] Bin(IReadOnlyList<Pixels> points, double limit, int size, double cell)
    {
        var bins = new double[size * size];
        var weight = 1 / (points.Count * cell * cell);
        foreach (var point in points)
        {
            var (x, y) = (((point.Left + limit) / cell) - 0.5, ((point.Right + limit) / cell) - 0.5);
            if (!(x >= 0 && y >= 0 && x < size - 1 && y < size - 1))
                continue;
            var (column, row) = ((int)x, (int)y);
            var (fx, fy) = (x - column, y - row);
            var i = (row * size) + column;
            bins[i] += weight * (1 - fx) * (1 - fy);
            bins[i + 1] += weight * fx * (1 - fy);
            bins[i + size] += weight * (1 - fx) * fy;
            bins[i + size + 1] += weight * fx * fy;
        }

        return bins;
    }

    // Half a kernel, index = distance in cells. Bilinear weights already spread a point with variance 1/6
    // (in cells) on average, so the kernel gives the rest of the bandwidth's square.
    private static double[] Kernel(double bandwidth)
    {
        var variance = Math.Max((bandwidth * bandwidth) - (1.0 / 6), 0.01);
        var half = new double[1 + (int)Math.Ceiling(Reach * bandwidth)];
        for (var i = 0; i < half.Length; i++)
            half[i] = Math.Exp(-(i * i) / (2 * variance));
        var sum = half[0] + (2 * half.Skip(1).Sum());
        return [.. half.Select(v => v / sum)];
    }

    // Convolves each row and transposes, so that two calls convolve in both directions.
    private static double[] Convolve(double[] source, int size, double[] kernel)
    {
        var target = new double[size * size];
        for (var row = 0; row < size; row++)
        {
            var line = source.AsSpan(row * size, size);
            for (var column = 0; column < size; column++)
            {
                if (line[column] == 0)
                    continue;
                var reach = kernel.Length - 1;
                for (var to = Math.Max(0, column - reach); to <= Math.Min(size - 1, column + reach); to++)
                    target[(to * size) + row] += line[column] * kernel[Math.Abs(to - column)];
            }
        }

        return target;
    }
}
