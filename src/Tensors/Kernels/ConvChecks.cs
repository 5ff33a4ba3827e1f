namespace Diffusion.Tensors.Kernels;

/// <summary>The checks that all convolutions share. What is computed here cannot wrap, and what passes does not wrap later.</summary>
internal static class ConvChecks
{
    /// <summary>Channels and groups that fit together, and a batch that may be empty.</summary>
    public static void Sizes(int batch, int inChannels, int outChannels, int groups)
    {
        Require(batch >= 0, nameof(batch), batch, "at least 0");
        Require(groups >= 1, nameof(groups), groups, "at least 1");
        Require(inChannels >= 1 && inChannels % groups == 0, nameof(inChannels), inChannels, $"a multiple of the {groups} groups");
        Require(outChannels >= 1 && outChannels % groups == 0, nameof(outChannels), outChannels, $"a multiple of the {groups} groups");
    }

    /// <summary>
    /// ⌊(length + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1 along one axis, or what is <paramref name="given"/>. No
    /// positions are legal where they have no outputs; a kernel that does not fit into some is not.
    /// </summary>
    public static int OutLength(string name, int length, int kernel, int stride, int padding, int dilation, int? given)
    {
        Require(length >= 0, name, length, "at least 0");
        Require(kernel >= 1, nameof(kernel), kernel, "at least 1");
        Require(stride >= 1, nameof(stride), stride, "at least 1");
        Require(padding >= 0, nameof(padding), padding, "at least 0");
        Require(dilation >= 1, nameof(dilation), dilation, "at least 1");
        long padded = length + (2L * padding), span = ((long)dilation * (kernel - 1)) + 1;
        if (padded > int.MaxValue || span > int.MaxValue)
            throw new ArgumentException($"A kernel of {kernel} with dilation {dilation} over {length} positions with {padding} of padding on either side spans {Math.Max(padded, span)}; at most {int.MaxValue} can be counted.", nameof(kernel));
        if (given is { } outputs)
            return outputs;
        long outLength = FloorDivide(padded - span, stride) + 1;
        if (outLength < 1 && !(length == 0 && outLength == 0))
            throw new ArgumentException($"A kernel of {kernel} with dilation {dilation} covers {span} positions, but the {name} is only {length}, with {padding} of padding on either side.", nameof(kernel));
        return (int)outLength;
    }

    /// <summary>(length - 1)·stride - 2·padding + dilation·(kernel - 1) + outputPadding + 1 along one axis of a transposed convolution.</summary>
    public static int TransposedOutLength(int length, int kernel, int stride, int padding, int outputPadding, int dilation)
    {
        if (outputPadding < 0 || (outputPadding > 0 && outputPadding >= Math.Max(stride, dilation)))
            throw new ArgumentException($"The outputPadding of a transposed convolution is {outputPadding}; it must be at least 0 and less than the stride {stride} or the dilation {dilation}.", nameof(outputPadding));
        long outLength = ((length - 1L) * stride) - (2L * padding) + ((long)dilation * (kernel - 1L)) + outputPadding + 1;
        if (length < 0 || outLength > int.MaxValue || (outLength < 1 && !(length == 0 && outLength == 0)))
            throw new ArgumentException($"A transposed convolution of length {length}, kernel {kernel}, stride {stride}, padding {padding} has {outLength} outputs; it must have at least 1, and at most {int.MaxValue}.", nameof(length));
        return (int)outLength;
    }

    /// <summary>Whether the input of at least one sample with its padding, the weight and the output can be: a shape says so.</summary>
    public static void Fits(Shape paddedInput, Shape weight, Shape output) => _ = (long)paddedInput.Length + weight.Length + output.Length;

    private static long FloorDivide(long a, int b) => a >= 0 ? a / b : -((b - 1 - a) / b);

    private static void Require(bool condition, string name, int value, string accepted)
    {
        if (!condition)
            throw new ArgumentException($"The {name} of a convolution is {value}; it must be {accepted}.", name);
    }
}
