using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// One axis of a correlation: output number i, which stands at OutStart + i·OutStep, is the sum over the taps k of input
/// i·Step + k·Dilation + Start times weight FirstTap + k·TapStep. Inputs outside of the axis are zero.
/// </summary>
/// <param name="Count">How many outputs.</param>
/// <param name="Step">The distance of the inputs of two neighbouring outputs.</param>
/// <param name="Start">The input of the first tap of the first output; negative in the padding.</param>
/// <param name="Taps">How many taps.</param>
/// <param name="Dilation">The distance of the inputs of two neighbouring taps.</param>
/// <param name="FirstTap">The weight of the first tap.</param>
/// <param name="TapStep">From one tap to the next.</param>
/// <param name="OutStart">Where the first output stands.</param>
/// <param name="OutStep">From one output to the next.</param>
internal readonly record struct ConvAxis(int Count, int Step, int Start, int Taps, int Dilation, int FirstTap, int TapStep, int OutStart, int OutStep)
{
    /// <summary>The axis of a convolution with so many outputs.</summary>
    public static ConvAxis Forward(int outLength, int kernel, int stride, int padding, int dilation) =>
        new(outLength, stride, -padding, kernel, dilation, FirstTap: 0, TapStep: 1, OutStart: 0, OutStep: 1);

    /// <summary>The same without the taps at either end that see nothing but padding: so windows are no wider than they must be.</summary>
    public ConvAxis Within(int length)
    {
        long reach = (Count - 1L) * Step, before = -(Start + reach);
        long first = before <= 0 ? 0 : ((before - 1) / Dilation) + 1, last = Math.Min(Taps - 1, length - 1 < Start ? -1 : ((long)length - 1 - Start) / Dilation);
        return length == 0 || first > last ? this with { Taps = 0, Start = 0 }
            : this with { Taps = (int)(last - first + 1), Start = (int)(Start + (first * Dilation)), FirstTap = FirstTap + ((int)first * TapStep) };
    }

    /// <summary>
    /// The axis of a convolution's input gradient, for inputs <paramref name="phase"/>, phase + stride, phase + 2·stride ...
    /// </summary>
    /// <remarks>
    /// Input i gets from output l, through tap k, what has i = l·stride + k·dilation - padding. So the taps that an input
    /// sees are those with k·dilation = i + padding modulo the stride: the same for all inputs of one phase, every
    /// (stride/gcd)-th tap. Along these, l = (i + padding - k·dilation)/stride falls as k rises; taken in reverse, they make a
    /// correlation of the gradient with step 1.
    /// </remarks>
    public static ConvAxis InputGradient(int length, int kernel, int stride, int padding, int dilation, int phase)
    {
        int gcd = Gcd(dilation, stride), tapStep = stride / gcd, count = Parts.Count(length - phase, stride);
        int first = 0;
        while (first < Math.Min(tapStep, kernel) && ((long)phase + padding - ((long)first * dilation)) % stride != 0)
            first++;
        int taps = first >= Math.Min(tapStep, kernel) ? 0 : ((kernel - 1 - first) / tapStep) + 1;
        int last = first + ((taps - 1) * tapStep);
        return new(count, 1, taps == 0 ? 0 : (int)(((long)phase + padding - ((long)last * dilation)) / stride), taps, dilation / gcd, last, -tapStep, phase, stride);
    }

    /// <summary>How many neighbouring inputs so many outputs see.</summary>
    public int Window(int outputs) => ((outputs - 1) * Step) + (Dilation * (Taps - 1)) + 1;

    private static int Gcd(int a, int b) => b == 0 ? a : Gcd(b, a % b);
}
