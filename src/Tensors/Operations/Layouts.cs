using System.Numerics;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Tensors;

public static partial class TensorOperations
{
    /// <summary>The dimensions in a new order, copied: dimension i of the result is dimension order[i] of x.</summary>
    /// <exception cref="ArgumentException">The order does not name each dimension once.</exception>
    public static Tensor<T> Permute<T>(this Tensor<T> x, params ReadOnlySpan<Index> order)
        where T : unmanaged, IFloatingPointIeee754<T> => Seen(x, Views.Permute(x.Shape, order));

    /// <summary>Two dimensions exchanged, copied.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A dimension does not exist.</exception>
    public static Tensor<T> Transpose<T>(this Tensor<T> x, Index first, Index second)
        where T : unmanaged, IFloatingPointIeee754<T> => Seen(x, Views.Transpose(x.Shape, first, second));

    /// <summary>The transpose of a matrix, copied.</summary>
    /// <exception cref="ArgumentException">No matrix.</exception>
    public static Tensor<T> Transpose<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Rank != 2)
            throw new ArgumentException($"Only a matrix has one transpose; of a tensor of shape {x.Shape}, say which two dimensions are exchanged.", nameof(x));
        return x.Transpose(0, 1);
    }

    /// <summary>The positions <paramref name="from"/> (included) to <paramref name="to"/> (excluded) of one dimension, or each step-th of them, copied.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the dimension, or the step is below 1.</exception>
    public static Tensor<T> Slice<T>(this Tensor<T> x, Index dimension, Index from, Index to, int step = 1)
        where T : unmanaged, IFloatingPointIeee754<T> => Seen(x, Views.Slice(x.Shape, dimension, from, to, step));

    /// <summary>The named dimensions from their last position to their first, copied.</summary>
    /// <exception cref="ArgumentException">A dimension does not exist, or is named twice.</exception>
    public static Tensor<T> Flip<T>(this Tensor<T> x, params ReadOnlySpan<Index> dimensions)
        where T : unmanaged, IFloatingPointIeee754<T> => Seen(x, Views.Flip(x.Shape, dimensions));

    /// <summary>The numbers repeated to a larger shape, as NumPy broadcasts.</summary>
    /// <exception cref="ArgumentException">The shape cannot be broadcast to the wanted one.</exception>
    public static Tensor<T> BroadcastTo<T>(this Tensor<T> x, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => Seen(x, Views.Broadcast(x.Shape, shape));

    /// <summary>Without all dimensions of extent 1; the memory is shared.</summary>
    public static Tensor<T> Squeeze<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Reshape(Dimensions.Squeezed(x.Shape));

    /// <summary>Without one dimension of extent 1; the memory is shared.</summary>
    /// <exception cref="ArgumentException">The dimension has another extent.</exception>
    public static Tensor<T> Squeeze<T>(this Tensor<T> x, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Reshape(Dimensions.Squeezed(x.Shape, dimension));

    /// <summary>With a new dimension of extent 1 before the given place, <c>^0</c> behind the last; the memory is shared.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The place does not exist.</exception>
    public static Tensor<T> Unsqueeze<T>(this Tensor<T> x, Index place)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Reshape(Dimensions.Inserted(x.Shape, place));

    /// <summary>The dimensions <paramref name="from"/> to the last as one; the memory is shared.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist.</exception>
    public static Tensor<T> Flatten<T>(this Tensor<T> x, int from = 0)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Reshape(Dimensions.Flattened(x.Shape, from));

    /// <summary>Pieces of <paramref name="size"/> positions along a dimension, copied; the last may be smaller.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist, or the size is below 1.</exception>
    public static Tensor<T>[] Split<T>(this Tensor<T> x, int size, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = 0;
        return Array.ConvertAll(Views.Pieces(x.Shape, size, dimension), piece => x.Slice(dimension, at, at += piece));
    }

    /// <summary>At most <paramref name="count"/> pieces of the same size along a dimension, copied; the last may be smaller.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist, or the count is below 1.</exception>
    public static Tensor<T>[] Chunk<T>(this Tensor<T> x, int count, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Split(Views.ChunkSize(x.Shape, count, dimension), dimension);

    /// <summary>The whole tensor again and again: repeats[i] times along dimension i.</summary>
    /// <exception cref="ArgumentException">Another number of repeats than dimensions, or a negative one.</exception>
    public static Tensor<T> Repeat<T>(this Tensor<T> x, params ReadOnlySpan<int> repeats)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (repeats.Length != x.Rank)
            throw new ArgumentException($"A tensor of shape {x.Shape} takes {x.Rank} repeats, not {repeats.Length}.", nameof(repeats));
        var y = x;
        for (int i = 0; i < repeats.Length; i++)
        {
            if (repeats[i] == 1)
                continue;
            var (once, many, shape) = Views.Repeated(y.Shape, i, repeats[i]);
            y = y.Reshape(once).BroadcastTo(many).Reshape(shape);
        }

        return y;
    }

    /// <summary>Numbers put before and after those of one dimension: a constant, or the tensor's own in a mirror that stands on its edge.</summary>
    /// <exception cref="ArgumentException">A padding is negative, or a mirrored one not below the extent.</exception>
    public static Tensor<T> Pad<T>(this Tensor<T> x, Index dimension, int before, int after, Padding padding = Padding.Constant, T value = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = Views.Dimension(x.Shape, dimension);
        var y = Tensor<T>.Uninitialized(Views.Padded(x.Shape, at, before, after, padding));
        if (padding == Padding.Constant)
            y.Span.Fill(value);
        foreach (var (from, to) in Views.PaddedParts(x.Shape, at, before, after, padding))
            Strided.Copy<T>(from, x.Span, to, y.Span);
        return y;
    }

    /// <summary>The last dimension with <paramref name="count"/> numbers more at both ends.</summary>
    /// <exception cref="ArgumentException">The padding is negative, or a mirrored one not below the extent.</exception>
    public static Tensor<T> Pad<T>(this Tensor<T> x, int count, Padding padding = Padding.Constant, T value = default)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Pad(^1, count, count, padding, value);

    private static Tensor<T> Seen<T>(Tensor<T> x, in Layout layout)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var y = Tensor<T>.Uninitialized(layout.Shape);
        Strided.Read<T>(layout, x.Span, y.Span);
        return y;
    }
}

/// <summary>What a tensor is padded with.</summary>
public enum Padding
{
    /// <summary>One number.</summary>
    Constant,

    /// <summary>The numbers beside the edge in reverse; the edge itself is not repeated.</summary>
    Reflect,
}
