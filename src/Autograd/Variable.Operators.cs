using System.Numerics;

namespace Diffusion.Autograd;

public partial class Variable<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
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
