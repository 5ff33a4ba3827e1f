using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public partial class Variable<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>A part: one entry for each dimension from the first. A position drops its dimension, a range keeps it, and dimensions that are not named stay whole.</summary>
    /// <remarks><c>x[.., 3..7, ^1]</c></remarks>
    /// <exception cref="ArgumentException">More entries than dimensions.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A position or range is not inside its dimension.</exception>
    public Variable<T> this[params ReadOnlySpan<TensorIndex> indices] => ViewOperation<T>.Apply("Index", this, Views.Index(Shape, indices));

    /// <summary>x + y, broadcasting as NumPy does.</summary>
    public static Variable<T> operator +(Variable<T> x, Variable<T> y) => Operations.Add(x, y);

    /// <summary>x - y, broadcasting as NumPy does.</summary>
    public static Variable<T> operator -(Variable<T> x, Variable<T> y) => Operations.Subtract(x, y);

    /// <summary>x·y, element by element, broadcasting as NumPy does.</summary>
    public static Variable<T> operator *(Variable<T> x, Variable<T> y) => Operations.Multiply(x, y);

    /// <summary>x / y, element by element, broadcasting as NumPy does.</summary>
    public static Variable<T> operator /(Variable<T> x, Variable<T> y) => Operations.Divide(x, y);

    /// <summary>x + number.</summary>
    public static Variable<T> operator +(Variable<T> x, T number) => x.Shift(number);

    /// <summary>number + x.</summary>
    public static Variable<T> operator +(T number, Variable<T> x) => x.Shift(number);

    /// <summary>x - number.</summary>
    public static Variable<T> operator -(Variable<T> x, T number) => x.Shift(-number);

    /// <summary>number - x.</summary>
    public static Variable<T> operator -(T number, Variable<T> x) => x.Scale(-T.One).Shift(number);

    /// <summary>factor·x.</summary>
    public static Variable<T> operator *(Variable<T> x, T factor) => x.Scale(factor);

    /// <summary>factor·x.</summary>
    public static Variable<T> operator *(T factor, Variable<T> x) => x.Scale(factor);

    /// <summary>x / divisor.</summary>
    public static Variable<T> operator /(Variable<T> x, T divisor) => Operations.Divide(x, Tensor<T>.Scalar(divisor));

    /// <summary>number / x, element by element.</summary>
    public static Variable<T> operator /(T number, Variable<T> x) => Operations.Divide(Tensor<T>.Scalar(number), x);

    /// <summary>-x.</summary>
    public static Variable<T> operator -(Variable<T> x) => x.Scale(-T.One);

    /// <summary>A mask, which is a constant: 1 where x &gt; y, else 0.</summary>
    public static Variable<T> operator >(Variable<T> x, Variable<T> y) => x.Greater(y);

    /// <summary>A mask, which is a constant: 1 where x &lt; y, else 0.</summary>
    public static Variable<T> operator <(Variable<T> x, Variable<T> y) => y.Greater(x);

    /// <summary>A mask, which is a constant: 1 where x ≥ y, else 0.</summary>
    public static Variable<T> operator >=(Variable<T> x, Variable<T> y) => x.GreaterOrEqual(y);

    /// <summary>A mask, which is a constant: 1 where x ≤ y, else 0.</summary>
    public static Variable<T> operator <=(Variable<T> x, Variable<T> y) => y.GreaterOrEqual(x);

    /// <summary>A mask, which is a constant: 1 where x &gt; number, else 0.</summary>
    public static Variable<T> operator >(Variable<T> x, T number) => x.Greater(Tensor<T>.Scalar(number));

    /// <summary>A mask, which is a constant: 1 where x &lt; number, else 0.</summary>
    public static Variable<T> operator <(Variable<T> x, T number) => Operations.Greater(Tensor<T>.Scalar(number), x);

    /// <summary>A mask, which is a constant: 1 where x ≥ number, else 0.</summary>
    public static Variable<T> operator >=(Variable<T> x, T number) => x.GreaterOrEqual(Tensor<T>.Scalar(number));

    /// <summary>A mask, which is a constant: 1 where x ≤ number, else 0.</summary>
    public static Variable<T> operator <=(Variable<T> x, T number) => Operations.GreaterOrEqual(Tensor<T>.Scalar(number), x);
}
