using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>y = sin x.</summary>
internal readonly struct SinFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => false;

    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => Lanes.Sin<TVector, T>(x);

    // dy/dx = cos x
    public TVector Derivative<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => Lanes.Cos<TVector, T>(x);
}

/// <summary>y = cos x.</summary>
internal readonly struct CosFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => false;

    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => Lanes.Cos<TVector, T>(x);

    // dy/dx = -sin x
    public TVector Derivative<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Zero - Lanes.Sin<TVector, T>(x);
}

/// <summary>y = 1/x.</summary>
internal readonly struct ReciprocalFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Constant<TVector, T>(1) / x;

    // dy/dx = -1/x² = -y²
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Derivative<TVector>(TVector y)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Zero - (y * y);
}

/// <summary>y = √x with the derivative 0 at 0: of a sum of squares, whose root has a minimum there.</summary>
internal readonly struct RootFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Sqrt(x);

    // dy/dx = 1/(2y)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Derivative<TVector>(TVector y)
        where TVector : unmanaged, IVector<TVector, T> => TVector.WhereGreater(y, TVector.Zero, VectorMath.Constant<TVector, T>(0.5) / y, TVector.Zero);
}

/// <summary>y = x + number.</summary>
internal readonly struct ShiftFunction<T>(T number) : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => x + TVector.Broadcast(number);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Derivative<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Constant<TVector, T>(1);
}

/// <summary>y = x^exponent, with C's special cases.</summary>
internal readonly struct PowFunction<T>(T exponent) : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => false;

    public (string Name, object Value)[] Constants => [("exponent", double.CreateChecked(exponent))];

    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
    {
        if (exponent == T.One + T.One)
            return x * x;
        return Lanes.Pow<TVector, T>(x, TVector.Broadcast(exponent));
    }

    // dy/dx = exponent·x^(exponent - 1), 0 for the exponent 0
    public TVector Derivative<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
    {
        TVector p = TVector.Broadcast(exponent);
        if (exponent == T.One + T.One)
            return p * x;
        return exponent == T.Zero ? TVector.Zero : p * Lanes.Pow<TVector, T>(x, TVector.Broadcast(exponent - T.One));
    }
}

/// <summary>x^y, with C's special cases.</summary>
internal readonly struct PowerFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public TVector Value<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => Lanes.Pow<TVector, T>(x, y);

    // y·x^(y - 1), 0 for y = 0
    public TVector DX<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T>
    {
        TVector slope = y * Lanes.Pow<TVector, T>(x, y - VectorMath.Constant<TVector, T>(1));
        return TVector.WhereGreater(Comparisons.Equal<TVector, T>(y, TVector.Zero), TVector.Zero, TVector.Zero, slope);
    }

    // x^y·ln x
    public TVector DY<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T>
    {
        // 0 at x = 0 for y ≥ 0, where x^y does not depend on y.
        TVector still = Comparisons.Equal<TVector, T>(x, TVector.Zero), slope = Lanes.Pow<TVector, T>(x, y) * VectorMath.Log<TVector, T>(x);
        return TVector.WhereGreater(TVector.WhereGreater(TVector.Zero, y, TVector.Zero, still), TVector.Zero, TVector.Zero, slope);
    }
}

/// <summary>(x - y)²: what a variance sums.</summary>
internal readonly struct SquaredDifferenceFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => (x - y) * (x - y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DX<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => (x - y) + (x - y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DY<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => (y - x) + (y - x);
}

/// <summary>e^(x - y): what a sum of exponentials sums, where y is the largest x.</summary>
internal readonly struct ExpDifferenceFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Exp<TVector, T>(x - y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DX<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Exp<TVector, T>(x - y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DY<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Zero - VectorMath.Exp<TVector, T>(x - y);
}
