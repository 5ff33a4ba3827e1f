namespace Diffusion.Tensors.Kernels;

/// <summary>
/// The geometry of pooling over images [N, H, W, C], validated once: forward, gradients, tests and benchmarks share it. What
/// the padding adds belongs to no window's maximum.
/// </summary>
public readonly record struct Pool2dShape
{
    /// <summary>Makes and checks a geometry. The stride is the kernel and the padding is 0 where they are not given.</summary>
    /// <exception cref="ArgumentException">A size that no pooling has; the message names it.</exception>
    public Pool2dShape(int batch, int height, int width, int channels, Size2d kernel, Size2d? stride = null, Size2d? padding = null)
    {
        (Batch, Size, Channels) = (batch, (height, width), channels);
        (Kernel, Stride, Padding) = (kernel, stride ?? kernel, padding ?? 0);
        Require(batch >= 0, nameof(batch), batch, "at least 0");
        Require(channels >= 1, nameof(channels), channels, "at least 1");
        Require(height >= 0 && width >= 0, "size", Size, "at least 0");
        Require(Kernel is { Height: >= 1, Width: >= 1 }, nameof(kernel), Kernel, "at least 1");
        Require(Stride is { Height: >= 1, Width: >= 1 }, nameof(stride), Stride, "at least 1");
        Require(
            Padding is { Height: >= 0, Width: >= 0 } && 2L * Padding.Height <= Kernel.Height && 2L * Padding.Width <= Kernel.Width,
            nameof(padding), Padding, $"at least 0 and at most half of the kernel {Kernel}");
        OutSize = (OutLength(height, Kernel.Height, Stride.Height, Padding.Height), OutLength(width, Kernel.Width, Stride.Width, Padding.Width));
        _ = (Input, Output, Input.With(0, Math.Max(batch, 1)), Output.With(0, Math.Max(batch, 1)));
    }

    /// <summary>N, the images.</summary>
    public int Batch { get; }

    /// <summary>H and W, the positions of an image.</summary>
    public Size2d Size { get; }

    /// <summary>C.</summary>
    public int Channels { get; }

    /// <summary>Kh and Kw, the taps of the window.</summary>
    public Size2d Kernel { get; }

    /// <summary>How far the window moves from one output to the next.</summary>
    public Size2d Stride { get; }

    /// <summary>Positions added on either side.</summary>
    public Size2d Padding { get; }

    /// <summary>⌊(size + 2·padding - K) / stride⌋ + 1.</summary>
    public Size2d OutSize { get; }

    /// <summary>[N, H, W, C].</summary>
    public Shape Input => [Batch, Size.Height, Size.Width, Channels];

    /// <summary>[N, Hout, Wout, C].</summary>
    public Shape Output => [Batch, OutSize.Height, OutSize.Width, Channels];

    /// <summary>The taps [from, to) of the window of output row <paramref name="y"/> that lie in the image, and the image's row under tap 0.</summary>
    internal (int From, int To, int Row) Rows(int y)
    {
        int row = (y * Stride.Height) - Padding.Height;
        return (Math.Max(0, -row), Math.Min(Kernel.Height, Size.Height - row), row);
    }

    /// <summary>The same for output column <paramref name="x"/>.</summary>
    internal (int From, int To, int Column) Columns(int x)
    {
        int column = (x * Stride.Width) - Padding.Width;
        return (Math.Max(0, -column), Math.Min(Kernel.Width, Size.Width - column), column);
    }

    // No positions are legal where they have no outputs: a window over padding alone has no largest number, and no mean.
    private int OutLength(int length, int kernel, int stride, int padding)
    {
        long padded = length + (2L * padding), rest = padded - kernel;
        if (padded > int.MaxValue || (length > 0 ? rest < 0 : rest >= 0 || rest < -stride))
            throw new ArgumentException($"A window of {Kernel} does not fit into an image of {Size} with {Padding} of padding on either side.", nameof(kernel));
        return length == 0 ? 0 : (int)(rest / stride) + 1;
    }

    private static void Require<TValue>(bool condition, string name, TValue value, string accepted)
    {
        if (!condition)
            throw new ArgumentException($"The {name} of a pooling is {value}; it must be {accepted}.", name);
    }
}
