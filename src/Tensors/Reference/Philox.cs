using System.Numerics;

namespace Diffusion.Tensors.Reference;

/// <summary>
/// The counter-based generator Philox 4x32-10 in 64-bit arithmetic, round by round (Salmon, Moraes, Dror, Shaw: Parallel
/// random numbers: as easy as 1, 2, 3, SC 2011), and the numbers that are made from its words.
/// </summary>
public static class Philox
{
    /// <summary>Four random words of four words of counter and two of key.</summary>
    public static uint[] Block(ReadOnlySpan<uint> counter, ReadOnlySpan<uint> key)
    {
        uint[] c = counter.ToArray(), k = key.ToArray();
        for (int round = 0; round < 10; round++)
        {
            ulong left = 0xD2511F53UL * c[0], right = 0xCD9E8D57UL * c[2];
            c = [High(right) ^ c[1] ^ k[0], Low(right), High(left) ^ c[3] ^ k[1], Low(left)];
            k = [Low(k[0] + 0x9E3779B9UL), Low(k[1] + 0xBB67AE85UL)];
        }

        return c;
    }

    /// <summary>Number i of a sample, uniform in [0, 1): word i of the sample, its upper 24 bits for float.</summary>
    /// <param name="counter">The counter with block 0 in its first word.</param>
    /// <param name="key">The key.</param>
    /// <param name="i">Which number of the sample.</param>
    public static T Uniform<T>(ReadOnlySpan<uint> counter, ReadOnlySpan<uint> key, int i)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        uint word = Word(counter, key, i);
        return T.CreateChecked(typeof(T) == typeof(float) ? (word >> 8) / Math.Pow(2, 24) : word / Math.Pow(2, 32));
    }

    /// <summary>
    /// Number i of a sample, standard normal by Box and Muller: with u in (0, 1) and v in [0, 1) from words 2j and 2j + 1,
    /// numbers 2j and 2j + 1 are √(-2 ln u)·cos 2πv and √(-2 ln u)·sin 2πv.
    /// </summary>
    /// <param name="counter">The counter with block 0 in its first word.</param>
    /// <param name="key">The key.</param>
    /// <param name="i">Which number of the sample.</param>
    public static T Normal<T>(ReadOnlySpan<uint> counter, ReadOnlySpan<uint> key, int i)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int pair = i / 2 * 2;
        double u = (Word(counter, key, pair) + 0.5) / Math.Pow(2, 32), v = Word(counter, key, pair + 1) / Math.Pow(2, 32);
        double radius = Math.Sqrt(-2 * Math.Log(u));
        return T.CreateChecked(radius * (i % 2 == 0 ? Math.Cos(2 * Math.PI * v) : Math.Sin(2 * Math.PI * v)));
    }

    // Words come in blocks of four; the first word of the counter counts the blocks of a sample.
    private static uint Word(ReadOnlySpan<uint> counter, ReadOnlySpan<uint> key, int i) =>
        Block([(uint)(i / 4), counter[1], counter[2], counter[3]], key)[i % 4];

    private static uint High(ulong product) => (uint)(product >> 32);

    private static uint Low(ulong product) => (uint)product;
}
