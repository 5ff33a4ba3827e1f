using System.Numerics;
using System.Numerics.Tensors;
using Diffusion.Tensors.Memory;

namespace Diffusion.Tensors;

/// <summary>
/// A dense, row-major tensor: a <see cref="Diffusion.Tensors.Shape"/> over a contiguous run of 64-byte-aligned, pinned,
/// managed memory. Reshaping shares the memory; everything else copies. Nothing has to be disposed.
/// </summary>
/// <remarks>
/// A tensor in the memory of a tape or a pool is of use until that memory goes back; from then on reading it throws, as
/// does reading any view of it.
/// </remarks>
/// <typeparam name="T">The number type: <see cref="float"/> or <see cref="double"/>.</typeparam>
public sealed partial class Tensor<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // The tensor that owns the memory: itself, or the one of which this is a view. What follows is the owner's.
    private readonly Tensor<T> _owner;
    private readonly int _start;
    private T[]? _memory;
    private long _writtenAt;

    internal Tensor(Shape shape, T[] memory, int start)
    {
        Shape = shape;
        _memory = memory;
        _start = start;
        _owner = this;
    }

    private Tensor(Shape shape, Tensor<T> parent, int start)
    {
        Shape = shape;
        _owner = parent._owner;
        _start = start;
    }

    /// <summary>The extents, outermost first.</summary>
    public Shape Shape { get; private set; }

    /// <summary>The number of elements.</summary>
    public int Length => Shape.Length;

    /// <summary>The number of dimensions.</summary>
    public int Rank => Shape.Rank;

    /// <summary>All elements in row-major order; writing to it writes to the tensor. Who does that while a tape runs, calls <see cref="MarkWritten"/>.</summary>
    /// <exception cref="ObjectDisposedException">The memory has gone back to the tape or the pool that it was from.</exception>
    public Span<T> Span => Memory.AsSpan(_start, Shape.Length);

    internal Tensor<T> Owner => _owner;

    /// <summary>The elements that the memory has room for, whatever the shape: what <see cref="AlignedMemory.Allocate"/> was asked for.</summary>
    internal int Capacity => Memory.Length - (AlignedMemory.Alignment / System.Runtime.CompilerServices.Unsafe.SizeOf<T>());

    /// <summary>How often this tensor's memory has gone back to a pool: what was made of it before that is stale.</summary>
    internal int Lease { get; private set; }

    /// <summary>Whether somebody outside of the library may hold the tensor: then it is not used again for other numbers.</summary>
    internal bool IsSeen { get; private set; }

    private T[] Memory => _owner._memory ?? throw Returned();

    /// <summary>The only element of a tensor of length 1.</summary>
    /// <exception cref="InvalidOperationException">The tensor has another length.</exception>
    public T ToScalar() => Length == 1 ? Span[0] : throw new InvalidOperationException($"A tensor of shape {Shape} is not a single number.");

    /// <summary>One element by its indices.</summary>
    /// <exception cref="ArgumentException">Another number of indices than dimensions.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index outside of its extent.</exception>
    public T this[params ReadOnlySpan<int> indices]
    {
        get => Span[Offset(indices)];
        set
        {
            Span[Offset(indices)] = value;
            MarkWritten();
        }
    }

    /// <summary>x + y, broadcasting as NumPy does.</summary>
    public static Tensor<T> operator +(Tensor<T> x, Tensor<T> y) => x.Add(y);

    /// <summary>x - y, broadcasting as NumPy does.</summary>
    public static Tensor<T> operator -(Tensor<T> x, Tensor<T> y) => x.Subtract(y);

    /// <summary>x·y, element by element, broadcasting as NumPy does.</summary>
    public static Tensor<T> operator *(Tensor<T> x, Tensor<T> y) => x.Multiply(y);

    /// <summary>x / y, element by element, broadcasting as NumPy does.</summary>
    public static Tensor<T> operator /(Tensor<T> x, Tensor<T> y) => x.Divide(y);

    /// <summary>factor·x.</summary>
    public static Tensor<T> operator *(T factor, Tensor<T> x) => x.Scale(factor);

    /// <summary>The same memory seen under another shape of the same length; one extent may be -1 and is worked out.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    [System.Runtime.CompilerServices.OverloadResolutionPriority(1)]
    public Tensor<T> Reshape(params ReadOnlySpan<int> extents) => Reshape(Kernels.Dimensions.Reshaped(Shape, extents));

    /// <summary>The same memory seen under another shape of the same length.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public Tensor<T> Reshape(Shape shape)
    {
        if (shape.Length != Length)
            throw new ArgumentException($"A tensor of shape {Shape} has {Length} elements and cannot be seen as {shape}, which has {shape.Length}.", nameof(shape));
        return new Tensor<T>(shape, this, _start);
    }

    /// <summary>The rows <paramref name="from"/> (included) to <paramref name="to"/> (excluded) of the outermost dimension, in the same memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the tensor.</exception>
    public Tensor<T> Rows(int from, int to)
    {
        if (Rank == 0 || from < 0 || to < from || to > Shape[0])
            throw new ArgumentOutOfRangeException(nameof(to), $"Rows {from}..{to} are not inside a tensor of shape {Shape}.");
        int row = Shape[0] == 0 ? 0 : Length / Shape[0];
        return new Tensor<T>(Shape.With(0, to - from), this, _start + (from * row));
    }

    /// <summary>A copy in memory of its own.</summary>
    public Tensor<T> Clone() => From(Shape, Span);

    /// <summary>Overwrites every element with those of a tensor of the same shape.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void CopyFrom(Tensor<T> source)
    {
        if (source.Shape != Shape)
            throw new ArgumentException($"Cannot copy a tensor of shape {source.Shape} into one of shape {Shape}.", nameof(source));
        source.Span.CopyTo(Span);
        MarkWritten();
    }

    /// <summary>
    /// Says that elements were written to through <see cref="Span"/>, so that a backward pass that would have read the old
    /// ones throws. <see cref="CopyFrom"/>, the indexer, optimisers and what loads weights say it themselves.
    /// </summary>
    public void MarkWritten() => _owner._writtenAt = WriteClock.Tick();

    /// <summary>The same numbers in another number type, copied.</summary>
    public Tensor<TOther> To<TOther>()
        where TOther : unmanaged, IFloatingPointIeee754<TOther>
    {
        var result = Tensor<TOther>.Uninitialized(Shape);
        TensorPrimitives.ConvertTruncating<T, TOther>(Span, result.Span);
        return result;
    }

    /// <summary>The same memory as a tensor span of the base class library; nothing is copied. A scalar is [1] there.</summary>
    public TensorSpan<T> AsTensorSpan() => new(Memory, _start, Lengths(), []);

    /// <summary>The same memory as a read-only tensor span of the base class library; nothing is copied. A scalar is [1] there.</summary>
    public ReadOnlyTensorSpan<T> AsReadOnlyTensorSpan() => new(Memory, _start, Lengths(), []);

    /// <summary>The shape and a readable excerpt of the elements.</summary>
    public override string ToString() => TensorPrinter.Print(this);

    /// <summary>When the memory was last written to through the library, by <see cref="WriteClock"/>.</summary>
    internal long WrittenAt => _owner._writtenAt;

    /// <summary>Notes that somebody outside of the library gets the tensor.</summary>
    internal void MarkSeen() => _owner.IsSeen = true;

    /// <summary>
    /// Ends the use of this tensor, whose memory goes back to a pool: what somebody may still hold throws from now on, and
    /// the pool gets the memory as another tensor; what nobody holds is itself used again.
    /// </summary>
    internal Tensor<T> EndLease()
    {
        Lease++;
        if (!IsSeen)
            return this;
        var successor = new Tensor<T>(Shape, Memory, _start);
        _memory = null;
        return successor;
    }

    /// <summary>Gives a tensor of a pool another shape; nobody holds it.</summary>
    internal Tensor<T> As(Shape shape)
    {
        Shape = shape;
        return this;
    }

    private static ObjectDisposedException Returned() =>
        new(nameof(Tensor<T>), "The tensor's memory has gone back to the tape or the pool that it was from; copy what is needed later (Clone) before.");

    private nint[] Lengths() => Rank == 0 ? [1] : Array.ConvertAll(Shape.ToArray(), extent => (nint)extent);

    private int Offset(ReadOnlySpan<int> indices)
    {
        if (indices.Length != Rank)
            throw new ArgumentException($"A tensor of shape {Shape} takes {Rank} indices, not {indices.Length}.", nameof(indices));
        int offset = 0;
        for (int i = 0; i < indices.Length; i++)
        {
            if ((uint)indices[i] >= (uint)Shape[i])
                throw new ArgumentOutOfRangeException(nameof(indices), $"Index {indices[i]} of dimension {i} is outside of the shape {Shape}.");
            offset = (offset * Shape[i]) + indices[i];
        }

        return offset;
    }
}
