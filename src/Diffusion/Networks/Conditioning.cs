using System.Numerics;

namespace Diffusion.Networks;

/// <summary>
/// The distinct times of a batch, and for each sample which of them is its own. What depends on the time alone is computed
/// once for each distinct one: 1 when sampling, at most T when training on integer steps.
/// </summary>
/// <param name="Values">The distinct times, in the order in which they appear.</param>
/// <param name="Index">For each sample, its row of <paramref name="Values"/>.</param>
internal readonly record struct DistinctTimes(double[] Values, int[] Index)
{
    /// <summary>Finds the distinct times by hashing: linear probing in a table at least twice as large as the batch.</summary>
    /// <param name="t">One time for all, or one for each sample.</param>
    /// <param name="index">Receives the row of each sample.</param>
    public static DistinctTimes Of(ReadOnlySpan<double> t, int[] index)
    {
        if (t.Length == 1)
        {
            index.AsSpan().Clear();
            return new([t[0]], index);
        }

        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, 2 * t.Length)), count = 0;
        int[] rows = System.Buffers.ArrayPool<int>.Shared.Rent(size);
        double[] values = System.Buffers.ArrayPool<double>.Shared.Rent(Math.Max(1, t.Length));
        rows.AsSpan(0, size).Fill(-1);
        for (int i = 0; i < t.Length; i++)
        {
            int slot = (int)((BitConverter.DoubleToUInt64Bits(t[i]) * 0x9E3779B97F4A7C15UL) >> 32) & (size - 1);
            while (rows[slot] >= 0 && values[rows[slot]] != t[i])
                slot = (slot + 1) & (size - 1);
            if (rows[slot] < 0)
            {
                rows[slot] = count;
                values[count++] = t[i];
            }

            index[i] = rows[slot];
        }

        double[] distinct = values.AsSpan(0, count).ToArray();
        System.Buffers.ArrayPool<int>.Shared.Return(rows);
        System.Buffers.ArrayPool<double>.Shared.Return(values);
        return new(distinct, index);
    }
}
