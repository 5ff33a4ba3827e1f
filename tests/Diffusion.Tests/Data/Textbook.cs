using Diffusion.Data;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Tests.Data;

/// <summary>Small matrices, [n, n] row-major, as a textbook has them, and mixtures to try.</summary>
internal static class Textbook
{
    /// <summary>Two components in one dimension; two, tilted and overlapping, in two; a mixed three in three; one, and two, in five.</summary>
    public static GaussianMixture[] Mixtures { get; } =
    [
        new([new MixtureComponent(.3, [-1], .2), new MixtureComponent(.7, [.5], [.6])]),
        Tilted(),
        new([new MixtureComponent(.2, [0, 1, -1], Covariance(3, 1)), new MixtureComponent(.5, [.4, -.3, .2], .3), new MixtureComponent(.3, [-1, 0, 1], Covariance(3, 2))]),
        new([new MixtureComponent(1, [1, -1, .5, 0, 2], Covariance(5, 3))]),
        new([new MixtureComponent(.4, [1, -1, .5, 0, .2], Covariance(5, 4)), new MixtureComponent(.6, [0, .3, .5, -.5, .1], Covariance(5, 5))]),
    ];

    public static GaussianMixture Tilted() => new(
    [
        new MixtureComponent(.4, [-.3, .5], [.5, .3, .3, .4]),
        new MixtureComponent(.6, [.6, -.2], [.2, -.15, -.15, .3]),
    ]);

    /// <summary>B·B'/n + 0.05·I of normal numbers B.</summary>
    public static double[] Covariance(int n, int seed)
    {
        double[] b = new RandomSource((ulong)seed).For(Purpose.Metrics).At(n).Normal<double>([n, n]).Span.ToArray();
        double[] covariance = Product(n, b, Transposed(n, b));
        for (int i = 0; i < covariance.Length; i++)
            covariance[i] = (covariance[i] / n) + (i % (n + 1) == 0 ? .05 : 0);
        return covariance;
    }

    /// <summary>An orthogonal matrix, by Gram and Schmidt.</summary>
    public static double[] Rotation(int n, int seed)
    {
        double[] q = new RandomSource((ulong)seed).For(Purpose.Metrics).At(n + 100).Normal<double>([n, n]).Span.ToArray();
        for (int i = 0; i < n; i++)
        {
            for (int k = 0; k < i; k++)
            {
                double overlap = Enumerable.Range(0, n).Sum(j => q[(i * n) + j] * q[(k * n) + j]);
                for (int j = 0; j < n; j++)
                    q[(i * n) + j] -= overlap * q[(k * n) + j];
            }

            double length = Math.Sqrt(Enumerable.Range(0, n).Sum(j => q[(i * n) + j] * q[(i * n) + j]));
            for (int j = 0; j < n; j++)
                q[(i * n) + j] /= length;
        }

        return q;
    }

    public static double[] Transposed(int n, double[] a) => [.. Enumerable.Range(0, n * n).Select(at => a[(at % n * n) + (at / n)])];

    /// <summary>A·B; or A·x for a vector of n numbers.</summary>
    public static double[] Product(int n, double[] a, double[] b)
    {
        int columns = b.Length / n;
        double[] product = new double[n * columns];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < columns; j++)
                product[(i * columns) + j] = Enumerable.Range(0, n).Sum(k => a[(i * n) + k] * b[(k * columns) + j]);
        }

        return product;
    }

    /// <summary>a·A + b·I.</summary>
    public static double[] Shifted(int n, double a, double[] matrix, double b) => [.. matrix.Select((value, at) => (a * value) + (at % (n + 1) == 0 ? b : 0))];

    /// <summary>The inverse and the determinant by Gauss and Jordan.</summary>
    public static (double[] Inverse, double Determinant) Inverse(int n, double[] matrix)
    {
        double[] a = [.. matrix], inverse = Shifted(n, 0, matrix, 1);
        double determinant = 1;
        for (int p = 0; p < n; p++)
        {
            double pivot = a[(p * n) + p];
            determinant *= pivot;
            for (int j = 0; j < n; j++)
                (a[(p * n) + j], inverse[(p * n) + j]) = (a[(p * n) + j] / pivot, inverse[(p * n) + j] / pivot);
            for (int i = 0; i < n; i++)
            {
                double factor = i == p ? 0 : a[(i * n) + p];
                for (int j = 0; j < n; j++)
                {
                    a[(i * n) + j] -= factor * a[(p * n) + j];
                    inverse[(i * n) + j] -= factor * inverse[(p * n) + j];
                }
            }
        }

        return (inverse, determinant);
    }

    /// <summary>The mixture in a rotated frame: Q·m, Q·Sigma·Q'.</summary>
    public static GaussianMixture Rotated(GaussianMixture mixture, double[] q)
    {
        int n = mixture.Dimensions;
        return new GaussianMixture([.. mixture.Components.Select(c => new MixtureComponent(
            c.Weight, Product(n, q, c.Mean.ToArray()), Product(n, Product(n, q, c.Covariance.ToArray()), Transposed(n, q))))]);
    }
}
