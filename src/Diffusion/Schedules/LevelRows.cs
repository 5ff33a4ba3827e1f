using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Schedules;

/// <summary>Sums of two tensors with a pair of factors for each sample, which follow from the sample's level.</summary>
internal static class LevelRows
{
    /// <summary>destination = fx·x + fy·y, the factors of each sample in double. The destination may be x or y.</summary>
    /// <param name="levels">One level for all samples, or one for each.</param>
    /// <param name="x">[N, ...].</param>
    /// <param name="y">The same shape.</param>
    /// <param name="destination">The same shape.</param>
    /// <param name="factors">The pair of a level.</param>
    public static void Combine<T>(ReadOnlySpan<NoiseLevel> levels, Tensor<T> x, Tensor<T> y, Tensor<T> destination, Func<NoiseLevel, (double X, double Y)> factors)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int length = PerLevel(levels, x);
        for (int i = 0; i < levels.Length; i++)
        {
            var (fx, fy) = factors(levels[i]);
            int from = i * length;
            Fused.Combine(T.CreateTruncating(fx), x.Span.Slice(from, length), T.CreateTruncating(fy), y.Span.Slice(from, length), destination.Span.Slice(from, length));
        }
    }

    /// <summary>How many numbers of a tensor belong to one level.</summary>
    public static int PerLevel<T>(ReadOnlySpan<NoiseLevel> levels, Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => levels.Length == 0 ? 0 : x.Length / levels.Length;
}
