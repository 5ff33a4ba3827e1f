using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Metrics;

/// <summary>The mean and the covariance of features: what <see cref="FrechetDistance"/> compares.</summary>
/// <param name="Count">The number of samples, N.</param>
/// <param name="Mean">The mean, [D].</param>
/// <param name="Covariance">The covariance with N - 1, [D, D].</param>
public sealed record FeatureStatistics(int Count, ReadOnlyMemory<double> Mean, ReadOnlyMemory<double> Covariance)
{
    /// <summary>The statistics of features, computed in double.</summary>
    /// <param name="features">[N, D], N at least 2, finite.</param>
    /// <exception cref="ArgumentException">Another shape, or not finite.</exception>
    public static FeatureStatistics Of<T>(Tensor<T> features)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] rows = FeatureRows.Of(features, least: 2);
        int n = features.Shape[0], d = features.Shape[1];
        double[] mean = FeatureRows.Centre(rows, d, null), covariance = new double[d * d];
        MatrixProduct.Multiply<double>(d, d, n, rows, transposeA: true, rows, transposeB: false, covariance);
        for (int i = 0; i < covariance.Length; i++)
            covariance[i] /= n - 1;
        return new FeatureStatistics(n, mean, covariance);
    }
}

/// <summary>
/// The Fréchet distance of two sets of features, each taken for a normal distribution (Heusel et al., arXiv:1706.08500,
/// eq. 6): |m1 - m2|² + tr(C1 + C2 - 2·(C1·C2)^½). It is 0 for equal moments, and of the square of the features' unit. Of N
/// samples each it is too large by about c/N even where the distributions agree, so only equal numbers compare.
/// </summary>
public static class FrechetDistance
{
    /// <summary>The distance of two sets of features.</summary>
    /// <param name="first">[N, D], N at least 2, finite.</param>
    /// <param name="second">[M, D], M at least 2, finite.</param>
    /// <exception cref="ArgumentException">Other shapes, or not finite.</exception>
    public static double Between<T>(Tensor<T> first, Tensor<T> second)
        where T : unmanaged, IFloatingPointIeee754<T> => Between(FeatureStatistics.Of(first), FeatureStatistics.Of(second));

    /// <summary>The distance of two normal distributions.</summary>
    /// <exception cref="ArgumentException">Different numbers of features.</exception>
    public static double Between(FeatureStatistics first, FeatureStatistics second)
    {
        int d = first.Mean.Length;
        if (second.Mean.Length != d)
            throw new ArgumentException($"The first set has {d} features, but the second {second.Mean.Length}; they must be of the same classifier.", nameof(second));

        // tr (C1·C2)^½ = tr (R·C2·R)^½ with R = C1^½: symmetric, so its eigenvalues are real and at least 0 but for rounding.
        double[] root = Root(first.Covariance.Span, d), half = new double[d * d], product = new double[d * d];
        MatrixProduct.Multiply<double>(d, d, d, root, false, second.Covariance.Span, false, half);
        MatrixProduct.Multiply<double>(d, d, d, half, false, root, false, product);
        double distance = 0;
        foreach (double value in SymmetricEigen.Of(product, d).Values)
            distance -= 2 * Math.Sqrt(Math.Max(0, value));
        for (int i = 0; i < d; i++)
        {
            double apart = first.Mean.Span[i] - second.Mean.Span[i];
            distance += (apart * apart) + first.Covariance.Span[(i * d) + i] + second.Covariance.Span[(i * d) + i];
        }

        return Math.Max(0, distance);
    }

    // V·diag(√values)·V'.
    private static double[] Root(ReadOnlySpan<double> matrix, int d)
    {
        var (values, vectors) = SymmetricEigen.Of(matrix, d);
        double[] scaled = new double[d * d], root = new double[d * d];
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++)
                scaled[(i * d) + j] = vectors[(i * d) + j] * Math.Sqrt(Math.Max(0, values[j]));
        }

        MatrixProduct.Multiply<double>(d, d, d, scaled, false, vectors, true, root);
        return root;
    }
}
