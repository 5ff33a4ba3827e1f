using System.Numerics;

namespace Diffusion.Tensors.Memory;

/// <summary>
/// Buffers that are used again and again: in steady state renting allocates no array. Sizes are rounded up to four steps
/// for each power of two. Not safe for several threads at once: each tape has its own.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class TensorPool<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Classes = 128, Smallest = 64;

    private readonly Stack<Tensor<T>>[] _free = new Stack<Tensor<T>>[Classes];

    /// <summary>The bytes of all buffers that the pool has ever made.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>A tensor with undefined elements.</summary>
    public Tensor<T> Rent(Shape shape)
    {
        var (index, capacity) = SizeClass(shape.Length);
        var free = _free[index] ??= new();
        if (free.TryPop(out var tensor))
            return tensor.Shape == shape ? tensor : new Tensor<T>(shape, tensor.Buffer.Memory, tensor.Buffer.Start);
        AllocatedBytes += (long)capacity * System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        var (memory, start) = AlignedMemory.Allocate<T>(capacity);
        return new Tensor<T>(shape, memory, start);
    }

    /// <summary>Takes back a tensor that <see cref="Rent"/> gave; nobody may use it, or a reshaped view of it, any more.</summary>
    public void Return(Tensor<T> tensor)
    {
        var (index, _) = SizeClass(tensor.Length);
        (_free[index] ??= new()).Push(tensor);
    }

    // Capacities 64, 80, 96, 112, 128, 160, ...: the leading bit and the two bits after it.
    private static (int Index, int Capacity) SizeClass(int length)
    {
        if (length <= Smallest)
            return (0, Smallest);
        int power = BitOperations.Log2((uint)(length - 1));
        int step = 1 << (power - 2);
        int quarter = (length - 1 - (1 << power)) / step;
        return (((power - 6) * 4) + quarter + 1, (int)Math.Clamp((1L << power) + ((quarter + 1L) * step), length, Math.Max(length, AlignedMemory.MostElements)));
    }
}
