using System.Numerics;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// Transposed one-dimensional convolution, y[n, l·stride + k·dilation - padding, o] += x[n, l, c]·W[k, c, o], plus bias, and
/// its gradients: that of images of height 1. x: [N, L, Cin], y: [N, Lout, Cout], W: [K, Cin, Cout/groups].
/// </summary>
internal static unsafe class ConvTranspose1d
{
    /// <summary>y = the transposed convolution of x, plus bias, [Cout], which may be empty.</summary>
    public static void Forward<T>(in ConvTranspose1dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, x.Length, weight.Length, y.Length);
        ConvTranspose2d.Forward(shape.OfImages, x, weight, bias, y);
    }

    /// <summary>dx = the convolution of dy with W; overwritten or added to.</summary>
    public static void InputGradient<T>(in ConvTranspose1dShape shape, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, dx.Length, weight.Length, dy.Length);
        ConvTranspose2d.InputGradient(shape.OfImages, dy, weight, dx, accumulate);
    }

    /// <summary>dW[k, c, o] = Σ_n Σ_l x[n, l, c]·dy[n, l·stride + k·dilation - padding, o]; overwritten or added to.</summary>
    public static void WeightGradient<T>(in ConvTranspose1dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dWeight, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, x.Length, dWeight.Length, dy.Length);
        ConvTranspose2d.WeightGradient(shape.OfImages, x, dy, dWeight, accumulate);
    }

    private static void Check(in ConvTranspose1dShape shape, int x, int weight, int y)
    {
        if (x != shape.Input.Length || weight != shape.Weight.Length || y != shape.Output.Length)
            throw new ArgumentException($"A transposed convolution of {shape.Input} with {shape.Weight} to {shape.Output} got spans of {x}, {weight} and {y} elements.");
    }
}
