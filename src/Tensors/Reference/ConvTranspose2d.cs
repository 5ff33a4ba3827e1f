using System.Numerics;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Tensors.Reference;

/// <summary>
/// Transposed two-dimensional convolution as its formula says: each input number puts its kernel, scaled, into the output.
/// x: [N, H, W, Cin], y: [N, Hout, Wout, Cout], W: [Kh, Kw, Cin, Cout/groups].
/// </summary>
public static class ConvTranspose2d
{
    /// <summary>
    /// y[n, i·stride + kh·dilation - padding, j·stride + kw·dilation - padding, o] += x[n, i, j, c]·W[kh, kw, c, o] over all
    /// products, from bias[o], which may be empty.
    /// </summary>
    public static void Forward<T>(in ConvTranspose2dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var adjoint = shape.Adjoint;
        for (int i = 0; i < y.Length; i++)
            y[i] = bias.IsEmpty ? T.Zero : bias[i % adjoint.InChannels];
        foreach (var (atX, atWeight, atY) in Taps(adjoint))
        {
            for (int c = 0; c < adjoint.OutChannels; c++)
            {
                for (int o = 0; o < adjoint.GroupIn; o++)
                    y[atY + FirstOutput(adjoint, c) + o] += x[atX + c] * weight[atWeight + (c * adjoint.GroupIn) + o];
            }
        }
    }

    /// <summary>dx[n, i, j, c] += dy[...]·W[kh, kw, c, o] over the same products, from 0 or from what dx holds: a convolution.</summary>
    public static void InputGradient<T>(in ConvTranspose2dShape shape, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var adjoint = shape.Adjoint;
        if (!accumulate)
            dx.Clear();
        foreach (var (atX, atWeight, atY) in Taps(adjoint))
        {
            for (int c = 0; c < adjoint.OutChannels; c++)
            {
                for (int o = 0; o < adjoint.GroupIn; o++)
                    dx[atX + c] += dy[atY + FirstOutput(adjoint, c) + o] * weight[atWeight + (c * adjoint.GroupIn) + o];
            }
        }
    }

    /// <summary>dW[kh, kw, c, o] += x[n, i, j, c]·dy[...] over the same products, from 0 or from what dW holds.</summary>
    public static void WeightGradient<T>(in ConvTranspose2dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dWeight, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var adjoint = shape.Adjoint;
        if (!accumulate)
            dWeight.Clear();
        foreach (var (atX, atWeight, atY) in Taps(adjoint))
        {
            for (int c = 0; c < adjoint.OutChannels; c++)
            {
                for (int o = 0; o < adjoint.GroupIn; o++)
                    dWeight[atWeight + (c * adjoint.GroupIn) + o] += x[atX + c] * dy[atY + FirstOutput(adjoint, c) + o];
            }
        }
    }

    // The first output channel that input channel c reaches: that of its group. The adjoint's outputs are our inputs.
    private static int FirstOutput(in Conv2dShape adjoint, int c) => c / adjoint.GroupOut * adjoint.GroupIn;

    /// <summary>Which input position reaches which output position through which tap: where in x, in W and in y their channels begin.</summary>
    private static IEnumerable<(int X, int Weight, int Y)> Taps(Conv2dShape adjoint)
    {
        var (inSize, outSize, kernel) = (adjoint.OutSize, adjoint.Size, adjoint.Kernel);
        for (int position = 0; position < adjoint.Batch * inSize.Area; position++)
        {
            int n = position / inSize.Area, i = position / inSize.Width % inSize.Height, j = position % inSize.Width;
            for (int tap = 0; tap < kernel.Area; tap++)
            {
                int h = (i * adjoint.Stride.Height) + (tap / kernel.Width * adjoint.Dilation.Height) - adjoint.Padding.Height;
                int w = (j * adjoint.Stride.Width) + (tap % kernel.Width * adjoint.Dilation.Width) - adjoint.Padding.Width;
                if (h >= 0 && h < outSize.Height && w >= 0 && w < outSize.Width)
                {
                    yield return (
                        position * adjoint.OutChannels,
                        tap * adjoint.OutChannels * adjoint.GroupIn,
                        ((((n * outSize.Height) + h) * outSize.Width) + w) * adjoint.InChannels);
                }
            }
        }
    }
}
