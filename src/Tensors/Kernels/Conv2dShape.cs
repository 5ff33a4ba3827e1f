namespace Diffusion.Tensors.Kernels;

/// <summary>
/// The geometry of a two-dimensional convolution over images [N, H, W, Cin] with weights [Kh, Kw, Cin/groups, Cout],
/// validated once: forward, gradients, tests and benchmarks share it.
/// </summary>
public readonly record struct Conv2dShape
{
    /// <summary>Makes and checks a geometry. Stride and dilation are 1 and padding is 0 where they are not given.</summary>
    /// <exception cref="ArgumentException">A size that no convolution has; the message names it.</exception>
    public Conv2dShape(
        int batch, int height, int width, int inChannels, int outChannels, Size2d kernel,
        Size2d? stride = null, Size2d? padding = null, Size2d? dilation = null, int groups = 1)
        : this(batch, height, width, inChannels, outChannels, kernel, stride, padding, dilation, groups, outSize: null)
    {
    }

    /// <summary>The same with so many outputs, where a transposed convolution says how many there are.</summary>
    internal Conv2dShape(
        int batch, int height, int width, int inChannels, int outChannels, Size2d kernel,
        Size2d? stride, Size2d? padding, Size2d? dilation, int groups, Size2d? outSize)
    {
        ConvChecks.Sizes(batch, inChannels, outChannels, groups);
        (Batch, Size, InChannels, OutChannels) = (batch, (height, width), inChannels, outChannels);
        (Kernel, Stride, Padding, Dilation, Groups) = (kernel, stride ?? 1, padding ?? 0, dilation ?? 1, groups);
        OutSize = (
            ConvChecks.OutLength("height", height, kernel.Height, Stride.Height, Padding.Height, Dilation.Height, outSize?.Height),
            ConvChecks.OutLength("width", width, kernel.Width, Stride.Width, Padding.Width, Dilation.Width, outSize?.Width));
        ConvChecks.Fits(
            [Math.Max(batch, 1), PaddedSize.Height, PaddedSize.Width, inChannels], Weight, [Math.Max(batch, 1), OutSize.Height, OutSize.Width, outChannels]);
    }

    /// <summary>N, the images.</summary>
    public int Batch { get; }

    /// <summary>H and W, the positions of an image.</summary>
    public Size2d Size { get; }

    /// <summary>Cin.</summary>
    public int InChannels { get; }

    /// <summary>Cout.</summary>
    public int OutChannels { get; }

    /// <summary>Kh and Kw, the taps of the kernel.</summary>
    public Size2d Kernel { get; }

    /// <summary>How far the kernel moves from one output to the next.</summary>
    public Size2d Stride { get; }

    /// <summary>Zeros on either side.</summary>
    public Size2d Padding { get; }

    /// <summary>The distance of two taps.</summary>
    public Size2d Dilation { get; }

    /// <summary>Channels are cut into this many groups that do not see each other.</summary>
    public int Groups { get; }

    /// <summary>Positions that the kernel covers: dilation·(K - 1) + 1.</summary>
    public Size2d Span => ((Dilation.Height * (Kernel.Height - 1)) + 1, (Dilation.Width * (Kernel.Width - 1)) + 1);

    /// <summary>The image with its padding.</summary>
    public Size2d PaddedSize => (Size.Height + (2 * Padding.Height), Size.Width + (2 * Padding.Width));

    /// <summary>⌊(size + 2·padding - dilation·(K - 1) - 1) / stride⌋ + 1.</summary>
    public Size2d OutSize { get; }

    /// <summary>Cin / groups.</summary>
    public int GroupIn => InChannels / Groups;

    /// <summary>Cout / groups.</summary>
    public int GroupOut => OutChannels / Groups;

    /// <summary>[N, H, W, Cin].</summary>
    public Shape Input => [Batch, Size.Height, Size.Width, InChannels];

    /// <summary>[N, Hout, Wout, Cout].</summary>
    public Shape Output => [Batch, OutSize.Height, OutSize.Width, OutChannels];

    /// <summary>[Kh, Kw, Cin/groups, Cout].</summary>
    public Shape Weight => [Kernel.Height, Kernel.Width, GroupIn, OutChannels];

    /// <summary>2·N·Hout·Wout·Cout·Kh·Kw·Cin/groups: what the textbook takes, whatever the kernel does.</summary>
    public long FloatingPointOperations => 2L * Batch * OutSize.Area * OutChannels * Kernel.Area * GroupIn;
}

/// <summary>
/// The geometry of a transposed two-dimensional convolution over [N, H, W, Cin] with weights [Kh, Kw, Cin, Cout/groups]: the
/// input gradient of the convolution <see cref="Adjoint"/>, which goes the other way.
/// </summary>
public readonly record struct ConvTranspose2dShape
{
    /// <summary>Makes and checks a geometry. Stride and dilation are 1 and paddings are 0 where they are not given.</summary>
    /// <exception cref="ArgumentException">A size that no transposed convolution has; the message names it.</exception>
    public ConvTranspose2dShape(
        int batch, int height, int width, int inChannels, int outChannels, Size2d kernel,
        Size2d? stride = null, Size2d? padding = null, Size2d? outputPadding = null, Size2d? dilation = null, int groups = 1)
    {
        var (steps, edges, taps) = (stride ?? 1, padding ?? 0, dilation ?? 1);
        OutputPadding = outputPadding ?? 0;
        int outHeight = ConvChecks.TransposedOutLength(height, kernel.Height, steps.Height, edges.Height, OutputPadding.Height, taps.Height);
        int outWidth = ConvChecks.TransposedOutLength(width, kernel.Width, steps.Width, edges.Width, OutputPadding.Width, taps.Width);
        Adjoint = new Conv2dShape(batch, outHeight, outWidth, outChannels, inChannels, kernel, steps, edges, taps, groups, outSize: (height, width));
    }

    /// <summary>The convolution from our output to our input.</summary>
    public Conv2dShape Adjoint { get; }

    /// <summary>Positions added at the end of the output, below the stride or the dilation.</summary>
    public Size2d OutputPadding { get; }

    /// <summary>(size - 1)·stride - 2·padding + dilation·(K - 1) + outputPadding + 1.</summary>
    public Size2d OutSize => Adjoint.Size;

    /// <summary>[N, H, W, Cin].</summary>
    public Shape Input => Adjoint.Output;

    /// <summary>[N, Hout, Wout, Cout].</summary>
    public Shape Output => Adjoint.Input;

    /// <summary>[Kh, Kw, Cin, Cout/groups].</summary>
    public Shape Weight => [Adjoint.Kernel.Height, Adjoint.Kernel.Width, Adjoint.OutChannels, Adjoint.GroupIn];

    /// <summary>2·N·H·W·Cin·Kh·Kw·Cout/groups.</summary>
    public long FloatingPointOperations => Adjoint.FloatingPointOperations;
}
