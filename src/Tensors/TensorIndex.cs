namespace Diffusion.Tensors;

/// <summary>What is taken of one dimension: one position, which drops the dimension, or a range of them. Numbers, <c>^1</c> and <c>3..7</c> convert to it.</summary>
public readonly struct TensorIndex : IEquatable<TensorIndex>
{
    private TensorIndex(Range range, bool isRange)
    {
        Range = range;
        IsRange = isRange;
    }

    /// <summary>Whether this is a range; else it is the one position at which <see cref="Range"/> starts.</summary>
    public bool IsRange { get; }

    /// <summary>The range, or where it starts the position.</summary>
    public Range Range { get; }

    /// <summary>One position.</summary>
    public static implicit operator TensorIndex(int position) => new(new Range(position, position), false);

    /// <summary>One position, counted from either end.</summary>
    public static implicit operator TensorIndex(Index position) => new(new Range(position, position), false);

    /// <summary>A range of positions.</summary>
    public static implicit operator TensorIndex(Range range) => new(range, true);

    /// <summary>The same positions.</summary>
    public static bool operator ==(TensorIndex left, TensorIndex right) => left.Equals(right);

    /// <summary>Other positions.</summary>
    public static bool operator !=(TensorIndex left, TensorIndex right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(TensorIndex other) => IsRange == other.IsRange && Range.Equals(other.Range);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TensorIndex other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsRange, Range);

    /// <inheritdoc/>
    public override string ToString() => IsRange ? Range.ToString() : Range.Start.ToString();
}
