namespace Diffusion.Tensors;

/// <summary>Two numbers, along the height and the width of an image. One number alone stands for both.</summary>
/// <param name="Height">Along the height.</param>
/// <param name="Width">Along the width.</param>
public readonly record struct Size2d(int Height, int Width)
{
    /// <summary>The same along both.</summary>
    public static implicit operator Size2d(int both) => new(both, both);

    /// <summary>One along the height, one along the width.</summary>
    public static implicit operator Size2d((int Height, int Width) size) => new(size.Height, size.Width);

    /// <summary>Height · width.</summary>
    public int Area => Height * Width;

    /// <summary>[Height, Width].</summary>
    public int[] ToArray() => [Height, Width];

    /// <inheritdoc/>
    public override string ToString() => $"{Height}x{Width}";
}
