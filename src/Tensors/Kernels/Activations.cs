using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>y = x·σ(x); Swish, Ramachandran et al. (arXiv:1710.05941).</summary>
internal readonly struct SiluFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => x * VectorMath.Sigmoid<TVector, T>(x);

    // dy/dx = σ(x)·(1 + x·(1 - σ(x)))
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Derivative<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
    {
        TVector one = VectorMath.Constant<TVector, T>(1);
        TVector s = VectorMath.Sigmoid<TVector, T>(x);
        return s * TVector.MultiplyAdd(x, one - s, one);
    }
}

/// <summary>y = max(x, 0), with the derivative 0 at 0.</summary>
internal readonly struct ReluFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => TVector.WhereGreater(TVector.Zero, x, TVector.Zero, x);

    // dy/dx = 1 where y > 0
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Derivative<TVector>(TVector y)
        where TVector : unmanaged, IVector<TVector, T> =>
        TVector.WhereGreater(y, TVector.Zero, VectorMath.Constant<TVector, T>(1), TVector.Zero);
}

/// <summary>y = x·Φ(x) with the normal distribution function Φ; Hendrycks and Gimpel (arXiv:1606.08415), exact form.</summary>
internal readonly struct GeluFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => false;

    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => x * Phi<TVector>(x);

    // dy/dx = Φ(x) + x·e^(-x²/2)/√(2π)
    public TVector Derivative<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
    {
        TVector density = VectorMath.Constant<TVector, T>(0.3989422804014327) * VectorMath.Exp<TVector, T>(x * x * VectorMath.Constant<TVector, T>(-0.5));
        return TVector.MultiplyAdd(x, density, Phi<TVector>(x));
    }

    private static TVector Phi<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
    {
        TVector half = VectorMath.Constant<TVector, T>(0.5);
        return TVector.MultiplyAdd(half, VectorMath.Erf<TVector, T>(x * VectorMath.Constant<TVector, T>(0.7071067811865476)), half);
    }
}

/// <summary>y = σ(x) = 1 / (1 + e^-x).</summary>
internal readonly struct SigmoidFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Sigmoid<TVector, T>(x);

    // dy/dx = y·(1 - y)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Derivative<TVector>(TVector y)
        where TVector : unmanaged, IVector<TVector, T> => y * (VectorMath.Constant<TVector, T>(1) - y);
}

/// <summary>y = tanh x.</summary>
internal readonly struct TanhFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Tanh<TVector, T>(x);

    // dy/dx = 1 - y²
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Derivative<TVector>(TVector y)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Constant<TVector, T>(1) - (y * y);
}

/// <summary>y = e^x.</summary>
internal readonly struct ExpFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Exp<TVector, T>(x);

    // dy/dx = y
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Derivative<TVector>(TVector y)
        where TVector : unmanaged, IVector<TVector, T> => y;
}

/// <summary>y = ln x.</summary>
internal readonly struct LogFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => false;

    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Log<TVector, T>(x);

    // dy/dx = 1/x
    public TVector Derivative<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Constant<TVector, T>(1) / x;
}

/// <summary>y = √x.</summary>
internal readonly struct SqrtFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Sqrt(x);

    // dy/dx = 1/(2y)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Derivative<TVector>(TVector y)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Constant<TVector, T>(0.5) / y;
}
