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
        foreach (var (ix, iw, iy) in Products(shape))
            y[iy] += x[ix] * weight[iw];
    }

    /// <summary>dx[n, h, w, c] += dy[n, i, j, o]·W[kh, kw, c, o] over all products, from 0 or from what dx holds.</summary>
    public static void InputGradient<T>(in Conv2dShape shape, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dx.Clear();
        foreach (var (ix, iw, iy) in Products(shape))
            dx[ix] += dy[iy] * weight[iw];
    }

    /// <summary>dW[kh, kw, c, o] += x[n, h, w, c]·dy[n, i, j, o] over all products, from 0 or from what dW holds.</summary>
    public static void WeightGradient<T>(in Conv2dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dWeight, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dWeight.Clear();
        foreach (var (ix, iw, iy) in Products(shape))
            dWeight[iw] += x[ix] * dy[iy];
    }

    /// <summary>
    /// All products of the sum: where in x, in W and in y each has its numbers. Output (i, j) sees, through tap (kh, kw), the
    /// input h = i·stride + kh·dilation - padding, w = j·stride + kw·dilation - padding, where the image has one.
    /// </summary>
    private static IEnumerable<(int X, int Weight, int Y)> Products(Conv2dShape shape)
    {
        for (int n = 0; n < shape.Batch; n++)
        {
            foreach (var (i, kh, h) in Line(shape.OutSize.Height, shape.Kernel.Height, shape.Stride.Height, shape.Dilation.Height, shape.Padding.Height, shape.Size.Height))
            {
                foreach (var (j, kw, w) in Line(shape.OutSize.Width, shape.Kernel.Width, shape.Stride.Width, shape.Dilation.Width, shape.Padding.Width, shape.Size.Width))
                {
                    int x = ((((n * shape.Size.Height) + h) * shape.Size.Width) + w) * shape.InChannels;
                    int weight = ((kh * shape.Kernel.Width) + kw) * shape.GroupIn * shape.OutChannels;
                    int y = ((((n * shape.OutSize.Height) + i) * shape.OutSize.Width) + j) * shape.OutChannels;
                    for (int o = 0; o < shape.OutChannels; o++)
                    {
                        int firstInput = o / shape.GroupOut * shape.GroupIn;
                        for (int c = 0; c < shape.GroupIn; c++)
                            yield return (x + firstInput + c, weight + (c * shape.OutChannels) + o, y + o);
                    }
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
