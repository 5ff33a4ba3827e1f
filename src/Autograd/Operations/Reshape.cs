using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>The same numbers under another shape of the same length; one extent may be -1 and is worked out. The memory is shared.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    [System.Runtime.CompilerServices.OverloadResolutionPriority(1)]
    public static Variable<T> Reshape<T>(this Variable<T> x, params ReadOnlySpan<int> extents)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Reshape(Dimensions.Reshaped(x.Shape, extents));

    /// <summary>The same numbers under another shape of the same length; the memory is shared.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static Variable<T> Reshape<T>(this Variable<T> x, Shape shape)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var recorder = Recorder<T>.For(x);
        return recorder.Result(x.Data.Reshape(shape), recorder.Records ? new ReshapeOperation<T>(x) : null);
    }
}

/// <summary>y = x under another shape. Keeps nothing.</summary>
internal sealed class ReshapeOperation<T>(Variable<T> x) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    // dx += dy
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink) => sink.Pass(x, dOut);
}
