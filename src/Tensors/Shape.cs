using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Diffusion.Tensors;

/// <summary>The extents of a dense, row-major tensor: 0 to 6 dimensions, each at least 0. A value: no memory is held.</summary>
/// <remarks>Writes as a collection expression: <c>Shape shape = [batch, length, channels];</c></remarks>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>The most dimensions that a shape can have.</summary>
    public const int MaxRank = 6;

    private const string Spread = "The extents of a shape are shape.AsSpan(): foreach over it, or write .. shape.AsSpan().";

    private readonly Extents _extents;

    /// <summary>Makes a shape of the given extents.</summary>
    /// <exception cref="ArgumentException">More than <see cref="MaxRank"/> extents, a negative one, or more than 2^31 - 1 elements.</exception>
    public Shape(params ReadOnlySpan<int> extents)
    {
        if (extents.Length > MaxRank)
            throw new ArgumentException($"A shape has at most {MaxRank} dimensions, not {extents.Length}.", nameof(extents));

        // One extent of 0 makes any others harmless, wherever it stands.
        long length = extents.Contains(0) ? 0 : 1;
        for (int i = 0; i < extents.Length; i++)
        {
            if (extents[i] < 0)
                throw new ArgumentException($"Extent {i} of a shape is {extents[i]}; it must be at least 0.", nameof(extents));
            length *= extents[i];
            if (length > int.MaxValue)
                throw new ArgumentException($"A shape has at most {int.MaxValue} elements; [{string.Join(", ", extents.ToArray())}] has more.", nameof(extents));
            _extents[i] = extents[i];
        }

        Rank = extents.Length;
        Length = (int)length;
    }

    /// <summary>The number of dimensions; 0 for a scalar.</summary>
    public int Rank { get; }

    /// <summary>The number of elements: the product of the extents, 1 for a scalar.</summary>
    public int Length => Rank == 0 ? 1 : field;

    /// <summary>The extent of one dimension.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist.</exception>
    public int this[int dimension]
    {
        get
        {
            if ((uint)dimension >= (uint)Rank)
                throw new ArgumentOutOfRangeException(nameof(dimension), dimension, $"The shape {this} has {Rank} dimensions.");
            return _extents[dimension];
        }
    }

    /// <summary>The extent of a dimension counted from either end: <c>shape[^1]</c> is the last.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist.</exception>
    public int this[Index dimension] => this[dimension.GetOffset(Rank)];

    /// <summary>The extents, outermost first.</summary>
    [UnscopedRef]
    public ReadOnlySpan<int> AsSpan() => ((ReadOnlySpan<int>)_extents)[..Rank];

    /// <summary>Makes a shape of the given extents; the builder of collection expressions.</summary>
    public static Shape Create(params ReadOnlySpan<int> extents) => new(extents);

    /// <summary>This shape with one dimension more in front: [extent, ...], the shape of so many of these.</summary>
    /// <exception cref="ArgumentException">More than <see cref="MaxRank"/> dimensions, or more than 2^31 - 1 elements.</exception>
    public Shape Prepend(int extent) => new([extent, .. AsSpan()]);

    /// <summary>The same shape with another extent in one dimension.</summary>
    public Shape With(Index dimension, int extent)
    {
        int at = dimension.GetOffset(Rank);
        _ = this[at];
        Span<int> extents = stackalloc int[MaxRank];
        ToArray().CopyTo(extents);
        extents[at] = extent;
        return new Shape(extents[..Rank]);
    }

    /// <summary>The product of some extents, such as <c>1..^1</c>: how many positions there are.</summary>
    /// <exception cref="ArgumentException">More than 2^31 - 1, which only a shape without elements has.</exception>
    internal int Count(Range dimensions) => new Shape(AsSpan()[dimensions]).Length;

    /// <summary>The extents as a new array.</summary>
    public int[] ToArray() => AsSpan().ToArray();

    /// <summary>Throws: the compiler needs the member for <c>[2, 3]</c>, and would spread <c>.. shape</c> wrongly, since it takes <see cref="Length"/> for the number of extents.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    [Obsolete(Spread, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public IEnumerator<int> GetEnumerator() => throw new NotSupportedException(Spread);

    /// <inheritdoc/>
    public bool Equals(Shape other) => AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int extent in AsSpan())
            hash.Add(extent);
        return hash.ToHashCode();
    }

    /// <summary>Same rank and same extents.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Another rank or another extent.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>Such as <c>[64, 2, 1]</c>.</summary>
    public override string ToString() => $"[{string.Join(", ", ToArray())}]";

    [InlineArray(MaxRank)]
    private struct Extents
    {
        private int _first;
    }
}
