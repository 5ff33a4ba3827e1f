using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>Softmax over the last dimension; the row's maximum is subtracted first, so that large inputs do not overflow.</summary>
    public static Variable<T> Softmax<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => SoftmaxOperation<T>.Apply(x, logarithm: false);

    /// <summary>The logarithm of the softmax over the last dimension.</summary>
    public static Variable<T> LogSoftmax<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => SoftmaxOperation<T>.Apply(x, logarithm: true);

    /// <summary>Softmax over any dimension.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist.</exception>
    public static Variable<T> Softmax<T>(this Variable<T> x, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T> => IsLast(x, dimension) ? x.Softmax() : x.Transpose(dimension, ^1).Softmax().Transpose(dimension, ^1);

    /// <summary>The logarithm of the softmax over any dimension.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist.</exception>
    public static Variable<T> LogSoftmax<T>(this Variable<T> x, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T> => IsLast(x, dimension) ? x.LogSoftmax() : x.Transpose(dimension, ^1).LogSoftmax().Transpose(dimension, ^1);

    private static bool IsLast<T>(Variable<T> x, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T> => Views.Dimension(x.Shape, dimension) == x.Shape.Rank - 1;
}

/// <summary>y = softmax of x, or its logarithm, along rows. Keeps y.</summary>
internal sealed class SoftmaxOperation<T>(Variable<T> x, bool logarithm, Tensor<T> y) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    public override string Name => logarithm ? "LogSoftmax" : "Softmax";

    public static Variable<T> Apply(Variable<T> x, bool logarithm)
    {
        if (x.Shape.Rank < 1)
            throw new ArgumentException($"Softmax runs over the last dimension, but the input has the shape {x.Shape}.", nameof(x));
        var recorder = Recorder<T>.For(x);
        var y = recorder.New(x.Shape);
        Softmax.Forward<T>(x.Shape.Count(..^1), x.Shape[^1], logarithm, x.Data.Span, y.Span);
        return recorder.Result(y, recorder.Records ? new SoftmaxOperation<T>(x, logarithm, y) : null);
    }

    // softmax: dx += y·(dy - Σ dy·y); logarithm: dx += dy - e^y·Σ dy
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.Wants(x, out var dx, out bool accumulate))
            Softmax.Backward<T>(y.Shape.Count(..^1), y.Shape[^1], logarithm, y.Span, dOut.Span, dx.Span, accumulate);
    }
}
