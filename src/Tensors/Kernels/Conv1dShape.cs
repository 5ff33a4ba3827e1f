namespace Diffusion.Tensors.Kernels;

/// <summary>
/// The geometry of a one-dimensional convolution over sequences [N, L, Cin] with weights [K, Cin/groups, Cout], validated
/// once: forward, gradients, tests and benchmarks share it.
/// </summary>
public readonly record struct Conv1dShape
{
    /// <summary>Makes and checks a geometry.</summary>
    /// <exception cref="ArgumentException">A size that no convolution has; the message names it.</exception>
    public Conv1dShape(int batch, int length, int inChannels, int outChannels, int kernel, int stride = 1, int padding = 0, int dilation = 1, int groups = 1)
        : this(batch, length, inChannels, outChannels, kernel, stride, padding, dilation, groups, outLength: null)
    {
    }

    /// <summary>The same with so many outputs, where a transposed convolution says how many there are.</summary>
    internal Conv1dShape(int batch, int length, int inChannels, int outChannels, int kernel, int stride, int padding, int dilation, int groups, int? outLength)
    {
        ConvChecks.Sizes(batch, inChannels, outChannels, groups);
        (Batch, Length, InChannels, OutChannels) = (batch, length, inChannels, outChannels);
        (Kernel, Stride, Padding, Dilation, Groups) = (kernel, stride, padding, dilation, groups);
        OutLength = ConvChecks.OutLength("length", length, kernel, stride, padding, dilation, outLength);
        ConvChecks.Fits([Math.Max(batch, 1), PaddedLength, inChannels], Weight, [Math.Max(batch, 1), OutLength, outChannels]);
    }

    /// <summary>N, the sequences.</summary>
    public int Batch { get; }

    /// <summary>L, the positions of a sequence.</summary>
    public int Length { get; }

    /// <summary>Cin.</summary>
    public int InChannels { get; }

    /// <summary>Cout.</summary>
    public int OutChannels { get; }

    /// <summary>K, the taps of the kernel.</summary>
    public int Kernel { get; }

    /// <summary>How far the kernel moves from one output to the next.</summary>
    public int Stride { get; }

    /// <summary>Zeros on either side.</summary>
    public int Padding { get; }

    /// <summary>The distance of two taps.</summary>
    public int Dilation { get; }

    /// <summary>Channels are cut into this many groups that do not see each other.</summary>
    public int Groups { get; }

    /// <summary>Positions that the kernel covers: dilation·(K - 1) + 1.</summary>
    public int Span => (Dilation * (Kernel - 1)) + 1;

    /// <summary>L + 2·padding.</summary>
    public int PaddedLength => Length + (2 * Padding);

    /// <summary>⌊(L + 2·padding - dilation·(K - 1) - 1) / stride⌋ + 1.</summary>
    public int OutLength { get; }

    /// <summary>Cin / groups.</summary>
    public int GroupIn => InChannels / Groups;

    /// <summary>Cout / groups.</summary>
    public int GroupOut => OutChannels / Groups;

    /// <summary>[N, L, Cin].</summary>
    public Shape Input => [Batch, Length, InChannels];

    /// <summary>[N, OutLength, Cout].</summary>
    public Shape Output => [Batch, OutLength, OutChannels];

    /// <summary>[K, Cin/groups, Cout].</summary>
    public Shape Weight => [Kernel, GroupIn, OutChannels];

    /// <summary>The same over images of height 1.</summary>
    public Conv2dShape OfImages => new(
        Batch, 1, Length, InChannels, OutChannels, (1, Kernel), (1, Stride), (0, Padding), (1, Dilation), Groups, outSize: (1, OutLength));

    /// <summary>2·N·OutLength·Cout·K·Cin/groups.</summary>
    public long FloatingPointOperations => 2L * Batch * OutLength * OutChannels * Kernel * GroupIn;
}

/// <summary>
/// The geometry of a transposed one-dimensional convolution over [N, L, Cin] with weights [K, Cin, Cout/groups]: the
/// input gradient of the convolution <see cref="Adjoint"/>, which goes the other way.
/// </summary>
public readonly record struct ConvTranspose1dShape
{
    /// <summary>Makes and checks a geometry.</summary>
    /// <exception cref="ArgumentException">A size that no transposed convolution has; the message names it.</exception>
    public ConvTranspose1dShape(
        int batch, int length, int inChannels, int outChannels, int kernel, int stride = 1, int padding = 0, int outputPadding = 0, int dilation = 1, int groups = 1)
    {
        int outLength = ConvChecks.TransposedOutLength(length, kernel, stride, padding, outputPadding, dilation);
        Adjoint = new Conv1dShape(batch, outLength, outChannels, inChannels, kernel, stride, padding, dilation, groups, outLength: length);
        OutputPadding = outputPadding;
    }

    /// <summary>The convolution from our output to our input.</summary>
    public Conv1dShape Adjoint { get; }

    /// <summary>Positions added at the end of the output, below the stride or the dilation.</summary>
    public int OutputPadding { get; }

    /// <summary>(L - 1)·stride - 2·padding + dilation·(K - 1) + outputPadding + 1.</summary>
    public int OutLength => Adjoint.Length;

    /// <summary>[N, L, Cin].</summary>
    public Shape Input => Adjoint.Output;

    /// <summary>[N, OutLength, Cout].</summary>
    public Shape Output => Adjoint.Input;

    /// <summary>[K, Cin, Cout/groups].</summary>
    public Shape Weight => [Adjoint.Kernel, Adjoint.OutChannels, Adjoint.GroupIn];

    /// <summary>The same over images of height 1.</summary>
    public ConvTranspose2dShape OfImages => new(
        Adjoint.Batch, 1, Adjoint.OutLength, Adjoint.OutChannels, Adjoint.InChannels, (1, Adjoint.Kernel),
        (1, Adjoint.Stride), (0, Adjoint.Padding), (0, OutputPadding), (1, Adjoint.Dilation), Adjoint.Groups);

    /// <summary>2·N·L·Cin·K·Cout/groups.</summary>
    public long FloatingPointOperations => Adjoint.FloatingPointOperations;
}
