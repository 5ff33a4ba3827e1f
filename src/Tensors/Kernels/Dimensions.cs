using System.Numerics;

namespace Diffusion.Tensors.Kernels;

/// <summary>Sets of dimensions: what a reduction goes over.</summary>
internal static class Dimensions
{
    /// <summary>The numbers of the named dimensions, in rising order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A dimension does not exist.</exception>
    /// <exception cref="ArgumentException">A dimension is named twice.</exception>
    public static int[] Of(Shape shape, ReadOnlySpan<Index> dimensions)
    {
        int[] numbers = new int[dimensions.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = Views.Dimension(shape, dimensions[i]);
            if (Array.IndexOf(numbers, numbers[i], 0, i) >= 0)
                throw new ArgumentException($"Dimension {dimensions[i]} of {shape} is named twice.", nameof(dimensions));
        }

        Array.Sort(numbers);
        return numbers;
    }

    /// <summary>The shape with extent 1 in the named dimensions.</summary>
    public static Shape Kept(Shape shape, ReadOnlySpan<int> dimensions)
    {
        int[] extents = shape.ToArray();
        foreach (int at in dimensions)
            extents[at] = 1;
        return new Shape(extents);
    }

    /// <summary>The shape without the named dimensions.</summary>
    public static Shape Dropped(Shape shape, ReadOnlySpan<int> dimensions)
    {
        Span<int> extents = stackalloc int[Shape.MaxRank];
        int rank = 0;
        for (int i = 0; i < shape.Rank; i++)
        {
            if (!dimensions.Contains(i))
                extents[rank++] = shape[i];
        }

        return new Shape(extents[..rank]);
    }

    /// <summary>The shape of the given extents, one of which may be -1: then it is what is left of the length.</summary>
    /// <exception cref="ArgumentException">An extent is negative, or what is left is no whole number.</exception>
    public static Shape Reshaped(Shape shape, ReadOnlySpan<int> extents)
    {
        Span<int> known = stackalloc int[extents.Length];
        extents.CopyTo(known);
        int open = known.IndexOf(-1);
        if (open < 0)
            return new Shape(known);
        known[open] = 1;
        int rest = new Shape(known).Length;
        if (rest == 0 || shape.Length % rest != 0)
            throw new ArgumentException($"A tensor of shape {shape} cannot be seen as [{string.Join(", ", extents.ToArray())}]: {shape.Length} elements are no multiple of {rest}.", nameof(extents));
        known[open] = shape.Length / rest;
        return new Shape(known);
    }

    /// <summary>The shape without its dimensions of extent 1.</summary>
    public static Shape Squeezed(Shape shape) => new(Array.FindAll(shape.ToArray(), extent => extent != 1));

    /// <summary>The shape without one dimension of extent 1.</summary>
    /// <exception cref="ArgumentException">The dimension has another extent.</exception>
    public static Shape Squeezed(Shape shape, Index dimension)
    {
        int at = Views.Dimension(shape, dimension);
        if (shape[at] != 1)
            throw new ArgumentException($"Dimension {dimension} of {shape} has the extent {shape[at]}; only an extent of 1 can be left out.", nameof(dimension));
        return Dropped(shape, [at]);
    }

    /// <summary>The shape with a new dimension of extent 1 before the given place; <c>^0</c> is behind the last.</summary>
    public static Shape Inserted(Shape shape, Index place)
    {
        int at = place.GetOffset(shape.Rank);
        if (at < 0 || at > shape.Rank)
            throw new ArgumentOutOfRangeException(nameof(place), place, $"A dimension cannot be put at {place} of the shape {shape}.");
        return new Shape([.. shape.AsSpan()[..at], 1, .. shape.AsSpan()[at..]]);
    }

    /// <summary>The shape with the dimensions from one on as one.</summary>
    public static Shape Flattened(Shape shape, int from)
    {
        if (from < 0 || (from >= shape.Rank && shape.Rank + from > 0))
            throw new ArgumentOutOfRangeException(nameof(from), from, $"The shape {shape} has {shape.Rank} dimensions.");
        int place = Math.Min(from, shape.Rank);
        return new Shape([.. shape.AsSpan()[..place], shape.Count(place..)]);
    }

    /// <summary>How many numbers of a shape become one where the named dimensions are reduced: more than an integer holds where another is empty.</summary>
    public static double Count(Shape shape, Axes axes)
    {
        double count = 1;
        foreach (int at in Of(shape, axes.AsSpan()))
            count *= shape[at];
        return count;
    }

    /// <summary>The tensor, if the named dimensions have numbers to choose from.</summary>
    /// <exception cref="ArgumentException">One of them is empty.</exception>
    public static Tensor<T> CheckAny<T>(Tensor<T> x, Axes axes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        foreach (int at in Of(x.Shape, axes.AsSpan()))
        {
            if (x.Shape[at] == 0)
                throw new ArgumentException($"Dimension {at} of {x.Shape} is empty: there is no number to choose.", nameof(axes));
        }

        return x;
    }
}
