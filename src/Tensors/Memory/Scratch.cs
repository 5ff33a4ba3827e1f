using System.Numerics;

namespace Diffusion.Tensors.Memory;

/// <summary>What a piece of scratch memory is used for; two uses at once on one thread need two slots.</summary>
internal enum ScratchSlot
{
    PackedA,
    PackedB,
    Image,
    Image2,
    Statistics,
    Sums,
    Column,
    Count,
}

/// <summary>Memory that kernels reuse from call to call, a few buffers for each thread. What is in it does not outlive the call.</summary>
internal static unsafe class Scratch<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [ThreadStatic]
    private static Tensor<T>?[]? t_buffers;

    /// <summary>At least <paramref name="length"/> aligned elements with undefined content. The memory is pinned, so the pointer stays valid.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than an array can have: a product of sizes whose result may still be small.</exception>
    public static T* Get(ScratchSlot slot, nint length)
    {
        var buffers = t_buffers ??= new Tensor<T>?[(int)ScratchSlot.Count];
        var buffer = buffers[(int)slot];
        if (buffer is null || buffer.Length < length)
            buffers[(int)slot] = buffer = Tensor<T>.Uninitialized([Capacity(length)]);
        return (T*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref buffer.Span[0]);
    }

    /// <summary>How much is taken where so much is asked for: a quarter more, so that slowly growing sizes do not allocate each time.</summary>
    internal static int Capacity(nint length)
    {
        if (length > AlignedMemory.MostElements)
            throw new ArgumentOutOfRangeException(nameof(length), $"A kernel needs {length} numbers of memory for intermediate results; there can be {AlignedMemory.MostElements}.");
        return (int)Math.Min(Math.Max(length, 1024) * 5 / 4, AlignedMemory.MostElements);
    }
}
