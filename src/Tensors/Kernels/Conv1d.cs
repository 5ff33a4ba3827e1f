using System.Numerics;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// One-dimensional convolution, y[n, l, o] = bias[o] + Σ_k Σ_c x[n, l·stride + k·dilation - padding, c]·W[k, c, o], and its
/// gradients: that of images of height 1. x: [N, L, Cin], y: [N, Lout, Cout], W: [K, Cin/groups, Cout], all dense and row-major.
/// </summary>
internal static unsafe class Conv1d
{
    /// <summary>y = conv(x, W) + bias; bias, [Cout], may be empty.</summary>
    public static void Forward<T>(in Conv1dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, x.Length, weight.Length, y.Length);
        Conv2d.Forward(shape.OfImages, x, weight, bias, y);
    }

    /// <summary>dx = the transposed convolution of dy with W; overwritten or added to.</summary>
    public static void InputGradient<T>(in Conv1dShape shape, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, dx.Length, weight.Length, dy.Length);
        Conv2d.InputGradient(shape.OfImages, dy, weight, dx, accumulate);
    }

    /// <summary>dW[k, c, o] = Σ_n Σ_l x[n, l·stride + k·dilation - padding, c]·dy[n, l, o]; overwritten or added to.</summary>
    public static void WeightGradient<T>(in Conv1dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dWeight, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, x.Length, dWeight.Length, dy.Length);
        Conv2d.WeightGradient(shape.OfImages, x, dy, dWeight, accumulate);
    }

    private static void Check(in Conv1dShape shape, int x, int weight, int y)
    {
        if (x != shape.Input.Length || weight != shape.Weight.Length || y != shape.Output.Length)
            throw new ArgumentException($"A convolution of {shape.Input} with {shape.Weight} to {shape.Output} got spans of {x}, {weight} and {y} elements.");
    }
}
