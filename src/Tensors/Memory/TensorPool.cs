using System.Numerics;

namespace Diffusion.Tensors.Memory;

/// <summary>
/// Buffers that are used again and again: in steady state renting allocates no array. Sizes are rounded up to four steps
/// for each power of two. Not safe for several threads at once: each tape has its own.
/// </summary>
/// <remarks>
/// Where no buffer of the size is free, one of up to twice the size is taken. So batches of many sizes share buffers, and few are made
/// and let go: the collector cannot move them, and holes between them would stay with the process.
/// The pool is bounded by what was needed lately: whoever uses it calls <see cref="EndUse"/> after each piece of work, and
/// buffers that lay idle through <see cref="Patience"/> of them in a row are let go.
/// </remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class TensorPool<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>After how many uses without need a buffer is let go: long enough for what comes every few dozen steps.</summary>
    public const int Patience = 64;

    // Larger: how many sizes up a free buffer is looked for; four are the double.
    private const int Classes = 128, Smallest = 64, Larger = 4;

    private readonly Stack<Tensor<T>>[] _free = new Stack<Tensor<T>>[Classes];

    // How many buffers of each size have been free all the time since the last look.
    private readonly int[] _idle = new int[Classes];
    private int _uses;

    /// <summary>The bytes of all buffers that the pool holds or has lent.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>A tensor with undefined elements.</summary>
    public Tensor<T> Rent(Shape shape)
    {
        var tensor = RentUnseen(shape);
        tensor.MarkSeen();
        return tensor;
    }

    /// <summary>Takes back a tensor that <see cref="Rent"/> gave. Reading it, or a view of it, throws from now on.</summary>
    public void Return(Tensor<T> tensor)
    {
        var (index, _) = SizeClass(tensor.Owner.Capacity);
        (_free[index] ??= new()).Push(tensor.Owner.EndLease());
    }

    /// <summary>Says that a piece of work, such as a training step, is done. At every <see cref="Patience"/>th, what lay idle since the last one goes.</summary>
    public void EndUse()
    {
        if (++_uses < Patience)
            return;
        _uses = 0;
        for (int index = 0; index < Classes; index++)
            Drop(index, _idle[index]);
    }

    /// <summary>Lets all buffers go that are not lent.</summary>
    public void Trim()
    {
        for (int index = 0; index < Classes; index++)
            Drop(index, int.MaxValue);
    }

    /// <summary>A tensor that nobody outside of the library will hold.</summary>
    internal Tensor<T> RentUnseen(Shape shape)
    {
        var (index, capacity) = SizeClass(shape.Length);
        for (int i = index; i <= Math.Min(index + Larger, Classes - 1); i++)
        {
            if (_free[i] is { } free && free.TryPop(out var tensor))
            {
                _idle[i] = Math.Min(_idle[i], free.Count);
                return tensor.As(shape);
            }
        }

        _idle[index] = 0;
        AllocatedBytes += Bytes(capacity);
        var (memory, start) = AlignedMemory.Allocate<T>(capacity);
        return new Tensor<T>(shape, memory, start);
    }

    private static long Bytes(int capacity) => (long)capacity * System.Runtime.CompilerServices.Unsafe.SizeOf<T>();

    private void Drop(int index, int count)
    {
        if (_free[index] is not { } free)
            return;
        for (; count > 0 && free.TryPop(out var tensor); count--)
            AllocatedBytes -= Bytes(tensor.Capacity);
        _idle[index] = free.Count;
    }

    // Capacities 64, 80, 96, 112, 128, 160, ...: the leading bit and the two bits after it.
    private static (int Index, int Capacity) SizeClass(int length)
    {
        if (length <= Smallest)
            return (0, Smallest);
        int power = BitOperations.Log2((uint)(length - 1));
        int step = 1 << (power - 2);
        int quarter = (length - 1 - (1 << power)) / step;
        return (((power - 6) * 4) + quarter + 1, (int)Math.Max(length, Math.Min(Array.MaxLength - AlignedMemory.Alignment, (1L << power) + ((quarter + 1L) * step))));
    }
}
