using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>The same numbers repeated along dimensions of extent 1 and along new outer dimensions, as NumPy broadcasts.</summary>
    /// <exception cref="ArgumentException">The shape cannot be broadcast to the wanted one.</exception>
    public static Variable<T> BroadcastTo<T>(this Variable<T> x, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T> => BroadcastTo(x, shape, tape: null);

    private static Variable<T> BroadcastTo<T>(Variable<T> x, Shape shape, Tape<T>? tape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Shape == shape)
            return x;
        if (!Broadcasting.CanBroadcast(x.Shape, shape))
            throw new ArgumentException($"A tensor of shape {x.Shape} cannot be broadcast to {shape}: counted from the last, each extent must be the same or 1.", nameof(shape));
        var recorder = Recorder<T>.On(tape, x);
        var y = recorder.New(shape);
        Broadcasting.Expand<T>(x.Shape, shape, x.Data.Span, y.Span);
        return recorder.Result(y, recorder.Records ? new BroadcastOperation<T>(x, shape) : null);
    }

    private static (Variable<T> X, Variable<T> Y) Broadcast<T>(Variable<T> x, Variable<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Shape == y.Shape)
            return (x, y);
        var shape = Broadcasting.Common(x.Shape, y.Shape);
        return (BroadcastTo(x, shape, y.Tape), BroadcastTo(y, shape, x.Tape));
    }
}

/// <summary>y = x repeated. Keeps nothing.</summary>
internal sealed class BroadcastOperation<T>(Variable<T> x, Shape shape) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    // dx += the sum of dy over all repetitions
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.Wants(x, out var dx, out bool accumulate))
            Broadcasting.Reduce<T>(x.Shape, shape, dOut.Span, dx.Span, accumulate);
    }
}
