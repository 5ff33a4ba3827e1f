using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>The sum of all elements, of shape [].</summary>
    public static Variable<T> Sum<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var recorder = Recorder<T>.For(x);
        var y = recorder.New([]);
        y.Span[0] = Reductions.Sum<T>(x.Data.Span);
        return recorder.Result(y, recorder.Records ? new SumOperation<T>(x, []) : null);
    }

    /// <summary>The sums along one dimension, which stays with extent 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist.</exception>
    public static Variable<T> Sum<T>(this Variable<T> x, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = x.Shape.With(dimension, 1);
        var recorder = Recorder<T>.For(x);
        var y = recorder.New(shape);
        Broadcasting.Reduce<T>(shape, x.Shape, x.Data.Span, y.Span, accumulate: false);
        return recorder.Result(y, recorder.Records ? new SumOperation<T>(x, shape) : null);
    }

    /// <summary>The mean of all elements, of shape [].</summary>
    public static Variable<T> Mean<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Scale(x.Sum(), T.One / T.CreateChecked(x.Shape.Length));

    /// <summary>The means along one dimension, which stays with extent 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist.</exception>
    public static Variable<T> Mean<T>(this Variable<T> x, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T> => Scale(x.Sum(dimension), T.One / T.CreateChecked(x.Shape[dimension]));
}

/// <summary>y = Σ x over some dimensions. Keeps nothing.</summary>
internal sealed class SumOperation<T>(Variable<T> x, Shape shape) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    // dx += dy, repeated
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (!sink.Wants(x, out var dx, out bool accumulate))
            return;
        if (!accumulate)
        {
            Broadcasting.Expand<T>(shape, x.Shape, dOut.Span, dx.Span);
            return;
        }

        var repeated = Tensor<T>.Uninitialized(x.Shape);
        Broadcasting.Expand<T>(shape, x.Shape, dOut.Span, repeated.Span);
        Elementwise.Add(dx.Span, repeated.Span, dx.Span);
    }
}
