using System.Numerics;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Tensors.Reference;

/// <summary>
/// Two-dimensional convolution as its formula says, and its two gradients: the same sum over the same products, solved for
/// another of its three tensors each time. x: [N, H, W, Cin], y: [N, Hout, Wout, Cout], W: [Kh, Kw, Cin/groups, Cout].
/// </summary>
public static class Conv2d
{
    /// <summary>y[n, i, j, o] += x[n, h, w, c]·W[kh, kw, c, o] over all products, from bias[o], which may be empty.</summary>
    public static void Forward<T>(in Conv2dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = bias.IsEmpty ? T.Zero : bias[i % shape.OutChannels];
        foreach (var (atX, atWeight, atY) in Taps(shape))
        {
            for (int o = 0; o < shape.OutChannels; o++)
            {
                for (int c = 0; c < shape.GroupIn; c++)
                    y[atY + o] += x[atX + FirstInput(shape, o) + c] * weight[atWeight + (c * shape.OutChannels) + o];
            }
        }
    }

    /// <summary>dx[n, h, w, c] += dy[n, i, j, o]·W[kh, kw, c, o] over all products, from 0 or from what dx holds.</summary>
    public static void InputGradient<T>(in Conv2dShape shape, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dx.Clear();
        foreach (var (atX, atWeight, atY) in Taps(shape))
        {
            for (int o = 0; o < shape.OutChannels; o++)
            {
                for (int c = 0; c < shape.GroupIn; c++)
                    dx[atX + FirstInput(shape, o) + c] += dy[atY + o] * weight[atWeight + (c * shape.OutChannels) + o];
            }
        }
    }

    /// <summary>dW[kh, kw, c, o] += x[n, h, w, c]·dy[n, i, j, o] over all products, from 0 or from what dW holds.</summary>
    public static void WeightGradient<T>(in Conv2dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dWeight, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dWeight.Clear();
        foreach (var (atX, atWeight, atY) in Taps(shape))
        {
            for (int o = 0; o < shape.OutChannels; o++)
            {
                for (int c = 0; c < shape.GroupIn; c++)
                    dWeight[atWeight + (c * shape.OutChannels) + o] += x[atX + FirstInput(shape, o) + c] * dy[atY + o];
            }
        }
    }

    // The first input channel that output channel o sees: that of its group.
    private static int FirstInput(in Conv2dShape shape, int o) => o / shape.GroupOut * shape.GroupIn;

    /// <summary>
    /// Which output position sees which input position through which tap: where in x, in W and in y their channels begin.
    /// Output (i, j) sees, through tap (kh, kw), input h = i·stride + kh·dilation - padding, w = j·stride + kw·dilation - padding,
    /// where the image has one.
    /// </summary>
    private static IEnumerable<(int X, int Weight, int Y)> Taps(Conv2dShape shape)
    {
        for (int n = 0; n < shape.Batch; n++)
        {
            foreach (var (i, kh, h) in Line(shape.OutSize.Height, shape.Kernel.Height, shape.Stride.Height, shape.Dilation.Height, shape.Padding.Height, shape.Size.Height))
            {
                foreach (var (j, kw, w) in Line(shape.OutSize.Width, shape.Kernel.Width, shape.Stride.Width, shape.Dilation.Width, shape.Padding.Width, shape.Size.Width))
                {
                    yield return (
                        ((((n * shape.Size.Height) + h) * shape.Size.Width) + w) * shape.InChannels,
                        ((kh * shape.Kernel.Width) + kw) * shape.GroupIn * shape.OutChannels,
                        ((((n * shape.OutSize.Height) + i) * shape.OutSize.Width) + j) * shape.OutChannels);
                }
            }
        }
    }

    /// <summary>Along one dimension: which output sees which input through which tap.</summary>
    private static IEnumerable<(int Output, int Tap, int Input)> Line(int outputs, int taps, int stride, int dilation, int padding, int inputs)
    {
        for (int output = 0; output < outputs; output++)
        {
            for (int tap = 0; tap < taps; tap++)
            {
                int input = (output * stride) + (tap * dilation) - padding;
                if (input >= 0 && input < inputs)
                    yield return (output, tap, input);
            }
        }
    }
}
