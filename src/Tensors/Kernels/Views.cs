namespace Diffusion.Tensors.Kernels;

/// <summary>The layouts that a user can ask for: arguments are checked here, once for tensors and variables.</summary>
internal static class Views
{
    /// <summary>The number of a dimension that is counted from either end.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist.</exception>
    public static int Dimension(Shape shape, Index dimension)
    {
        int at = dimension.GetOffset(shape.Rank);
        if ((uint)at >= (uint)shape.Rank)
            throw new ArgumentOutOfRangeException(nameof(dimension), dimension, $"The shape {shape} has {shape.Rank} dimensions, and {dimension} is none of them.");
        return at;
    }

    /// <summary>All dimensions in a new order.</summary>
    /// <exception cref="ArgumentException">The order does not name each dimension once.</exception>
    public static Layout Permute(Shape shape, ReadOnlySpan<Index> order)
    {
        Span<int> from = stackalloc int[order.Length];
        int named = 0;
        for (int i = 0; i < order.Length; i++)
            named |= 1 << (from[i] = Dimension(shape, order[i]));
        if (order.Length != shape.Rank || named != (1 << shape.Rank) - 1)
            throw new ArgumentException($"The order ({string.Join(", ", order.ToArray())}) does not name each dimension of {shape} once.", nameof(order));
        return Layout.Of(shape).Permute(from);
    }

    /// <summary>Two dimensions exchanged.</summary>
    public static Layout Transpose(Shape shape, Index first, Index second)
    {
        int a = Dimension(shape, first), b = Dimension(shape, second);
        Span<int> order = stackalloc int[shape.Rank];
        for (int i = 0; i < order.Length; i++)
            order[i] = i == a ? b : i == b ? a : i;
        return Layout.Of(shape).Permute(order);
    }

    /// <summary>The positions from (included) to (excluded) of one dimension, each step-th of them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not inside the dimension, or the step is below 1.</exception>
    public static Layout Slice(Shape shape, Index dimension, Index from, Index to, int step = 1) => Slice(Layout.Of(shape), Dimension(shape, dimension), from, to, step);

    /// <summary>One entry for each dimension, from the first: a position drops its dimension, and dimensions that are not named stay whole.</summary>
    /// <exception cref="ArgumentException">More entries than dimensions.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A position or range is not inside its dimension.</exception>
    public static Layout Index(Shape shape, ReadOnlySpan<TensorIndex> indices)
    {
        if (indices.Length > shape.Rank)
            throw new ArgumentException($"A tensor of shape {shape} takes at most {shape.Rank} indices, not {indices.Length}.", nameof(indices));
        var layout = Layout.Of(shape);
        Span<int> kept = stackalloc int[shape.Rank];
        int rank = 0;
        for (int i = 0; i < shape.Rank; i++)
        {
            if (i >= indices.Length || indices[i].IsRange)
                kept[rank++] = i;
            if (i >= indices.Length)
                continue;
            var range = indices[i].Range;
            if (indices[i].IsRange)
            {
                layout = Slice(layout, i, range.Start, range.End, 1);
                continue;
            }

            int position = range.Start.GetOffset(shape[i]);
            if ((uint)position >= (uint)shape[i])
                throw new ArgumentOutOfRangeException(nameof(indices), $"Index {range.Start} of dimension {i} is outside of the shape {shape}.");
            layout = layout.Slice(i, position, 1);
        }

        return layout.Permute(kept[..rank]);
    }

    /// <summary>The named dimensions from their last position to their first.</summary>
    public static Layout Flip(Shape shape, ReadOnlySpan<Index> dimensions)
    {
        var layout = Layout.Of(shape);
        foreach (int at in Dimensions.Of(shape, dimensions))
            layout = layout.Slice(at, shape[at] - 1, shape[at], -1);
        return layout;
    }

    /// <summary>Repeated as NumPy broadcasts.</summary>
    /// <exception cref="ArgumentException">The shape cannot be broadcast to the wanted one.</exception>
    public static Layout Broadcast(Shape shape, Shape to)
    {
        if (!Broadcasting.CanBroadcast(shape, to))
            throw new ArgumentException($"A tensor of shape {shape} cannot be broadcast to {to}: counted from the last, each extent must be the same or 1.", nameof(to));
        return Layout.Of(shape).Expand(to);
    }

    /// <summary>The shape of tensors side by side along a dimension.</summary>
    /// <exception cref="ArgumentException">Nothing to concatenate, or extents that do not agree.</exception>
    public static Shape Concatenated(ReadOnlySpan<Shape> parts, Index dimension)
    {
        if (parts.IsEmpty)
            throw new ArgumentException("There is nothing to concatenate.", nameof(parts));
        int at = Dimension(parts[0], dimension);
        long extent = 0;
        foreach (var part in parts)
        {
            if (at >= part.Rank || part.With(at, 0) != parts[0].With(at, 0))
                throw new ArgumentException($"Shapes {parts[0]} and {part} cannot be concatenated along dimension {dimension}: all other extents must agree.", nameof(parts));
            extent += part[at];
        }

        if (extent > int.MaxValue)
            throw new ArgumentException($"Tensors of {extent} positions along dimension {dimension} are too many to concatenate.", nameof(parts));
        return parts[0].With(at, (int)extent);
    }

    /// <summary>The extents of pieces of <paramref name="size"/> positions; the last may be smaller, and nothing is one empty piece.</summary>
    public static int[] Pieces(Shape shape, int size, Index dimension)
    {
        int extent = shape[Dimension(shape, dimension)];
        if (size < 1)
            throw new ArgumentOutOfRangeException(nameof(size), size, "A piece has at least 1 position.");
        int[] pieces = new int[Math.Max(1, (int)((extent + (long)size - 1) / size))];
        for (int i = 0; i < pieces.Length; i++)
            pieces[i] = Math.Min(size, extent - (i * size));
        return pieces;
    }

    /// <summary>The size of at most <paramref name="count"/> pieces of the same size.</summary>
    public static int ChunkSize(Shape shape, int count, Index dimension)
    {
        if (count < 1)
            throw new ArgumentOutOfRangeException(nameof(count), count, "There is at least 1 piece.");
        return (int)Math.Max(1, (shape[Dimension(shape, dimension)] + (long)count - 1) / count);
    }

    /// <summary>Repetition along one dimension, as a broadcast of three: the shape to see first, the one to broadcast to, and the result's.</summary>
    public static (Shape Once, Shape Many, Shape Result) Repeated(Shape shape, int at, int times)
    {
        if (times < 0 || (long)times * shape[at] > int.MaxValue)
            throw new ArgumentException($"Dimension {at} of {shape} cannot be repeated {times} times.", nameof(times));
        var result = shape.With(at, times * shape[at]);
        if (shape.Length == 0)
            return ([0], [0], result);
        int outer = 1;
        for (int i = 0; i < at; i++)
            outer *= shape[i];
        int inner = shape.Length / outer;
        return ([outer, 1, inner], [outer, times, inner], result);
    }

    /// <summary>The shape with numbers before and after along one dimension.</summary>
    /// <exception cref="ArgumentException">A padding is negative, or a mirrored one not below the extent.</exception>
    public static Shape Padded(Shape shape, int at, int before, int after, Padding padding)
    {
        int most = padding == Padding.Reflect ? shape[at] - 1 : int.MaxValue;
        if (before < 0 || after < 0 || before > most || after > most || (long)shape[at] + before + after > int.MaxValue)
        {
            throw new ArgumentException(
                $"Dimension {at} of {shape} cannot be padded by {before} and {after}: a padding is at least 0{(padding == Padding.Reflect ? " and, mirrored, below the extent" : "")}.", nameof(before));
        }

        return shape.With(at, shape[at] + before + after);
    }

    /// <summary>What of a tensor goes where in the padded one: itself, and its mirrored ends.</summary>
    public static (Layout From, Layout To)[] PaddedParts(Shape shape, int at, int before, int after, Padding padding)
    {
        int extent = shape[at];
        Layout x = Layout.Of(shape), y = Layout.Of(Padded(shape, at, before, after, padding));
        var inside = (x, y.Slice(at, before, extent));
        return padding == Padding.Constant
            ? [inside]
            : [inside, (x.Slice(at, before, before, -1), y.Slice(at, 0, before)), (x.Slice(at, extent - 2, after, -1), y.Slice(at, before + extent, after))];
    }

    private static Layout Slice(in Layout layout, int at, Index from, Index to, int step)
    {
        int extent = layout.Shape[at], first = from.GetOffset(extent), end = to.GetOffset(extent);
        if (first < 0 || end < first || end > extent)
            throw new ArgumentOutOfRangeException(nameof(to), $"The range {from}..{to} is not inside dimension {at} of the shape {layout.Shape}.");
        if (step < 1)
            throw new ArgumentOutOfRangeException(nameof(step), step, "The step of a slice is at least 1; Flip goes backwards.");
        return layout.Slice(at, first, (int)((end - first + (long)step - 1) / step), step);
    }
}
