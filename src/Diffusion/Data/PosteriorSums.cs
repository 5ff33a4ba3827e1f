using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Data;

/// <summary>
/// sum w_i x_i and sum w_i with w_i = exp(-(q_i - q) / (2 S²)), q_i = |x_t - g x_i|² and q the least of them, over points that come block by
/// block: whenever a nearer point comes, what is there is scaled down, so that nothing overflows and nothing near vanishes.
/// </summary>
/// <remarks>
/// q_i comes from a matrix product, |x|² - 2g x·x_i + g²|x_i|², which rounding puts off by at most <c>e = 2(d + 4) 2^-53 (|x|² + g²|x_i|²)</c>. That is
/// enough while e/(2 S²) is below 1e-9, and so is the relative error of a weight. At smaller S the distances of the few points that are near
/// enough to count are computed directly from the differences, which are off by about sqrt(d) 2^-53 |x|/S instead; others are left out,
/// whose weights are less than e^-40 each.
/// </remarks>
/// <param name="x">The states, [n, d].</param>
/// <param name="levels">The level of each.</param>
internal sealed class PosteriorSums(Tensor<double> x, NoiseLevel[] levels)
{
    private const double Rounding = 1.0 / (1L << 53), Tolerated = 1e-9, Far = 40;

    private const int Rows = 16;

    private readonly int _dimensions = x.Shape[1];
    private readonly double[] _squares = Squares(x);
    private readonly double[] _least = [.. Enumerable.Repeat(double.PositiveInfinity, levels.Length)];

    /// <summary>sum w_i x_i, [n, d].</summary>
    public Tensor<double> Sums { get; } = Tensor<double>.Zeros(x.Shape);

    /// <summary>sum w_i, [n].</summary>
    public double[] Total { get; } = new double[levels.Length];

    /// <summary>Adds points.</summary>
    /// <param name="points">[m, d].</param>
    public void Add(Tensor<double> points)
    {
        int m = points.Shape[0], d = _dimensions;
        double[] squares = Squares(points);
        double largest = squares.Max();
        var weights = x.MatMul(points, transposeB: true); // [n, m]: products first
        Chunks.For(levels.Length, Rows, (from, to) =>
        {
            for (int i = from; i < to; i++)
                Weigh(i, weights.Span.Slice(i * m, m), points, squares, largest);
        });
        var part = weights.MatMul(points); // [n, d]
        Fused.Combine(1, Sums.Span, 1, part.Span, Sums.Span);
    }

    private static double[] Squares(Tensor<double> x)
    {
        int d = x.Shape[1];
        double[] squares = new double[x.Shape[0]];
        for (int i = 0; i < squares.Length; i++)
        {
            foreach (double value in x.Span.Slice(i * d, d))
                squares[i] += value * value;
        }

        return squares;
    }

    // exp(-delta / (2 S²)); where S is 0, the nearest points alone.
    private static double Weight(double delta, double twice) => delta <= 0 ? 1 : Math.Exp(-delta / twice);

    // The products become weights.
    private void Weigh(int row, Span<double> q, Tensor<double> points, double[] squares, double largest)
    {
        double g = levels[row].G, a = levels[row].A, twice = 2 * levels[row].B, least = double.PositiveInfinity;
        for (int i = 0; i < q.Length; i++)
        {
            q[i] = _squares[row] - (2 * g * q[i]) + (a * squares[i]);
            least = Math.Min(least, q[i]);
        }

        double error = 2 * (_dimensions + 4) * Rounding * (_squares[row] + (a * largest));
        if (error > Tolerated * twice)
            least = Refine(row, q, points, Math.Min(_least[row], least + error) + error + (Far * twice));
        if (least < _least[row])
        {
            double factor = Weight(_least[row] - least, twice);
            Total[row] *= factor;
            foreach (ref double sum in Sums.Span.Slice(row * _dimensions, _dimensions))
                sum *= factor;
            _least[row] = least;
        }

        for (int i = 0; i < q.Length; i++)
            Total[row] += q[i] = Weight(q[i] - _least[row], twice);
    }

    // Distances of points within reach from their differences; the others do not count.
    private double Refine(int row, Span<double> q, Tensor<double> points, double reach)
    {
        double g = levels[row].G, least = double.PositiveInfinity;
        var state = x.Span.Slice(row * _dimensions, _dimensions);
        for (int i = 0; i < q.Length; i++)
        {
            // What is no number stays none.
            if (q[i] > reach)
            {
                q[i] = double.PositiveInfinity;
                continue;
            }

            var point = points.Span.Slice(i * _dimensions, _dimensions);
            double sum = 0;
            for (int j = 0; j < point.Length; j++)
                sum += (state[j] - (g * point[j])) * (state[j] - (g * point[j]));
            q[i] = sum;
            least = Math.Min(least, sum);
        }

        return least;
    }
}
