using System.Numerics;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Tensors;

public static partial class TensorOperations
{
    /// <summary>|x|, element by element.</summary>
    public static Tensor<T> Abs<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<AbsoluteFunction<T>, T>(x, default);

    /// <summary>x², element by element.</summary>
    public static Tensor<T> Square<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<SquaredFunction<T>, T>(x, default);

    /// <summary>x^exponent, element by element, with C's special cases.</summary>
    public static Tensor<T> Pow<T>(this Tensor<T> x, T exponent)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<PowFunction<T>, T>(x, new(exponent));

    /// <summary>√x, element by element; NaN below 0.</summary>
    public static Tensor<T> Sqrt<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<SqrtFunction<T>, T>(x, default);

    /// <summary>1/x, element by element.</summary>
    public static Tensor<T> Reciprocal<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<ReciprocalFunction<T>, T>(x, default);

    /// <summary>e^x, element by element.</summary>
    public static Tensor<T> Exp<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<ExpFunction<T>, T>(x, default);

    /// <summary>ln x, element by element; NaN below 0.</summary>
    public static Tensor<T> Log<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<LogFunction<T>, T>(x, default);

    /// <summary>sin x, element by element.</summary>
    public static Tensor<T> Sin<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<SinFunction<T>, T>(x, default);

    /// <summary>cos x, element by element.</summary>
    public static Tensor<T> Cos<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<CosFunction<T>, T>(x, default);

    /// <summary>tanh x, element by element.</summary>
    public static Tensor<T> Tanh<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<TanhFunction<T>, T>(x, default);

    /// <summary>1 / (1 + e^-x), element by element.</summary>
    public static Tensor<T> Sigmoid<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<SigmoidFunction<T>, T>(x, default);

    /// <summary>ln σ(x), element by element.</summary>
    public static Tensor<T> LogSigmoid<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<LogSigmoidFunction<T>, T>(x, default);

    /// <summary>ln(1 + e^x), element by element.</summary>
    public static Tensor<T> Softplus<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<SoftplusFunction<T>, T>(x, default);

    /// <summary>max(x, 0), element by element.</summary>
    public static Tensor<T> Relu<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<ReluFunction<T>, T>(x, default);

    /// <summary>x above 0 and slope·x elsewhere, element by element.</summary>
    public static Tensor<T> LeakyRelu<T>(this Tensor<T> x, T slope)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<LeakyReluFunction<T>, T>(x, new(slope));

    /// <summary>x above 0 and alpha·(e^x - 1) elsewhere, element by element.</summary>
    public static Tensor<T> Elu<T>(this Tensor<T> x, T alpha)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<EluFunction<T>, T>(x, new(alpha));

    /// <summary>SiLU, x·σ(x), element by element.</summary>
    public static Tensor<T> Silu<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<SiluFunction<T>, T>(x, default);

    /// <summary>GELU in its exact form, x·Φ(x), element by element.</summary>
    public static Tensor<T> Gelu<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<GeluFunction<T>, T>(x, default);

    /// <summary>x, but at least min and at most max, element by element; NaN stays NaN.</summary>
    public static Tensor<T> Clamp<T>(this Tensor<T> x, T min, T max)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<ClampFunction<T>, T>(x, new(min, max));

    /// <summary>x + number.</summary>
    public static Tensor<T> Shift<T>(this Tensor<T> x, T number)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<ShiftFunction<T>, T>(x, new(number));

    /// <summary>factor·x.</summary>
    public static Tensor<T> Scale<T>(this Tensor<T> x, T factor)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<ScaleFunction<T>, T>(x, new(factor));

    /// <summary>x + y, broadcasting as NumPy does.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> Add<T>(this Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<AddFunction<T>, T>(x, y);

    /// <summary>x - y, broadcasting as NumPy does.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> Subtract<T>(this Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<SubtractFunction<T>, T>(x, y);

    /// <summary>x·y, element by element, broadcasting as NumPy does.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> Multiply<T>(this Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<MultiplyFunction<T>, T>(x, y);

    /// <summary>x / y, element by element, broadcasting as NumPy does.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> Divide<T>(this Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<DivideFunction<T>, T>(x, y);

    /// <summary>x^y, element by element, broadcasting as NumPy does, with C's special cases.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> Pow<T>(this Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<PowerFunction<T>, T>(x, y);

    /// <summary>The larger of x and y, element by element, broadcasting; NaN where one is.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> Maximum<T>(this Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<MaximumFunction<T>, T>(x, y);

    /// <summary>The smaller of x and y, element by element, broadcasting; NaN where one is.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> Minimum<T>(this Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<MinimumFunction<T>, T>(x, y);

    /// <summary>A mask: 1 where x &gt; y, else 0, broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> Greater<T>(this Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<GreaterFunction<T>, T>(x, y);

    /// <summary>A mask: 1 where x ≥ y, else 0, broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> GreaterOrEqual<T>(this Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<GreaterOrEqualFunction<T>, T>(x, y);

    /// <summary>A mask: 1 where x &lt; y, else 0, broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> Less<T>(this Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<GreaterFunction<T>, T>(y, x);

    /// <summary>A mask: 1 where x ≤ y, else 0, broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> LessOrEqual<T>(this Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<GreaterOrEqualFunction<T>, T>(y, x);

    /// <summary>A mask: 1 where x = y, else 0, broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> EqualTo<T>(this Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Of<EqualFunction<T>, T>(x, y);

    /// <summary>x where the mask is not 0, else the other, broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> Where<T>(this Tensor<T> x, Tensor<T> mask, Tensor<T> otherwise)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var z = Tensor<T>.Uninitialized(Broadcasting.Common(Broadcasting.Common(mask.Shape, x.Shape), otherwise.Shape));
        Elementwise.Map<WhereFunction<T>, T>(default, mask, x, otherwise, z.Shape, z.Span);
        return z;
    }

    /// <summary>x where the condition holds, else a number.</summary>
    public static Tensor<T> Where<T>(this Tensor<T> x, Func<T, bool> condition, T otherwise)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Map(value => condition(value) ? value : otherwise);

    /// <summary>Any function of each element. Functions that are called often gain from a kernel of their own.</summary>
    public static Tensor<T> Map<T>(this Tensor<T> x, Func<T, T> function)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var y = Tensor<T>.Uninitialized(x.Shape);
        Span<T> from = x.Span, to = y.Span;
        for (int i = 0; i < to.Length; i++)
            to[i] = function(from[i]);
        return y;
    }

    private static Tensor<T> Of<TFunction, T>(Tensor<T> x, TFunction function)
        where TFunction : unmanaged, IUnaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var y = Tensor<T>.Uninitialized(x.Shape);
        Elementwise.Map<TFunction, T>(function, x.Span, y.Span);
        return y;
    }

    private static Tensor<T> Of<TFunction, T>(Tensor<T> x, Tensor<T> y)
        where TFunction : unmanaged, IBinaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var z = Tensor<T>.Uninitialized(Broadcasting.Common(x.Shape, y.Shape));
        Elementwise.Map<TFunction, T>(default, x, y, z.Shape, z.Span);
        return z;
    }
}
