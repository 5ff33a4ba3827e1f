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
    public static T* Get(ScratchSlot slot, int length)
    {
        var buffers = t_buffers ??= new Tensor<T>?[(int)ScratchSlot.Count];
        var buffer = buffers[(int)slot];
        if (buffer is null || buffer.Length < length)
            buffers[(int)slot] = buffer = Tensor<T>.Uninitialized([Math.Max(length, 1024) * 5 / 4]);
        return (T*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref buffer.Span[0]);
    }
}
