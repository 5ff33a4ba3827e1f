using System.Numerics;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Tensors.Reference;

/// <summary>
/// One-dimensional convolution as its formula says, and its two gradients: the same sum over the same indices, solved for
/// another of its three tensors each time. x: [N, L, Cin], y: [N, Lout, Cout], W: [K, Cin/groups, Cout].
/// </summary>
public static class Conv1d
{
    /// <summary>y[n, l, o] = bias[o] + Σ_k Σ_c x[n, l·stride + k·dilation - padding, c]·W[k, c, o]; x is 0 outside of the sequence.</summary>
    public static void Forward<T>(in Conv1dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int n = 0; n < shape.Batch; n++)
        {
            for (int l = 0; l < shape.OutLength; l++)
            {
                for (int o = 0; o < shape.OutChannels; o++)
                {
                    T sum = bias.IsEmpty ? T.Zero : bias[o];
                    int group = o / shape.GroupOut;
                    for (int k = 0; k < shape.Kernel; k++)
                    {
                        int position = (l * shape.Stride) + (k * shape.Dilation) - shape.Padding;
                        if (position < 0 || position >= shape.Length)
                            continue;
                        for (int c = 0; c < shape.GroupIn; c++)
                            sum += x[X(shape, n, position, (group * shape.GroupIn) + c)] * weight[W(shape, k, c, o)];
                    }

                    y[Y(shape, n, l, o)] = sum;
                }
            }
        }
    }

    /// <summary>dx[n, l·stride + k·dilation - padding, c] += dy[n, l, o]·W[k, c, o] over all n, l, o, k, c, from 0 or from what dx holds.</summary>
    public static void InputGradient<T>(in Conv1dShape shape, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dx.Clear();
        for (int n = 0; n < shape.Batch; n++)
        {
            for (int l = 0; l < shape.OutLength; l++)
            {
                for (int k = 0; k < shape.Kernel; k++)
                {
                    int position = (l * shape.Stride) + (k * shape.Dilation) - shape.Padding;
                    if (position < 0 || position >= shape.Length)
                        continue;
                    for (int o = 0; o < shape.OutChannels; o++)
                    {
                        int group = o / shape.GroupOut;
                        for (int c = 0; c < shape.GroupIn; c++)
                            dx[X(shape, n, position, (group * shape.GroupIn) + c)] += dy[Y(shape, n, l, o)] * weight[W(shape, k, c, o)];
                    }
                }
            }
        }
    }

    /// <summary>dW[k, c, o] += x[n, l·stride + k·dilation - padding, c]·dy[n, l, o] over all n and l, from 0 or from what dW holds.</summary>
    public static void WeightGradient<T>(in Conv1dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dWeight, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!accumulate)
            dWeight.Clear();
        for (int n = 0; n < shape.Batch; n++)
        {
            for (int l = 0; l < shape.OutLength; l++)
            {
                for (int k = 0; k < shape.Kernel; k++)
                {
                    int position = (l * shape.Stride) + (k * shape.Dilation) - shape.Padding;
                    if (position < 0 || position >= shape.Length)
                        continue;
                    for (int o = 0; o < shape.OutChannels; o++)
                    {
                        int group = o / shape.GroupOut;
                        for (int c = 0; c < shape.GroupIn; c++)
                            dWeight[W(shape, k, c, o)] += x[X(shape, n, position, (group * shape.GroupIn) + c)] * dy[Y(shape, n, l, o)];
                    }
                }
            }
        }
    }

    private static int X(in Conv1dShape shape, int n, int l, int c) => (((n * shape.Length) + l) * shape.InChannels) + c;

    private static int Y(in Conv1dShape shape, int n, int l, int o) => (((n * shape.OutLength) + l) * shape.OutChannels) + o;

    private static int W(in Conv1dShape shape, int k, int c, int o) => (((k * shape.GroupIn) + c) * shape.OutChannels) + o;
}
