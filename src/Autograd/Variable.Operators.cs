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

    /// <summary>factor·x.</summary>
    public static Variable<T> operator *(T factor, Variable<T> x) => Operations.Scale(x, factor);

    /// <summary>-x.</summary>
    public static Variable<T> operator -(Variable<T> x) => Operations.Scale(x, -T.One);
}
