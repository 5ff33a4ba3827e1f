using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// A way to look at memory: element [i, j, ...] of the shape is number offset + i·stride₀ + j·stride₁ + ... of a span.
/// What is only layout (permutations, slices, flips, repetition) makes one of these, and <see cref="Strided"/> copies through it.
/// </summary>
internal readonly struct Layout
{
    private readonly Strides _strides;

    private Layout(Shape shape, int offset, ReadOnlySpan<int> strides)
    {
        Shape = shape;
        Offset = offset;
        strides.CopyTo(_strides);
    }

    /// <summary>The extents that are seen.</summary>
    public Shape Shape { get; }

    /// <summary>Where the first element is.</summary>
    public int Offset { get; }

    /// <summary>How far apart neighbours along a dimension are; 0 where one number is seen again and again.</summary>
    [UnscopedRef]
    public ReadOnlySpan<int> StrideSpan => ((ReadOnlySpan<int>)_strides)[..Shape.Rank];

    /// <summary>Whether some number is seen more than once.</summary>
    public bool Repeats
    {
        get
        {
            for (int i = 0; i < Shape.Rank; i++)
            {
                if (_strides[i] == 0 && Shape[i] > 1)
                    return true;
            }

            return false;
        }
    }

    /// <summary>A dense, row-major tensor.</summary>
    public static Layout Of(Shape shape)
    {
        Span<int> strides = stackalloc int[Shape.MaxRank];
        strides.Clear();

        // Of nothing, no stride matters; and the product of the other extents may be beyond any integer.
        int stride = shape.Length == 0 ? 0 : 1;
        for (int i = shape.Rank - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }

        return new Layout(shape, 0, strides);
    }

    /// <summary>Dimension i is what was dimension order[i].</summary>
    public Layout Permute(ReadOnlySpan<int> order)
    {
        Span<int> extents = stackalloc int[order.Length], strides = stackalloc int[order.Length];
        for (int i = 0; i < order.Length; i++)
            (extents[i], strides[i]) = (Shape[order[i]], _strides[order[i]]);
        return new Layout(new Shape(extents), Offset, strides);
    }

    /// <summary>Of one dimension <paramref name="count"/> positions, the first at <paramref name="from"/> and the others each <paramref name="step"/> further on; a step below 0 goes back.</summary>
    public Layout Slice(int dimension, int from, int count, int step = 1)
    {
        Span<int> strides = stackalloc int[Shape.Rank];
        StrideSpan.CopyTo(strides);
        strides[dimension] = count <= 1 ? 0 : strides[dimension] * step;
        return new Layout(Shape.With(dimension, count), count == 0 ? Offset : Offset + (from * _strides[dimension]), strides);
    }

    /// <summary>Repeated to a shape as NumPy broadcasts: the caller has checked that it can be.</summary>
    public Layout Expand(Shape to)
    {
        Span<int> strides = stackalloc int[to.Rank];
        strides.Clear();
        for (int i = 1; i <= Shape.Rank; i++)
            strides[^i] = Shape[^i] == 1 ? 0 : _strides[Shape.Rank - i];
        return new Layout(to, Offset, strides);
    }

    /// <summary>The least and the largest number that are looked at; (0, -1) for none.</summary>
    public (long First, long Last) Reach()
    {
        if (Shape.Length == 0)
            return (0, -1);
        long first = Offset, last = Offset;
        for (int i = 0; i < Shape.Rank; i++)
        {
            long way = (Shape[i] - 1L) * _strides[i];
            (first, last) = way < 0 ? (first + way, last) : (first, last + way);
        }

        return (first, last);
    }

    [InlineArray(Shape.MaxRank)]
    private struct Strides
    {
        private int _first;
    }
}
