using System.Numerics;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Tensors.Reference;

/// <summary>
/// Transposed one-dimensional convolution as its formula says: each input number puts its kernel, scaled, into the output.
/// x: [N, L, Cin], y: [N, Lout, Cout], W: [K, Cin, Cout/groups].
/// </summary>
public static class ConvTranspose1d
{
    /// <summary>y[n, l·stride + k·dilation - padding, o] += x[n, l, c]·W[k, c, o] over all n, l, c, k, o, from bias[o], which may be empty.</summary>
    public static void Forward<T>(in ConvTranspose1dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int outChannels = shape.Output[2];
        for (int i = 0; i < y.Length; i++)
            y[i] = bias.IsEmpty ? T.Zero : bias[i % outChannels];
        foreach (var (ix, iw, iy) in Terms(shape))
            y[iy] += x[ix] * weight[iw];
    }

    /// <summary>dx[n, l, c] += dy[n, l·stride + k·dilation - padding, o]·W[k, c, o], from 0 or from what dx holds: a convolution.</summary>
    public static void InputGradient<T>(in ConvTranspose1dShape shape, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dx.Clear();
        foreach (var (ix, iw, iy) in Terms(shape))
            dx[ix] += dy[iy] * weight[iw];
    }

    /// <summary>dW[k, c, o] += x[n, l, c]·dy[n, l·stride + k·dilation - padding, o], from 0 or from what dW holds.</summary>
    public static void WeightGradient<T>(in ConvTranspose1dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dWeight, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dWeight.Clear();
        foreach (var (ix, iw, iy) in Terms(shape))
            dWeight[iw] += x[ix] * dy[iy];
    }

    /// <summary>All products of the sum: where in x, in W and in y each has its numbers.</summary>
    private static IEnumerable<(int X, int Weight, int Y)> Terms(ConvTranspose1dShape shape)
    {
        var adjoint = shape.Adjoint;
        int batch = shape.Input[0], length = shape.Input[1], inChannels = shape.Input[2];
        int outLength = shape.Output[1], outChannels = shape.Output[2];
        int groupIn = inChannels / adjoint.Groups, groupOut = outChannels / adjoint.Groups;
        for (int n = 0; n < batch; n++)
        {
            for (int l = 0; l < length; l++)
            {
                for (int k = 0; k < adjoint.Kernel; k++)
                {
                    int position = (l * adjoint.Stride) + (k * adjoint.Dilation) - adjoint.Padding;
                    if (position < 0 || position >= outLength)
                        continue;
                    for (int c = 0; c < inChannels; c++)
                    {
                        int group = c / groupIn;
                        for (int o = 0; o < groupOut; o++)
                        {
                            yield return (
                                (((n * length) + l) * inChannels) + c,
                                (((k * inChannels) + c) * groupOut) + o,
                                (((n * outLength) + position) * outChannels) + (group * groupOut) + o);
                        }
                    }
                }
            }
        }
    }
}
