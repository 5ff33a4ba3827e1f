using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>x + y. Shapes that differ are broadcast against each other, as in NumPy.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Variable<T> Add<T>(Variable<T> x, Variable<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (x, y) = Broadcast(x, y);
        var recorder = Recorder<T>.For(x, y);
        var z = recorder.New(x.Shape);
        Elementwise.Add(x.Data.Span, y.Data.Span, z.Span);
        return recorder.Result(z, recorder.Records ? new AddOperation<T>(x, y) : null);
    }

    /// <summary>x - y, with broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Variable<T> Subtract<T>(Variable<T> x, Variable<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (x, y) = Broadcast(x, y);
        var recorder = Recorder<T>.For(x, y);
        var z = recorder.New(x.Shape);
        Elementwise.Subtract(x.Data.Span, y.Data.Span, z.Span);
        return recorder.Result(z, recorder.Records ? new SubtractOperation<T>(x, y) : null);
    }

    /// <summary>x·y, element by element, with broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Variable<T> Multiply<T>(Variable<T> x, Variable<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (x, y) = Broadcast(x, y);
        var recorder = Recorder<T>.For(x, y);
        var z = recorder.New(x.Shape);
        Elementwise.Multiply(x.Data.Span, y.Data.Span, z.Span);
        return recorder.Result(z, recorder.Records ? new MultiplyOperation<T>(x, y) : null);
    }

    /// <summary>x / y, element by element, with broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Variable<T> Divide<T>(Variable<T> x, Variable<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (x, y) = Broadcast(x, y);
        var recorder = Recorder<T>.For(x, y);
        var z = recorder.New(x.Shape);
        Elementwise.Divide(x.Data.Span, y.Data.Span, z.Span);
        return recorder.Result(z, recorder.Records ? new DivideOperation<T>(x, y, z) : null);
    }

    /// <summary>factor·x.</summary>
    public static Variable<T> Scale<T>(Variable<T> x, T factor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var recorder = Recorder<T>.For(x);
        var y = recorder.New(x.Shape);
        Elementwise.Scale(x.Data.Span, factor, y.Span);
        return recorder.Result(y, recorder.Records ? new ScaleOperation<T>(x, factor) : null);
    }
}

/// <summary>z = x + y. Keeps nothing.</summary>
internal sealed class AddOperation<T>(Variable<T> x, Variable<T> y) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x, y];

    // dx += dz, dy += dz
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        sink.Pass(x, dOut);
        sink.Pass(y, dOut);
    }
}

/// <summary>z = x - y. Keeps nothing.</summary>
internal sealed class SubtractOperation<T>(Variable<T> x, Variable<T> y) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x, y];

    // dx += dz, dy -= dz
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        sink.Pass(x, dOut);
        if (!sink.Wants(y, out var dy, out bool accumulate))
            return;
        if (accumulate)
            Elementwise.Subtract(dy.Span, dOut.Span, dy.Span);
        else
            Elementwise.Scale(dOut.Span, -T.One, dy.Span);
    }
}

/// <summary>z = x·y. Keeps both inputs.</summary>
internal sealed class MultiplyOperation<T>(Variable<T> x, Variable<T> y) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x, y];

    // dx += dz·y, dy += dz·x
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        Add(sink, x, dOut, y);
        Add(sink, y, dOut, x);
    }

    private static void Add(GradientSink<T> sink, Variable<T> input, Tensor<T> dOut, Variable<T> other)
    {
        if (!sink.Wants(input, out var gradient, out bool accumulate))
            return;
        if (accumulate)
            Elementwise.AddProduct(dOut.Span, other.Data.Span, gradient.Span);
        else
            Elementwise.Multiply(dOut.Span, other.Data.Span, gradient.Span);
    }
}

/// <summary>z = x / y. Keeps y and z.</summary>
internal sealed class DivideOperation<T>(Variable<T> x, Variable<T> y, Tensor<T> z) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x, y];

    // dx += dz/y, dy -= dz·z/y
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        ReadOnlySpan<T> divisor = y.Data.Span, dz = dOut.Span, quotient = z.Span;
        if (sink.GradientOf(x) is { } dx)
        {
            var gradient = dx.Span;
            for (int i = 0; i < gradient.Length; i++)
                gradient[i] += dz[i] / divisor[i];
        }

        if (sink.GradientOf(y) is { } dy)
        {
            var gradient = dy.Span;
            for (int i = 0; i < gradient.Length; i++)
                gradient[i] -= dz[i] * quotient[i] / divisor[i];
        }
    }
}

/// <summary>y = factor·x. Keeps the factor.</summary>
internal sealed class ScaleOperation<T>(Variable<T> x, T factor) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    // dx += factor·dy
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (!sink.Wants(x, out var dx, out bool accumulate))
            return;
        if (accumulate)
            Elementwise.AddScaled(dOut.Span, factor, dx.Span);
        else
            Elementwise.Scale(dOut.Span, factor, dx.Span);
    }
}
