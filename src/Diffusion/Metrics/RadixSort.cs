using System.Runtime.InteropServices;

namespace Diffusion.Metrics;

/// <summary>
/// Sorts finite floats in three passes of counting 11 bits each: a few times faster than comparing, from some thousands of
/// numbers on.
/// </summary>
internal static class RadixSort
{
    private const int Bits = 11, Buckets = 1 << Bits, Mask = Buckets - 1;

    /// <summary>Sorts <paramref name="values"/> in place, ascending (-0 before 0).</summary>
    /// <param name="values">Finite numbers.</param>
    /// <param name="scratch">As long, overwritten.</param>
    public static void Sort(Span<float> values, Span<float> scratch)
    {
        var keys = MemoryMarshal.Cast<float, uint>(values);
        var other = MemoryMarshal.Cast<float, uint>(scratch)[..keys.Length];
        Span<int> counts = stackalloc int[3 * Buckets];
        counts.Clear();
        var low = counts[..Buckets];
        var middle = counts.Slice(Buckets, Buckets);
        var high = counts[(2 * Buckets)..];
        for (int i = 0; i < keys.Length; i++)
        {
            // Bits of floats order like unsigned integers once negative ones are flipped and positive ones set the sign.
            uint bits = keys[i], key = bits ^ ((uint)((int)bits >> 31) | 0x80000000);
            keys[i] = key;
            low[(int)key & Mask]++;
            middle[(int)(key >> Bits) & Mask]++;
            high[(int)(key >> (2 * Bits))]++;
        }

        Scatter(keys, other, low, 0);
        Scatter(other, keys, middle, Bits);
        Scatter(keys, other, high, 2 * Bits);
        for (int i = 0; i < keys.Length; i++)
            keys[i] = other[i] ^ ((uint)((int)~other[i] >> 31) | 0x80000000);
    }

    private static void Scatter(ReadOnlySpan<uint> from, Span<uint> to, Span<int> counts, int shift)
    {
        int start = 0;
        for (int bucket = 0; bucket < counts.Length; bucket++)
        {
            int count = counts[bucket];
            counts[bucket] = start;
            start += count;
        }

        foreach (uint key in from)
            to[counts[(int)(key >> shift) & Mask]++] = key;
    }
}
