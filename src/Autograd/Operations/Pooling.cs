using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>
    /// Max pooling of x [N, H, W, C]: the largest number under a window for each channel; the result is [N, Hout, Wout, C],
    /// both sizes ⌊(size + 2·padding - K)/stride⌋ + 1. The stride is the kernel where none is given. The padding never wins.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not make a pooling.</exception>
    public static Variable<T> MaxPool2d<T>(this Variable<T> x, Size2d kernel, Size2d? stride = null, Size2d? padding = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = PoolingShape(x.Shape, kernel, stride, padding);
        var recorder = Recorder<T>.For(x);
        var y = recorder.New(shape.Output);
        var place = recorder.Records ? recorder.New(shape.Output) : null;
        Tensors.Kernels.MaxPool2d.Forward<T>(shape, x.Data.Span, y.Span, place is null ? default : place.Span);
        return recorder.Result(y, place is null ? null : new MaxPool2dOperation<T>(shape, x, place));
    }

    /// <summary>
    /// Average pooling of x [N, H, W, C]: the mean under a window for each channel; sizes as for <see cref="MaxPool2d"/>. The
    /// padding counts as zeros, or with <paramref name="countPadding"/> false not at all.
    /// </summary>
    /// <exception cref="ArgumentException">The shapes do not make a pooling.</exception>
    public static Variable<T> AvgPool2d<T>(this Variable<T> x, Size2d kernel, Size2d? stride = null, Size2d? padding = null, bool countPadding = true)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = PoolingShape(x.Shape, kernel, stride, padding);
        var recorder = Recorder<T>.For(x);
        var y = recorder.New(shape.Output);
        Tensors.Kernels.AvgPool2d.Forward<T>(shape, countPadding, x.Data.Span, y.Span);
        return recorder.Result(y, recorder.Records ? new AvgPool2dOperation<T>(shape, countPadding, x) : null);
    }

    private static Pool2dShape PoolingShape(Shape x, Size2d kernel, Size2d? stride, Size2d? padding) => x.Rank == 4
        ? new Pool2dShape(x[0], x[1], x[2], x[3], kernel, stride, padding)
        : throw new ArgumentException($"Pooling takes images [N, H, W, C], not {x}.", nameof(x));
}

/// <summary>y = the largest number under a window. Keeps which one it was.</summary>
internal sealed class MaxPool2dOperation<T>(Pool2dShape shape, Variable<T> x, Tensor<T> place) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    public override OperationDescription Describe() => new(
        "MaxPool2d", ("kernel", shape.Kernel.ToArray()), ("stride", shape.Stride.ToArray()), ("padding", shape.Padding.ToArray()));

    // dx at the largest += dy
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.Wants(x, out var dx, out bool accumulate))
            Tensors.Kernels.MaxPool2d.Backward<T>(shape, place.Span, dOut.Span, dx.Span, accumulate);
    }
}

/// <summary>y = the mean under a window. Keeps nothing.</summary>
internal sealed class AvgPool2dOperation<T>(Pool2dShape shape, bool countPadding, Variable<T> x) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    public override OperationDescription Describe() => new(
        "AvgPool2d", ("kernel", shape.Kernel.ToArray()), ("stride", shape.Stride.ToArray()), ("padding", shape.Padding.ToArray()), ("countPadding", countPadding));

    // dx of each tap += dy / number of taps
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.Wants(x, out var dx, out bool accumulate))
            Tensors.Kernels.AvgPool2d.Backward<T>(shape, countPadding, dOut.Span, dx.Span, accumulate);
    }
}
