using System.Collections;
using System.Runtime.CompilerServices;

namespace Diffusion.Tensors;

/// <summary>The dimensions that an operation goes over: one, as <c>1</c> or <c>^1</c>, or several, as <c>[0, ^1]</c>.</summary>
[CollectionBuilder(typeof(Axes), nameof(Create))]
public readonly struct Axes : IEnumerable<Index>
{
    private readonly Index[]? _dimensions;

    private Axes(Index[] dimensions) => _dimensions = dimensions;

    /// <summary>One dimension.</summary>
    public static implicit operator Axes(Index dimension) => new([dimension]);

    /// <summary>One dimension, counted from the first.</summary>
    public static implicit operator Axes(int dimension) => new([dimension]);

    /// <summary>Several dimensions; the builder of collection expressions.</summary>
    public static Axes Create(params ReadOnlySpan<Index> dimensions) => new(dimensions.ToArray());

    /// <summary>All dimensions of a shape.</summary>
    public static Axes All(Shape shape) => new([.. Enumerable.Range(0, shape.Rank).Select(i => (Index)i)]);

    /// <summary>The dimensions as they were given.</summary>
    public ReadOnlySpan<Index> AsSpan() => _dimensions;

    /// <inheritdoc/>
    public IEnumerator<Index> GetEnumerator() => ((IEnumerable<Index>)(_dimensions ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
