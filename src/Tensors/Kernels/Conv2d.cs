using System.Numerics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// Two-dimensional convolution,
/// y[n, i, j, o] = bias[o] + Σ_kh Σ_kw Σ_c x[n, i·stride + kh·dilation - padding, j·stride + kw·dilation - padding, c]·W[kh, kw, c, o],
/// and its gradients. x: [N, H, W, Cin], y: [N, Hout, Wout, Cout], W: [Kh, Kw, Cin/groups, Cout], all dense and row-major.
/// </summary>
/// <remarks>
/// With channels last a convolution is a matrix product whose first operand's rows are windows of the image, which may
/// overlap in memory. Where the windows of the whole batch are evenly spaced (1x1, or patches side by side) it is one
/// product; kernels of 3x3 or one row of 3 take <see cref="Winograd"/>'s algorithms; else see <see cref="Correlation{T}"/>, which makes no matrix
/// of windows but copies a part of an image at a time.
/// A one-dimensional convolution is one of height 1.
/// </remarks>
internal static unsafe class Conv2d
{
    /// <summary>y = conv(x, W) + bias; bias, [Cout], may be empty.</summary>
    public static void Forward<T>(in Conv2dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, x.Length, weight.Length, y.Length);
        CheckBias(bias.Length, shape.OutChannels);
        fixed (T* px = x, pw = weight, pb = bias, py = y)
            Forward(shape, px, ConvWeights<T>.Direct(shape, pw), bias.IsEmpty ? null : pb, py, accumulate: false);
    }

    /// <summary>dx = the transposed convolution of dy with W; overwritten or added to.</summary>
    public static void InputGradient<T>(in Conv2dShape shape, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, dx.Length, weight.Length, dy.Length);
        fixed (T* pdy = dy, pw = weight, pdx = dx)
            InputGradient(shape, pdy, ConvWeights<T>.Direct(shape, pw), null, pdx, accumulate);
    }

    /// <summary>
    /// dW[kh, kw, c, o] = Σ_n Σ_i Σ_j x[n, i·stride + kh·dilation - padding, j·stride + kw·dilation - padding, c]·dy[n, i, j, o];
    /// overwritten or added to.
    /// </summary>
    public static void WeightGradient<T>(in Conv2dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dWeight, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, x.Length, dWeight.Length, dy.Length);
        fixed (T* px = x, pdy = dy, pdw = dWeight)
            WeightGradient(shape, px, pdy, ConvWeights<T>.Direct(shape, pdw), accumulate);
    }

    /// <summary>The forward pass with weights in any layout; y is overwritten, or added to where bias is null.</summary>
    internal static void Forward<T>(in Conv2dShape shape, T* x, ConvWeights<T> weight, T* bias, T* y, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (shape.Output.Length == 0)
            return;
        if (WindowStep(shape) is int step && weight.IsMatrix(shape))
        {
            MatrixProduct.Multiply(
                shape.Batch * shape.OutSize.Area, shape.OutChannels, shape.Kernel.Area * shape.InChannels,
                x, step, 1, weight.Pointer, weight.In, weight.Out, y, shape.OutChannels, accumulate, bias);
        }
        else if (Winograd.TileFor<T>(shape) is int tile and > 0)
        {
            Winograd.Forward(tile, shape, x, weight, bias, y, accumulate);
        }
        else
        {
            Correlation<T>.Forward(shape, x, weight, bias, y, accumulate);
        }
    }

    /// <summary>The input gradient with weights in any layout; dx is overwritten, or added to where bias is null.</summary>
    internal static void InputGradient<T>(in Conv2dShape shape, T* dy, ConvWeights<T> weight, T* bias, T* dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (shape.Input.Length == 0)
            return;
        if (WindowStep(shape) is int step && step == shape.Kernel.Area * shape.InChannels && weight.IsMatrix(shape) && (bias == null || shape.Kernel.Area == 1))
        {
            // Windows side by side: [N·Hout·Wout, Cout]·[Cout, Kh·Kw·Cin].
            MatrixProduct.Multiply(
                shape.Batch * shape.OutSize.Area, step, shape.OutChannels,
                dy, shape.OutChannels, 1, weight.Pointer, weight.Out, weight.In, dx, step, accumulate, bias);
        }
        else if (Winograd.TileFor<T>(shape) is int tile and > 0)
        {
            Winograd.InputGradient(tile, shape, dy, weight, bias, dx, accumulate);
        }
        else
        {
            Correlation<T>.InputGradient(shape, dy, weight, bias, dx, accumulate);
        }
    }

    /// <summary>The weight gradient in any layout of the weights.</summary>
    internal static void WeightGradient<T>(in Conv2dShape shape, T* x, T* dy, ConvWeights<T> dWeight, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (shape.Input.Length == 0 || shape.Output.Length == 0)
        {
            if (!accumulate)
                new Span<T>(dWeight.Pointer, shape.Weight.Length).Clear();
        }
        else if (WindowStep(shape) is int step && dWeight.IsMatrix(shape))
        {
            // [Kh·Kw·Cin, N·Hout·Wout]·[N·Hout·Wout, Cout]: the first operand, transposed or not, is whichever makes the result's rows.
            int windows = shape.Batch * shape.OutSize.Area, depth = shape.Kernel.Area * shape.InChannels;
            if (dWeight.Out == 1)
                MatrixProduct.Multiply(depth, shape.OutChannels, windows, x, 1, step, dy, shape.OutChannels, 1, dWeight.Pointer, dWeight.In, accumulate, null);
            else
                MatrixProduct.Multiply(shape.OutChannels, depth, windows, dy, 1, shape.OutChannels, x, step, 1, dWeight.Pointer, dWeight.Out, accumulate, null);
        }
        else if (Winograd.TileFor<T>(shape) is int tile and > 0)
        {
            Winograd.WeightGradient(tile, shape, x, dy, dWeight, accumulate);
        }
        else
        {
            ConvWeightGradient<T>.Run(shape, x, dy, dWeight, accumulate);
        }
    }

    // The distance in memory of two windows, where each is one piece of memory, all windows of the batch are evenly spaced,
    // and none needs zeros; else null.
    private static int? WindowStep(in Conv2dShape shape)
    {
        var (size, outSize, kernel, stride, dilation) = (shape.Size, shape.OutSize, shape.Kernel, shape.Stride, shape.Dilation);
        bool rowIsOnePiece = kernel.Width == 1 || dilation.Width == 1;
        bool isOnePiece = rowIsOnePiece && (kernel.Height == 1 || (kernel.Width == size.Width && dilation.Height == 1));
        if (shape.Padding != 0 || shape.Groups != 1 || !isOnePiece)
            return null;
        if (outSize.Area == 1)
            return size.Area * shape.InChannels;
        bool rowsFollow = outSize.Height == 1 ? size.Height == 1 : outSize.Height * stride.Height == size.Height;
        if (outSize.Width == 1)
            return rowsFollow ? stride.Height * size.Width * shape.InChannels : null;
        bool columnsFollow = outSize.Width * stride.Width == size.Width && (size.Height == 1 || stride.Height == 1);
        return rowsFollow && columnsFollow ? stride.Width * shape.InChannels : null;
    }

    private static void Check(in Conv2dShape shape, int x, int weight, int y)
    {
        if (x != shape.Input.Length || weight != shape.Weight.Length || y != shape.Output.Length)
            throw new ArgumentException($"A convolution of {shape.Input} with {shape.Weight} to {shape.Output} got spans of {x}, {weight} and {y} elements.");
    }

    internal static void CheckBias(int bias, int channels)
    {
        if (bias != 0 && bias != channels)
            throw new ArgumentException($"The bias of a convolution with {channels} output channels got {bias} elements.", nameof(bias));
    }
}
