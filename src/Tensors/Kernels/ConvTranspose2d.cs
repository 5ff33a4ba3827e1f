using System.Numerics;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// Transposed two-dimensional convolution,
/// y[n, i·stride + kh·dilation - padding, j·stride + kw·dilation - padding, o] += x[n, i, j, c]·W[kh, kw, c, o], plus bias: the
/// input gradient of a convolution, and its own gradients are that convolution. x: [N, H, W, Cin], y: [N, Hout, Wout, Cout],
/// W: [Kh, Kw, Cin, Cout/groups].
/// </summary>
internal static unsafe class ConvTranspose2d
{
    /// <summary>y = the transposed convolution of x, plus bias, [Cout], which may be empty.</summary>
    public static void Forward<T>(in ConvTranspose2dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, x.Length, weight.Length, y.Length);
        Conv2d.CheckBias(bias.Length, shape.Adjoint.InChannels);
        fixed (T* px = x, pw = weight, pb = bias, py = y)
        {
            Conv2d.InputGradient(
                shape.Adjoint, px, ConvWeights<T>.Transposed(shape.Adjoint, pw), bias.IsEmpty ? null : pb, py, accumulate: false);
        }
    }

    /// <summary>dx = the convolution of dy with W; overwritten or added to.</summary>
    public static void InputGradient<T>(in ConvTranspose2dShape shape, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, dx.Length, weight.Length, dy.Length);
        fixed (T* pdy = dy, pw = weight, pdx = dx)
            Conv2d.Forward(shape.Adjoint, pdy, ConvWeights<T>.Transposed(shape.Adjoint, pw), null, pdx, accumulate);
    }

    /// <summary>
    /// dW[kh, kw, c, o] = Σ_n Σ_i Σ_j x[n, i, j, c]·dy[n, i·stride + kh·dilation - padding, j·stride + kw·dilation - padding, o];
    /// overwritten or added to.
    /// </summary>
    public static void WeightGradient<T>(in ConvTranspose2dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dWeight, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, x.Length, dWeight.Length, dy.Length);
        fixed (T* px = x, pdy = dy, pdw = dWeight)
            Conv2d.WeightGradient(shape.Adjoint, pdy, px, ConvWeights<T>.Transposed(shape.Adjoint, pdw), accumulate);
    }

    private static void Check(in ConvTranspose2dShape shape, int x, int weight, int y)
    {
        if (x != shape.Input.Length || weight != shape.Weight.Length || y != shape.Output.Length)
            throw new ArgumentException($"A transposed convolution of {shape.Input} with {shape.Weight} to {shape.Output} got spans of {x}, {weight} and {y} elements.");
    }
}
