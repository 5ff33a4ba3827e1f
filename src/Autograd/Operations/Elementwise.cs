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

    /// <summary>|x|, element by element; the derivative at 0 is 0.</summary>
    public static Variable<T> Abs<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<AbsoluteFunction<T>, T>.Apply(x, default);

    /// <summary>x², element by element.</summary>
    public static Variable<T> Square<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<SquaredFunction<T>, T>.Apply(x, default);

    /// <summary>x^exponent, element by element, with C's special cases.</summary>
    public static Variable<T> Pow<T>(this Variable<T> x, T exponent)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<PowFunction<T>, T>.Apply(x, new(exponent));

    /// <summary>1/x, element by element.</summary>
    public static Variable<T> Reciprocal<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<ReciprocalFunction<T>, T>.Apply(x, default);

    /// <summary>sin x, element by element.</summary>
    public static Variable<T> Sin<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<SinFunction<T>, T>.Apply(x, default);

    /// <summary>cos x, element by element.</summary>
    public static Variable<T> Cos<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<CosFunction<T>, T>.Apply(x, default);

    /// <summary>x, but at least min and at most max, element by element; the derivative is 1 from min to max, both included.</summary>
    public static Variable<T> Clamp<T>(this Variable<T> x, T min, T max)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<ClampFunction<T>, T>.Apply(x, new(min, max));

    /// <summary>ln σ(x), element by element.</summary>
    public static Variable<T> LogSigmoid<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<LogSigmoidFunction<T>, T>.Apply(x, default);

    /// <summary>ln(1 + e^x), element by element.</summary>
    public static Variable<T> Softplus<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<SoftplusFunction<T>, T>.Apply(x, default);

    /// <summary>x above 0 and slope·x elsewhere, element by element.</summary>
    public static Variable<T> LeakyRelu<T>(this Variable<T> x, T slope)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<LeakyReluFunction<T>, T>.Apply(x, new(slope));

    /// <summary>x above 0 and alpha·(e^x - 1) elsewhere, element by element.</summary>
    public static Variable<T> Elu<T>(this Variable<T> x, T alpha)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<EluFunction<T>, T>.Apply(x, new(alpha));
}

/// <summary>y = f(x), element by element: the one driver of all functions of one number. f and f' are in the function's struct.</summary>
/// <remarks>Keeps x or y, whichever the derivative is written in.</remarks>
internal sealed class ElementwiseOperation<TFunction, T>(Variable<T> x, TFunction function, Tensor<T> kept) : Operation<T>
    where TFunction : unmanaged, IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    public override OperationDescription Describe() => new(Name, function.Constants);

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
