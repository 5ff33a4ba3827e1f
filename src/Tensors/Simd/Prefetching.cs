using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Diffusion.Tensors.Simd;

/// <summary>
/// Asks for memory that will soon be read or written. A processor fetches ahead what is read in turn; parts of rows that lie apart
/// it does not, and then waits for each. Stores end in order, so each that misses the caches holds up all after it.
/// Asked for beforehand, many lines come at once.
/// </summary>
internal static unsafe class Prefetching
{
    private const int LineBytes = 64;

    /// <summary>The cache lines of some elements; does nothing where the processor has no such instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch<T>(T* start, nint length)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!Sse.IsSupported || length <= 0)
            return;
        byte* last = (byte*)(start + length) - 1;
        for (byte* at = (byte*)start; at < last; at += LineBytes)
            Sse.Prefetch0(at);
        Sse.Prefetch0(last);
    }

    /// <summary>The cache line of one element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FetchLine<T>(T* at)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(at);
    }
}
