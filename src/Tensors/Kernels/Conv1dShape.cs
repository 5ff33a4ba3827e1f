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
    {
        (Batch, Length, InChannels, OutChannels) = (batch, length, inChannels, outChannels);
        (Kernel, Stride, Padding, Dilation, Groups) = (kernel, stride, padding, dilation, groups);
        Require(batch >= 0, nameof(batch), batch, "at least 0");
        Require(length >= 1, nameof(length), length, "at least 1");
        Require(kernel >= 1, nameof(kernel), kernel, "at least 1");
        Require(stride >= 1, nameof(stride), stride, "at least 1");
        Require(padding >= 0, nameof(padding), padding, "at least 0");
        Require(dilation >= 1, nameof(dilation), dilation, "at least 1");
        Require(groups >= 1, nameof(groups), groups, "at least 1");
        Require(inChannels >= 1 && inChannels % groups == 0, nameof(inChannels), inChannels, $"a multiple of the {groups} groups");
        Require(outChannels >= 1 && outChannels % groups == 0, nameof(outChannels), outChannels, $"a multiple of the {groups} groups");
        if (Span > PaddedLength)
            throw new ArgumentException($"A kernel of {kernel} with dilation {dilation} covers {Span} positions, but the sequence has only {length} and {padding} of padding on either side.", nameof(kernel));
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
    public int OutLength => ((PaddedLength - Span) / Stride) + 1;

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
        Batch, 1, Length, InChannels, OutChannels, (1, Kernel), (1, Stride), (0, Padding), (1, Dilation), Groups);

    /// <summary>2·N·OutLength·Cout·K·Cin/groups.</summary>
    public long FloatingPointOperations => 2L * Batch * OutLength * OutChannels * Kernel * GroupIn;

    private static void Require(bool condition, string name, int value, string accepted)
    {
        if (!condition)
            throw new ArgumentException($"The {name} of a convolution is {value}; it must be {accepted}.", name);
    }
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
        if (outputPadding < 0 || (outputPadding > 0 && outputPadding >= Math.Max(stride, dilation)))
            throw new ArgumentException($"The outputPadding of a transposed convolution is {outputPadding}; it must be at least 0 and less than the stride {stride} or the dilation {dilation}.", nameof(outputPadding));
        int outLength = ((length - 1) * stride) - (2 * padding) + (dilation * (kernel - 1)) + outputPadding + 1;
        if (length < 1 || outLength < 1)
            throw new ArgumentException($"A transposed convolution of length {length}, kernel {kernel}, stride {stride}, padding {padding} has {outLength} outputs; it must have at least 1.", nameof(length));
        Adjoint = new Conv1dShape(batch, outLength, outChannels, inChannels, kernel, stride, padding, dilation, groups);
        OutputPadding = outputPadding;
    }

    /// <summary>The convolution from our output to our input.</summary>
    public Conv1dShape Adjoint { get; }

    /// <summary>Positions added at the end of the output, which the stride leaves open.</summary>
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
