using System.Numerics;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>A function of one number and its derivative, over vectors. The struct may carry constants.</summary>
internal interface IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>f(x).</summary>
    TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>;

    /// <summary>f'(x), written in x or in y = f(x): in what <see cref="DerivativeFromOutput"/> says.</summary>
    TVector Derivative<TVector>(TVector kept)
        where TVector : unmanaged, IVector<TVector, T>;

    /// <summary>Whether the derivative is a function of the output y; else of the input x.</summary>
    static abstract bool DerivativeFromOutput { get; }

    /// <summary>The constants that the struct carries, by name; they are doubles.</summary>
    (string Name, object Value)[] Constants => [];
}

/// <summary>A function of two numbers and its partial derivatives, over vectors. The struct may carry constants.</summary>
internal interface IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>f(x, y).</summary>
    TVector Value<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T>;

    /// <summary>∂f/∂x.</summary>
    TVector DX<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T>;

    /// <summary>∂f/∂y.</summary>
    TVector DY<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T>;
}

/// <summary>A function of three numbers over vectors: what gradients are made of, and choices.</summary>
internal interface ITernaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>f(x, y, w).</summary>
    TVector Value<TVector>(TVector x, TVector y, TVector w)
        where TVector : unmanaged, IVector<TVector, T>;
}
