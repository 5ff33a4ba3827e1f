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
        int outChannels = shape.Output[3];
        for (int i = 0; i < y.Length; i++)
            y[i] = bias.IsEmpty ? T.Zero : bias[i % outChannels];
        foreach (var (ix, iw, iy) in Products(shape))
            y[iy] += x[ix] * weight[iw];
    }

    /// <summary>dx[n, i, j, c] += dy[...]·W[kh, kw, c, o] over the same products, from 0 or from what dx holds: a convolution.</summary>
    public static void InputGradient<T>(in ConvTranspose2dShape shape, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dx.Clear();
        foreach (var (ix, iw, iy) in Products(shape))
            dx[ix] += dy[iy] * weight[iw];
    }

    /// <summary>dW[kh, kw, c, o] += x[n, i, j, c]·dy[...] over the same products, from 0 or from what dW holds.</summary>
    public static void WeightGradient<T>(in ConvTranspose2dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dWeight, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dWeight.Clear();
        foreach (var (ix, iw, iy) in Products(shape))
            dWeight[iw] += x[ix] * dy[iy];
    }

    /// <summary>All products of the sum: where in x, in W and in y each has its numbers.</summary>
    private static IEnumerable<(int X, int Weight, int Y)> Products(ConvTranspose2dShape shape)
    {
        var (adjoint, outSize) = (shape.Adjoint, shape.OutSize);
        int batch = shape.Input[0], inHeight = shape.Input[1], inWidth = shape.Input[2], inChannels = shape.Input[3], outChannels = shape.Output[3];
        int groupIn = inChannels / adjoint.Groups, groupOut = outChannels / adjoint.Groups;
        for (int n = 0; n < batch; n++)
        {
            for (int tap = 0; tap < inHeight * inWidth * adjoint.Kernel.Area; tap++)
            {
                int kw = tap % adjoint.Kernel.Width, kh = tap / adjoint.Kernel.Width % adjoint.Kernel.Height;
                int j = tap / adjoint.Kernel.Area % inWidth, i = tap / adjoint.Kernel.Area / inWidth;
                int h = (i * adjoint.Stride.Height) + (kh * adjoint.Dilation.Height) - adjoint.Padding.Height;
                int w = (j * adjoint.Stride.Width) + (kw * adjoint.Dilation.Width) - adjoint.Padding.Width;
                if (h < 0 || h >= outSize.Height || w < 0 || w >= outSize.Width)
                    continue;
                int x = ((((n * inHeight) + i) * inWidth) + j) * inChannels;
                int weight = ((kh * adjoint.Kernel.Width) + kw) * inChannels * groupOut;
                int y = ((((n * outSize.Height) + h) * outSize.Width) + w) * outChannels;
                for (int c = 0; c < inChannels; c++)
                {
                    int firstOutput = c / groupIn * groupOut;
                    for (int o = 0; o < groupOut; o++)
                        yield return (x + c, weight + (c * groupOut) + o, y + firstOutput + o);
                }
            }
        }
    }
}
