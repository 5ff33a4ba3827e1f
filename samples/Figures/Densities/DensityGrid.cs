namespace Diffusion.Figures;

/// <summary>
/// Values on a square grid of cells over [-Limit, Limit] x [-Limit, Limit]; row 0 holds the lowest right-pixel
/// values, column 0 the lowest left-pixel values. Densities are per unit area.
/// </summary>
internal sealed class DensityGrid
{
    private readonly double[] _values;

    public DensityGrid(double limit, int size, double[] values)
    {
        if (values.Length != size * size)
            throw new ArgumentException($"A grid of side {size} needs {size * size} values, got {values.Length}.");
        (Limit, Size, _values) = (limit, size, values);
    }

    public double Limit { get; }

    /// <summary>Cells per side.</summary>
    public int Size { get; }

    /// <summary>Side of a cell, in pixel values.</summary>
    public double Cell => 2 * Limit / Size;

    public double Max => _values.Max();

    /// <summary>Integral over the grid: for a density, the probability inside the window.</summary>
    public double Mass => _values.Sum() * Cell * Cell;

    public double this[int row, int column] => _values[(row * Size) + column];

    /// <summary>Pixel value at the centre of a row or column.</summary>
    public double Centre(int index) => -Limit + ((index + 0.5) * Cell);

    /// <summary>Values of a function of (left, right) at the centres of the cells.</summary>
    public static DensityGrid Evaluate(Func<double, double, double> function, double limit, int size)
    {
        var values = new double[size * size];
        var cell = 2 * limit / size;
        for (var i = 0; i < values.Length; i++)
            values[i] = function(-limit + (((i % size) + 0.5) * cell), -limit + (((i / size) + 0.5) * cell));
        return new(limit, size, values);
    }

    /// <summary>
    /// Histogram as a density: count / (number of all points * area of a cell). It integrates to the share of
    /// points inside the window.
    /// </summary>
    public static DensityGrid Histogram(IReadOnlyList<Pixels> points, double limit, int size)
    {
        var values = new double[size * size];
        var cell = 2 * limit / size;
        var weight = 1 / (points.Count * cell * cell);
        foreach (var point in points)
        {
            var (column, row) = ((point.Left + limit) / cell, (point.Right + limit) / cell);
            if (column >= 0 && column < size && row >= 0 && row < size) // false for NaN
                values[((int)row * size) + (int)column] += weight;
        }

        return new(limit, size, values);
    }

    /// <summary>
    /// The level whose contour encloses <paramref name="mass"/> (0 to 1) of the probability in the window: the
    /// boundary of the smallest region that holds it.
    /// </summary>
    public double LevelOfMass(double mass)
    {
        var falling = _values.OrderDescending().ToArray();
        var target = mass * falling.Sum();
        var sum = 0.0;
        foreach (var value in falling)
        {
            sum += value;
            if (sum >= target)
                return value;
        }

        return falling[^1];
    }
}
