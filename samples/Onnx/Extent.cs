namespace Diffusion.Onnx;

/// <summary>An extent, or another whole number that may grow with the batch: a number, or so many for each sample.</summary>
/// <param name="Size">The number, or how many for each sample.</param>
/// <param name="IsPerSample">Whether it is multiplied by N, the number of samples.</param>
public readonly record struct Extent(int Size, bool IsPerSample = false)
{
    /// <summary>A number that does not depend on the batch.</summary>
    public static implicit operator Extent(int size) => new(size);

    /// <summary>What gave these values at these numbers of samples; null where it is neither constant nor a multiple of them.</summary>
    public static Extent? Of(IReadOnlyList<int> values, IReadOnlyList<int> samples)
    {
        if (values.All(value => value == values[0]))
            return values[0];
        int each = values[0] / samples[0];
        return values.Zip(samples).All(pair => pair.First == each * pair.Second) ? new(each, true) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => !IsPerSample ? $"{Size}" : Size == 1 ? "N" : $"{Size}·N";
}
