using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>Nearest up-sampling of x [N, H, W, C] by whole factors: each position becomes a block of copies of it; the result is [N, H·factor, W·factor, C].</summary>
    /// <exception cref="ArgumentException">The input is no image.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A factor below 1.</exception>
    public static Variable<T> Upsample<T>(this Variable<T> x, Size2d factor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Shape.Rank != 4)
            throw new ArgumentException($"Up-sampling takes images [N, H, W, C], not {x.Shape}.", nameof(x));
        if (factor.Height < 1 || factor.Width < 1)
            throw new ArgumentOutOfRangeException(nameof(factor), $"The factor of an up-sampling is {factor}; it must be at least 1.");
        var shape = new UpsampleShape(x.Shape[0], (x.Shape[1], x.Shape[2]), x.Shape[3], factor);
        var recorder = Recorder<T>.For(x);
        var y = recorder.New(shape.Output);
        UpsampleNearest.Forward<T>(shape, x.Data.Span, y.Span);
        return recorder.Result(y, recorder.Records ? new UpsampleOperation<T>(shape, x) : null);
    }
}

/// <summary>y = copies of x. Keeps nothing.</summary>
internal sealed class UpsampleOperation<T>(UpsampleShape shape, Variable<T> x) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    public override OperationDescription Describe() => new("Upsample", ("factor", shape.Factor.ToArray()));

    // dx += the sum of dy over the copies
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.Wants(x, out var dx, out bool accumulate))
            UpsampleNearest.Backward<T>(shape, dOut.Span, dx.Span, accumulate);
    }
}
