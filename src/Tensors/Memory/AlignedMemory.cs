using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Diffusion.Tensors.Memory;

/// <summary>Pinned managed arrays whose used part starts on a 64-byte boundary (a cache line, a full AVX-512 vector).</summary>
internal static unsafe class AlignedMemory
{
    /// <summary>The alignment in bytes.</summary>
    public const int Alignment = 64;

    /// <summary>The most elements of any type: what an array can have, but for those that alignment may skip.</summary>
    public static readonly int MostElements = Array.MaxLength - Alignment;

    /// <summary>A pinned array and the index of its first aligned element, with room for <paramref name="length"/> elements after it.</summary>
    public static (T[] Memory, int Start) Allocate<T>(int length)
        where T : unmanaged
    {
        if (length > MostElements)
            throw new ArgumentOutOfRangeException(nameof(length), length, $"A tensor has at most {MostElements} elements.");
        var memory = GC.AllocateUninitializedArray<T>(length + (Alignment / sizeof(T)), pinned: true);

        // The array is pinned for life, so its address, and with it the offset, stays as it is.
        nuint address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(memory));
        nuint start = ((address + Alignment - 1) / Alignment * Alignment) - address;
        return (memory, (int)(start / (nuint)sizeof(T)));
    }
}
