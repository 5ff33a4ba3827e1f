using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Diffusion.Tensors.Simd;

/// <summary>
/// Stores that go past the caches. A usual store reads its line from memory first; where a result is larger than the caches,
/// so that none of it will still be there when it is used, that costs a third of the time of y = f(x).
/// </summary>
internal static unsafe class Streaming
{
    /// <summary>From this size on a result does not stay in the cache: 32 MiB, the third-level cache of one part of a processor.</summary>
    private const long LargestCached = 32L << 20;

    /// <summary>Whether a result of so many elements should be stored past the caches.</summary>
    public static bool Pays<T>(long elements)
        where T : unmanaged => Vector256.IsHardwareAccelerated && elements * sizeof(T) > LargestCached;

    /// <summary>Copies what is in the cache to where it will not be needed soon.</summary>
    public static void Copy<T>(T* source, T* target, int length)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = 0;
        while (at < length && ((nuint)(target + at) & 31) != 0)
        {
            target[at] = source[at];
            at++;
        }

        for (; at <= length - Vector256<T>.Count; at += Vector256<T>.Count)
            Vector256.StoreAlignedNonTemporal(Vector256.Load(source + at), target + at);
        for (; at < length; at++)
            target[at] = source[at];

        // Such stores are not ordered among the others: other threads must see them when the task is done.
        if (Sse.IsSupported)
            Sse.StoreFence();
        else
            Thread.MemoryBarrier();
    }
}
