namespace Diffusion.Sampling;

/// <summary>A closed range of values.</summary>
public readonly record struct ValueRange
{
    /// <summary>The range [low, high].</summary>
    /// <exception cref="ArgumentException">Low is not less than high, or either is not finite.</exception>
    public ValueRange(double low, double high)
    {
        if (!(low < high) || !double.IsFinite(low) || !double.IsFinite(high))
            throw new ArgumentException($"The range [{low}, {high}] is empty or not finite.", nameof(low));
        Low = low;
        High = high;
    }

    /// <summary>The least value.</summary>
    public double Low { get; }

    /// <summary>The greatest value.</summary>
    public double High { get; }
}
