using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>The dimensions in a new order: dimension i of the result is dimension order[i] of x.</summary>
    /// <exception cref="ArgumentException">The order does not name each dimension once.</exception>
    public static Variable<T> Permute<T>(this Variable<T> x, params ReadOnlySpan<Index> order)
        where T : unmanaged, IFloatingPointIeee754<T> => ViewOperation<T>.Apply("Permute", x, Views.Permute(x.Shape, order));

    /// <summary>Two dimensions exchanged.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A dimension does not exist.</exception>
    public static Variable<T> Transpose<T>(this Variable<T> x, Index first, Index second)
        where T : unmanaged, IFloatingPointIeee754<T> => ViewOperation<T>.Apply("Transpose", x, Views.Transpose(x.Shape, first, second));

    /// <summary>The positions <paramref name="from"/> (included) to <paramref name="to"/> (excluded) of one dimension, or each step-th of them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the dimension, or the step is below 1.</exception>
    public static Variable<T> Slice<T>(this Variable<T> x, Index dimension, Index from, Index to, int step = 1)
        where T : unmanaged, IFloatingPointIeee754<T> => ViewOperation<T>.Apply("Slice", x, Views.Slice(x.Shape, dimension, from, to, step));

    /// <summary>The named dimensions from their last position to their first.</summary>
    /// <exception cref="ArgumentException">A dimension does not exist, or is named twice.</exception>
    public static Variable<T> Flip<T>(this Variable<T> x, params ReadOnlySpan<Index> dimensions)
        where T : unmanaged, IFloatingPointIeee754<T> => ViewOperation<T>.Apply("Flip", x, Views.Flip(x.Shape, dimensions));

    /// <summary>The same numbers repeated along dimensions of extent 1 and along new outer dimensions, as NumPy broadcasts.</summary>
    /// <exception cref="ArgumentException">The shape cannot be broadcast to the wanted one.</exception>
    public static Variable<T> BroadcastTo<T>(this Variable<T> x, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Shape == shape ? x : ViewOperation<T>.Apply("BroadcastTo", x, Views.Broadcast(x.Shape, shape));

    /// <summary>Without all dimensions of extent 1; the memory is shared.</summary>
    public static Variable<T> Squeeze<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Reshape(Dimensions.Squeezed(x.Shape));

    /// <summary>Without one dimension of extent 1; the memory is shared.</summary>
    /// <exception cref="ArgumentException">The dimension has another extent.</exception>
    public static Variable<T> Squeeze<T>(this Variable<T> x, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Reshape(Dimensions.Squeezed(x.Shape, dimension));

    /// <summary>With a new dimension of extent 1 before the given place, <c>^0</c> behind the last; the memory is shared.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The place does not exist.</exception>
    public static Variable<T> Unsqueeze<T>(this Variable<T> x, Index place)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Reshape(Dimensions.Inserted(x.Shape, place));

    /// <summary>The dimensions <paramref name="from"/> to the last as one; the memory is shared.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist.</exception>
    public static Variable<T> Flatten<T>(this Variable<T> x, int from = 0)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Reshape(Dimensions.Flattened(x.Shape, from));

    /// <summary>Variables of one shape on top of each other, along a new dimension before the given place.</summary>
    /// <exception cref="ArgumentException">Nothing to stack, or shapes that differ.</exception>
    public static Variable<T> Stack<T>(ReadOnlySpan<Variable<T>> parts, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var rows = new Variable<T>[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i].Shape != parts[0].Shape)
                throw new ArgumentException($"Variables of the shapes {parts[0].Shape} and {parts[i].Shape} cannot be stacked: they must have one shape.", nameof(parts));
            rows[i] = parts[i].Unsqueeze(dimension);
        }

        return Concatenate<T>(rows, rows.Length == 0 ? 0 : dimension.GetOffset(parts[0].Shape.Rank));
    }

    /// <summary>Pieces of <paramref name="size"/> positions along a dimension; the last may be smaller.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist, or the size is below 1.</exception>
    public static Variable<T>[] Split<T>(this Variable<T> x, int size, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = 0;
        return Array.ConvertAll(Views.Pieces(x.Shape, size, dimension), piece => x.Slice(dimension, at, at += piece));
    }

    /// <summary>At most <paramref name="count"/> pieces of the same size along a dimension; the last may be smaller.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist, or the count is below 1.</exception>
    public static Variable<T>[] Chunk<T>(this Variable<T> x, int count, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Split(Views.ChunkSize(x.Shape, count, dimension), dimension);

    /// <summary>The whole again and again: repeats[i] times along dimension i.</summary>
    /// <exception cref="ArgumentException">Another number of repeats than dimensions, or a negative one.</exception>
    public static Variable<T> Repeat<T>(this Variable<T> x, params ReadOnlySpan<int> repeats)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (repeats.Length != x.Shape.Rank)
            throw new ArgumentException($"A variable of shape {x.Shape} takes {x.Shape.Rank} repeats, not {repeats.Length}.", nameof(repeats));
        for (int i = 0; i < repeats.Length; i++)
        {
            if (repeats[i] == 1)
                continue;
            var (once, many, shape) = Views.Repeated(x.Shape, i, repeats[i]);
            x = x.Reshape(once).BroadcastTo(many).Reshape(shape);
        }

        return x;
    }

    /// <summary>Numbers put before and after those of one dimension: a constant, or its own in a mirror that stands on its edge.</summary>
    /// <exception cref="ArgumentException">A padding is negative, or a mirrored one not below the extent.</exception>
    public static Variable<T> Pad<T>(this Variable<T> x, Index dimension, int before, int after, Padding padding = Padding.Constant, T value = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = Views.Dimension(x.Shape, dimension);
        var shape = Views.Padded(x.Shape, at, before, after, padding);
        var parts = Views.PaddedParts(x.Shape, at, before, after, padding);
        var recorder = Recorder<T>.For(x);
        var y = recorder.New(shape);
        if (padding == Padding.Constant)
            y.Span.Fill(value);
        foreach (var (from, to) in parts)
            Strided.Copy<T>(from, x.Data.Span, to, y.Span);
        return recorder.Result(y, recorder.Records ? new PadOperation<T>(x, parts, at, before, after, padding, value) : null);
    }

    /// <summary>The last dimension with <paramref name="count"/> numbers more at both ends.</summary>
    /// <exception cref="ArgumentException">The padding is negative, or a mirrored one not below the extent.</exception>
    public static Variable<T> Pad<T>(this Variable<T> x, int count, Padding padding = Padding.Constant, T value = default)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Pad(^1, count, count, padding, value);
}

/// <summary>y = x with numbers around. Keeps which part of x went where, and to be told of what was asked.</summary>
internal sealed class PadOperation<T>(
    Variable<T> x, (Layout From, Layout To)[] parts, int dimension, int before, int after, Padding padding, T value) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    public override OperationDescription Describe() => new("Pad", ("dimension", dimension), ("before", before), ("after", after), ("padding", padding.ToString()), ("value", double.CreateChecked(value)));

    // dx[from] += dy[to] for each part; the first is x itself
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (!sink.Wants(x, out var dx, out bool accumulate))
            return;
        foreach (var (from, to) in parts)
        {
            Strided.Copy<T>(to, dOut.Span, from, dx.Span, accumulate);
            accumulate = true;
        }
    }
}
