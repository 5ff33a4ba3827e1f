namespace Diffusion.Tensors;

/// <summary>Whole numbers in the order of a shape: positions in another tensor, as searches give them and <c>Gather</c> takes them.</summary>
public sealed class IndexTensor
{
    private readonly int[] _indices;

    /// <summary>Takes the indices, in row-major order, without a copy.</summary>
    /// <exception cref="ArgumentException">The number of indices is not the shape's length.</exception>
    public IndexTensor(Shape shape, int[] indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        if (indices.Length != shape.Length)
            throw new ArgumentException($"The shape {shape} holds {shape.Length} indices, but {indices.Length} were given.", nameof(indices));
        Shape = shape;
        _indices = indices;
    }

    /// <summary>The extents, outermost first.</summary>
    public Shape Shape { get; }

    /// <summary>All indices in row-major order.</summary>
    public ReadOnlySpan<int> Span => _indices;

    /// <summary>One index by its place.</summary>
    /// <exception cref="ArgumentException">Another number of places than dimensions, or one outside of the shape.</exception>
    public int this[params ReadOnlySpan<int> place]
    {
        get
        {
            if (place.Length != Shape.Rank)
                throw new ArgumentException($"Indices of shape {Shape} take {Shape.Rank} places, not {place.Length}.", nameof(place));
            int at = 0;
            for (int i = 0; i < place.Length; i++)
            {
                if ((uint)place[i] >= (uint)Shape[i])
                    throw new ArgumentOutOfRangeException(nameof(place), $"Place {place[i]} of dimension {i} is outside of the shape {Shape}.");
                at = (at * Shape[i]) + place[i];
            }

            return _indices[at];
        }
    }

    /// <summary>Such as <c>[2, 1]: 0, 3</c>.</summary>
    public override string ToString() => $"{Shape}: {string.Join(", ", _indices.Take(20))}{(_indices.Length > 20 ? ", …" : "")}";
}
