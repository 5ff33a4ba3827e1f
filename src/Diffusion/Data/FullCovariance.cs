using Diffusion.Numerics;

namespace Diffusion.Data;

/// <summary>A covariance Sigma = V·diag(variances)·V' with its factors, which serve every noise level: A·Sigma + B·I has the same V. Immutable.</summary>
internal sealed class FullCovariance
{
    /// <summary>Two elements that should be equal may differ by so much of the largest: what rounding leaves.</summary>
    private const double Asymmetry = 1e-12;

    private FullCovariance(double[] matrix, double[] variances, double[] axes)
    {
        int d = variances.Length;
        Matrix = matrix;
        Variances = variances;
        Axes = axes;
        Root = new double[d * d];
        Add(Root, d, axes, i => Math.Sqrt(variances[i]));
    }

    /// <summary>Sigma, [d, d], symmetric to the bit.</summary>
    public double[] Matrix { get; }

    /// <summary>The eigenvalues, [d], all positive.</summary>
    public double[] Variances { get; }

    /// <summary>V, [d, d], row-major: column i is the axis of variance i.</summary>
    public double[] Axes { get; }

    /// <summary>The symmetric root Sigma^½, [d, d]. Unlike V, it does not depend on how the eigenvalues were found.</summary>
    public double[] Root { get; }

    /// <summary>sum += V·diag(values)·V'.</summary>
    public static void Add(Span<double> sum, int d, ReadOnlySpan<double> axes, Func<int, double> values)
    {
        for (int k = 0; k < d; k++)
        {
            double value = values(k);
            for (int i = 0; i < d; i++)
            {
                // One product for [i, j] and [j, i], so that the sum is symmetric to the bit.
                for (int j = 0; j <= i; j++)
                {
                    double term = value * (axes[(i * d) + k] * axes[(j * d) + k]);
                    sum[(i * d) + j] += term;
                    if (i != j)
                        sum[(j * d) + i] += term;
                }
            }
        }
    }

    /// <summary>Checks and factorises the covariance of a component.</summary>
    /// <param name="covariance">[d, d], row-major.</param>
    /// <param name="mean">The component's mean, [d], which names it in errors.</param>
    /// <exception cref="ArgumentException">Another size, not finite, not symmetric, or not positive definite.</exception>
    public static FullCovariance Of(ReadOnlySpan<double> covariance, ReadOnlySpan<double> mean)
    {
        int d = mean.Length;
        string name = $"The Covariance of the component with the Mean {Text(mean)}";
        if (covariance.Length != (long)d * d)
            throw new ArgumentException($"{name} has {covariance.Length} numbers; accepted is [{d}, {d}], {(long)d * d} numbers.", nameof(covariance));
        double largest = 0;
        for (int i = 0; i < covariance.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(covariance[i]));
            if (!double.IsFinite(covariance[i] * covariance[i]))
                throw new ArgumentException($"{name} is {covariance[i]} at [{i / d}, {i % d}]; it must be finite, and so must its square.", nameof(covariance));
        }

        double[] matrix = new double[d * d];
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++)
            {
                double one = covariance[(i * d) + j], other = covariance[(j * d) + i];
                if (Math.Abs(one - other) > Asymmetry * largest)
                    throw new ArgumentException($"{name} is {one} at [{i}, {j}] and {other} at [{j}, {i}]; it must be symmetric.", nameof(covariance));
                matrix[(i * d) + j] = one == other ? one : (one + other) / 2;
            }
        }

        // What is below the rounding of the largest eigenvalue is 0 or negative as far as anyone can tell.
        var (variances, axes) = SymmetricEigen.Of(matrix, d);
        double least = variances.Min();
        return least > d * Math.ScaleB(1, -52) * variances.Max() ? new FullCovariance(matrix, variances, axes)
            : throw new ArgumentException($"{name} has the eigenvalue {least:G6}, the largest being {variances.Max():G6}; it must be positive definite.", nameof(covariance));
    }

    private static string Text(ReadOnlySpan<double> mean) =>
        mean.Length <= 4 ? $"({string.Join(", ", mean.ToArray())})" : $"({string.Join(", ", mean[..3].ToArray())}, ... {mean.Length} numbers)";
}
