using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Metrics;

/// <summary>
/// The distance between sets of points as the mean of 1-D Wasserstein-1 distances of their projections onto directions: in
/// two dimensions equally spaced in [0, pi), in others drawn once and for all, uniform on the sphere (Bonneel et al., 2015).
/// Keeps the sorted projections of a reference, so that many sets are compared to it fast.
/// </summary>
/// <remarks>
/// Projections are rounded to single precision, sums are in double and in a fixed order: the same to the last bit for any
/// number of threads. Two sets of 50,000 points from the two-pixel mixture are 0.003 to 0.004 apart. Drawn directions leave
/// the mean over all directions uncertain by a relative 0.6/sqrt(directions) in three dimensions, about 0.75/sqrt(directions)
/// in many; they are the same for all sets, so what is compared under them compares.
/// </remarks>
public sealed class SlicedWasserstein
{
    /// <summary>The default number of directions.</summary>
    public const int DefaultDirections = 256;

    private readonly float[][] _reference;
    private readonly double[][] _directions;

    private SlicedWasserstein(float[][] reference, double[][] directions) => (_reference, _directions) = (reference, directions);

    /// <summary>The number of directions.</summary>
    public int Directions => _reference.Length;

    /// <summary>The number of points of the reference.</summary>
    public int Count => _reference[0].Length;

    /// <summary>The number of dimensions of a point.</summary>
    public int Dimensions => _directions[0].Length;

    /// <summary>Projects and sorts a reference; takes 4 bytes for each point and direction.</summary>
    /// <param name="reference">Points of d numbers, such as [N, 2, 1] or [N, d]; at least one, finite.</param>
    /// <param name="directions">The number of directions, at least 1.</param>
    /// <exception cref="ArgumentException">No points, or not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Less than one direction.</exception>
    public static SlicedWasserstein To<T>(Tensor<T> reference, int directions = DefaultDirections)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(directions, 1);
        var (count, d) = Points.Measure(reference);
        double[][] spread = Spread(directions, d);
        float[][] sorted = new float[directions][];
        _ = Parallel.For(0, directions, Chunks.Options, () => new float[count], (k, _, scratch) =>
        {
            sorted[k] = new float[count];
            ProjectAndSort(reference, spread[k], sorted[k], scratch);
            return scratch;
        }, _ => { });
        return new SlicedWasserstein(sorted, spread);
    }

    /// <summary>The distance of a set of points, of any size, to the reference.</summary>
    /// <param name="points">Points of as many dimensions; at least one, finite.</param>
    /// <exception cref="ArgumentException">No points, of other dimensions, or not finite.</exception>
    public double Distance<T>(Tensor<T> points)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int count = Points.Count(points, Dimensions);
        double[] distances = new double[Directions];
        _ = Parallel.For(0, Directions, Chunks.Options, () => (Sorted: new float[count], Scratch: new float[count]), (k, _, memory) =>
        {
            ProjectAndSort(points, _directions[k], memory.Sorted, memory.Scratch);
            distances[k] = Wasserstein.OfSorted(memory.Sorted, _reference[k]);
            return memory;
        }, _ => { });

        double total = 0;
        foreach (double distance in distances)
            total += distance;
        return total / Directions;
    }

    /// <summary>The distance between two sets of points, of any sizes.</summary>
    /// <exception cref="ArgumentException">No points, of other dimensions, or not finite.</exception>
    public static double Between<T>(Tensor<T> first, Tensor<T> second, int directions = DefaultDirections)
        where T : unmanaged, IFloatingPointIeee754<T> => To(second, directions).Distance(first);

    private static void ProjectAndSort<T>(Tensor<T> points, double[] direction, float[] sorted, float[] scratch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var span = points.Span;
        for (int i = 0; i < sorted.Length; i++)
        {
            var point = span.Slice(i * direction.Length, direction.Length);
            double sum = direction[0] * double.CreateTruncating(point[0]);
            for (int c = 1; c < direction.Length; c++)
                sum += direction[c] * double.CreateTruncating(point[c]);
            sorted[i] = (float)sum;
        }

        RadixSort.Sort(sorted, scratch);
    }

    // Unit vectors; in another number than two of dimensions, normal ones made so long. A direction does not depend on how many there are.
    private static double[][] Spread(int count, int d)
    {
        double[][] directions = new double[count][];
        var stream = new RandomSource(0).For(Purpose.Metrics).At(0);
        for (int k = 0; k < count; k++)
        {
            double[] direction = directions[k] = new double[d];
            if (d == 2)
            {
                (direction[1], direction[0]) = Math.SinCos(Math.PI * k / count);
                continue;
            }

            stream.Normal(direction.AsSpan(), perSample: d, firstSample: k);
            double length = Math.Sqrt(direction.Sum(value => value * value));
            for (int c = 0; c < d; c++)
                direction[c] /= length;
        }

        return directions;
    }
}
