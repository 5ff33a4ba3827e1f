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
    {
        (Batch, Size, InChannels, OutChannels) = (batch, (height, width), inChannels, outChannels);
        (Kernel, Stride, Padding, Dilation, Groups) = (kernel, stride ?? 1, padding ?? 0, dilation ?? 1, groups);
        Require(batch >= 0, nameof(batch), batch, "at least 0");
        Require(Size, 1, "size");
        Require(Kernel, 1, nameof(kernel));
        Require(Stride, 1, nameof(stride));
        Require(Padding, 0, nameof(padding));
        Require(Dilation, 1, nameof(dilation));
        Require(groups >= 1, nameof(groups), groups, "at least 1");
        Require(inChannels >= 1 && inChannels % groups == 0, nameof(inChannels), inChannels, $"a multiple of the {groups} groups");
        Require(outChannels >= 1 && outChannels % groups == 0, nameof(outChannels), outChannels, $"a multiple of the {groups} groups");
        if (Span.Height > PaddedSize.Height || Span.Width > PaddedSize.Width)
            throw new ArgumentException($"A kernel of {kernel} with dilation {Dilation} covers {Span} positions, but the image has only {Size} and {Padding} of padding on either side.", nameof(kernel));
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
    public Size2d OutSize => (((PaddedSize.Height - Span.Height) / Stride.Height) + 1, ((PaddedSize.Width - Span.Width) / Stride.Width) + 1);

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

    private static void Require(Size2d size, int least, string name)
    {
        Require(size.Height >= least, name, size.Height, $"at least {least}");
        Require(size.Width >= least, name, size.Width, $"at least {least}");
    }

    private static void Require(bool condition, string name, int value, string accepted)
    {
        if (!condition)
            throw new ArgumentException($"The {name} of a convolution is {value}; it must be {accepted}.", name);
    }
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
        int outHeight = OutLength(height, kernel.Height, steps.Height, edges.Height, OutputPadding.Height, taps.Height);
        int outWidth = OutLength(width, kernel.Width, steps.Width, edges.Width, OutputPadding.Width, taps.Width);
        Adjoint = new Conv2dShape(batch, outHeight, outWidth, outChannels, inChannels, kernel, steps, edges, taps, groups);
    }

    /// <summary>The convolution from our output to our input.</summary>
    public Conv2dShape Adjoint { get; }

    /// <summary>Positions added at the end of the output, which the stride leaves open.</summary>
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

    private static int OutLength(int length, int kernel, int stride, int padding, int outputPadding, int dilation)
    {
        if (outputPadding < 0 || (outputPadding > 0 && outputPadding >= Math.Max(stride, dilation)))
            throw new ArgumentException($"The outputPadding of a transposed convolution is {outputPadding}; it must be at least 0 and less than the stride {stride} or the dilation {dilation}.", nameof(outputPadding));
        int outLength = ((length - 1) * stride) - (2 * padding) + (dilation * (kernel - 1)) + outputPadding + 1;
        if (length < 1 || outLength < 1)
            throw new ArgumentException($"A transposed convolution of length {length}, kernel {kernel}, stride {stride}, padding {padding} has {outLength} outputs; it must have at least 1.", nameof(length));
        return outLength;
    }
}
