using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Diffusion.Metrics;

/// <summary>
/// Precision and recall of generated samples (Kynkäänniemi et al., arXiv:1904.06991, eqs. 1 and 2). The manifold of a set is
/// the union of balls about its points, each up to its k-th nearest neighbour in the set. Precision falls where samples do
/// not look like data, recall where some of the data's variety is missing.
/// </summary>
/// <param name="Precision">The share of generated samples on the manifold of the data.</param>
/// <param name="Recall">The share of data on the manifold of the generated samples.</param>
public readonly record struct PrecisionRecall(double Precision, double Recall)
{
    /// <summary>The default of k.</summary>
    public const int DefaultNeighbours = 5;

    // So many rows of distances exist at a time: 20 MB for 10,000 points.
    private const int BlockRows = 256;

    /// <summary>Measures samples.</summary>
    /// <param name="data">Features of real data, [N, D], N more than k, finite.</param>
    /// <param name="generated">Features of generated samples, [M, D], M more than k, finite.</param>
    /// <param name="neighbours">k.</param>
    /// <exception cref="ArgumentException">Other shapes, or not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">k is less than 1.</exception>
    public static PrecisionRecall Between<T>(Tensor<T> data, Tensor<T> generated, int neighbours = DefaultNeighbours)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        double[] x = FeatureRows.Of(data, neighbours + 1), y = FeatureRows.Of(generated, neighbours + 1);
        int d = data.Shape[1], n = data.Shape[0], m = generated.Shape[0];
        if (generated.Shape[1] != d)
            throw new ArgumentException($"The data have {d} features, but the generated samples {generated.Shape[1]}; they must be of the same classifier.", nameof(generated));

        // Distances do not change, but their rounding is smallest about the origin.
        _ = FeatureRows.Centre(y, d, FeatureRows.Centre(x, d, null));
        double[] radiiX = SquaredRadii(x, n, d, neighbours), radiiY = SquaredRadii(y, m, d, neighbours);
        bool[] onX = new bool[m], onY = new bool[n];
        Distances(x, n, y, m, d, (from, block) =>
        {
            Chunks.For(block.Length / m, 16, (first, last) =>
            {
                for (int i = first; i < last; i++)
                    onY[from + i] = AnyInside(block.AsSpan(i * m, m), radiiY);
            });
            Chunks.For(m, 256, (first, last) =>
            {
                for (int i = 0; i < block.Length / m; i++)
                {
                    for (int j = first; j < last; j++)
                        onX[j] |= block[(i * m) + j] <= radiiX[from + i];
                }
            });
        });
        return new PrecisionRecall(onX.Count(inside => inside) / (double)m, onY.Count(inside => inside) / (double)n);
    }

    private static bool AnyInside(ReadOnlySpan<double> squares, double[] radii)
    {
        for (int j = 0; j < radii.Length; j++)
        {
            if (squares[j] <= radii[j])
                return true;
        }

        return false;
    }

    /// <summary>The squared distance of each point to its k-th nearest other point.</summary>
    private static double[] SquaredRadii(double[] points, int n, int d, int neighbours)
    {
        double[] radii = new double[n];
        Distances(points, n, points, n, d, (from, block) => Chunks.For(block.Length / n, 16, (first, last) =>
        {
            // The k nearest so far, ascending.
            Span<double> nearest = neighbours <= 128 ? stackalloc double[neighbours] : new double[neighbours];
            for (int i = first; i < last; i++)
            {
                nearest.Fill(double.PositiveInfinity);
                for (int j = 0; j < n; j++)
                {
                    double square = block[(i * n) + j];
                    if (square >= nearest[^1] || j == from + i)
                        continue;
                    int at = neighbours - 1;
                    for (; at > 0 && nearest[at - 1] > square; at--)
                        nearest[at] = nearest[at - 1];
                    nearest[at] = square;
                }

                radii[from + i] = nearest[^1];
            }
        }));
        return radii;
    }

    /// <summary>Squared distances |x|² + |y|² - 2·x·y of all pairs, a block of rows at a time: (first row, [rows, M]).</summary>
    private static void Distances(double[] x, int n, double[] y, int m, int d, Action<int, double[]> take)
    {
        double[] lengthsX = Squares(x, n, d), lengthsY = Squares(y, m, d), block = [];
        for (int from = 0; from < n; from += BlockRows)
        {
            int rows = Math.Min(BlockRows, n - from);
            if (block.Length != rows * m)
                block = new double[rows * m];
            MatrixProduct.Multiply<double>(rows, m, d, x.AsSpan(from * d, rows * d), false, y, true, block);
            double[] products = block;
            Chunks.For(rows, 16, (first, last) =>
            {
                for (int i = first; i < last; i++)
                {
                    var row = products.AsSpan(i * m, m);
                    TensorPrimitives.MultiplyAdd(row, -2, lengthsY, row);
                    TensorPrimitives.Add(row, lengthsX[from + i], row);
                }
            });
            take(from, block);
        }
    }

    private static double[] Squares(double[] points, int n, int d)
    {
        double[] squares = new double[n];
        for (int i = 0; i < n; i++)
            squares[i] = TensorPrimitives.SumOfSquares<double>(points.AsSpan(i * d, d));
        return squares;
    }
}
