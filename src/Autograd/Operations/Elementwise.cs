using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

/// <summary>The differentiable operations, as extensions of <see cref="Variable{T}"/>; one file for each.</summary>
public static partial class Operations
{
    /// <summary>SiLU, x·σ(x), element by element; any shape.</summary>
    public static Variable<T> Silu<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<SiluFunction<T>, T>.Apply(x, default);

    /// <summary>max(x, 0), element by element; the derivative at 0 is 0.</summary>
    public static Variable<T> Relu<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<ReluFunction<T>, T>.Apply(x, default);

    /// <summary>GELU in its exact form, x·Φ(x), element by element.</summary>
    public static Variable<T> Gelu<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<GeluFunction<T>, T>.Apply(x, default);

    /// <summary>1 / (1 + e^-x), element by element.</summary>
    public static Variable<T> Sigmoid<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<SigmoidFunction<T>, T>.Apply(x, default);

    /// <summary>tanh x, element by element.</summary>
    public static Variable<T> Tanh<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<TanhFunction<T>, T>.Apply(x, default);

    /// <summary>e^x, element by element.</summary>
    public static Variable<T> Exp<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<ExpFunction<T>, T>.Apply(x, default);

    /// <summary>ln x, element by element; NaN below 0.</summary>
    public static Variable<T> Log<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<LogFunction<T>, T>.Apply(x, default);

    /// <summary>√x, element by element; NaN below 0, and an infinite derivative at 0.</summary>
    public static Variable<T> Sqrt<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<SqrtFunction<T>, T>.Apply(x, default);
}

/// <summary>y = f(x), element by element: the one driver of all functions of one number. f and f' are in the function's struct.</summary>
/// <remarks>Keeps x or y, whichever the derivative is written in.</remarks>
internal sealed class ElementwiseOperation<TFunction, T>(Variable<T> x, TFunction function, Tensor<T> kept) : Operation<T>
    where TFunction : unmanaged, IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    public override string Name => typeof(TFunction).Name.Split('`')[0].Replace("Function", "", StringComparison.Ordinal);

    public static Variable<T> Apply(Variable<T> x, TFunction function)
    {
        var recorder = Recorder<T>.For(x);
        var y = recorder.New(x.Shape);
        Elementwise.Map<TFunction, T>(function, x.Data.Span, y.Span);
        return recorder.Result(y, recorder.Records ? new ElementwiseOperation<TFunction, T>(x, function, TFunction.DerivativeFromOutput ? y : x.Data) : null);
    }

    // dx += dy·f'
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.Wants(x, out var dx, out bool accumulate))
            Elementwise.MapBackward<TFunction, T>(function, kept.Span, dOut.Span, dx.Span, accumulate);
    }
}
