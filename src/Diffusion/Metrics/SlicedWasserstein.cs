using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Metrics;

/// <summary>
/// The distance between sets of points as the mean of 1-D Wasserstein-1 distances of their projections onto directions that
/// are equally spaced in [0, pi). Keeps the sorted projections of a reference, so that many sets are compared to it fast.
/// </summary>
/// <remarks>
/// Projections are rounded to single precision, sums are in double and in a fixed order: the same to the last bit for any
/// number of threads. Two sets of 50,000 points from the two-pixel mixture are 0.003 to 0.004 apart.
/// </remarks>
public sealed class SlicedWasserstein
{
    /// <summary>The default number of directions.</summary>
    public const int DefaultDirections = 256;

    private readonly float[][] _reference;

    private SlicedWasserstein(float[][] reference) => _reference = reference;

    /// <summary>The number of directions.</summary>
    public int Directions => _reference.Length;

    /// <summary>The number of points of the reference.</summary>
    public int Count => _reference[0].Length;

    /// <summary>Projects and sorts a reference; takes 4 bytes for each point and direction.</summary>
    /// <param name="reference">Pixel pairs, such as [N, 2, 1]; at least one, finite.</param>
    /// <param name="directions">The number of directions, at least 1.</param>
    /// <exception cref="ArgumentException">Not pixel pairs, or not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Less than one direction.</exception>
    public static SlicedWasserstein To<T>(Tensor<T> reference, int directions = DefaultDirections)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(directions, 1);
        int count = Points.Count(reference);
        float[][] sorted = new float[directions][];
        _ = Parallel.For(0, directions, Chunks.Options, () => new float[count], (k, _, scratch) =>
        {
            sorted[k] = new float[count];
            ProjectAndSort(reference, k, directions, sorted[k], scratch);
            return scratch;
        }, _ => { });
        return new SlicedWasserstein(sorted);
    }

    /// <summary>The distance of a set of points, of any size, to the reference.</summary>
    /// <param name="points">Pixel pairs, such as [N, 2, 1]; at least one, finite.</param>
    /// <exception cref="ArgumentException">Not pixel pairs, or not finite.</exception>
    public double Distance<T>(Tensor<T> points)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int count = Points.Count(points);
        double[] distances = new double[Directions];
        _ = Parallel.For(0, Directions, Chunks.Options, () => (Sorted: new float[count], Scratch: new float[count]), (k, _, memory) =>
        {
            ProjectAndSort(points, k, Directions, memory.Sorted, memory.Scratch);
            distances[k] = Wasserstein.OfSorted(memory.Sorted, _reference[k]);
            return memory;
        }, _ => { });

        double total = 0;
        foreach (double distance in distances)
            total += distance;
        return total / Directions;
    }

    /// <summary>The distance between two sets of points, of any sizes.</summary>
    /// <exception cref="ArgumentException">Not pixel pairs, or not finite.</exception>
    public static double Between<T>(Tensor<T> first, Tensor<T> second, int directions = DefaultDirections)
        where T : unmanaged, IFloatingPointIeee754<T> => To(second, directions).Distance(first);

    private static void ProjectAndSort<T>(Tensor<T> points, int direction, int directions, float[] sorted, float[] scratch)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (sin, cos) = Math.SinCos(Math.PI * direction / directions);
        var span = points.Span;
        for (int i = 0; i < sorted.Length; i++)
            sorted[i] = (float)((cos * double.CreateTruncating(span[2 * i])) + (sin * double.CreateTruncating(span[(2 * i) + 1])));
        RadixSort.Sort(sorted, scratch);
    }
}
