using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>y = x, but at least min and at most max.</summary>
internal readonly struct ClampFunction<T>(T min, T max) : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => false;

    public (string Name, object Value)[] Constants => [("min", double.CreateChecked(min)), ("max", double.CreateChecked(max))];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => Comparisons.OrNaN<TVector, T>(TVector.Min(TVector.Max(x, TVector.Broadcast(min)), TVector.Broadcast(max)), x);

    // dy/dx = 1 from min to max, both included
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Derivative<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
    {
        TVector low = TVector.Broadcast(min), high = TVector.Broadcast(max);
        return TVector.WhereGreater(low, x, TVector.Zero, TVector.WhereGreater(x, high, TVector.Zero, VectorMath.Constant<TVector, T>(1)));
    }
}

/// <summary>The larger of x and y; NaN where one is.</summary>
internal readonly struct MaximumFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => Comparisons.OrNaN<TVector, T>(Comparisons.OrNaN<TVector, T>(TVector.WhereGreater(x, y, x, y), x), y);

    // 1 where x is larger, 1/2 where both are the same
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DX<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => TVector.WhereGreater(x, y, VectorMath.Constant<TVector, T>(1), TVector.WhereGreater(y, x, TVector.Zero, VectorMath.Constant<TVector, T>(0.5)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DY<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => TVector.WhereGreater(y, x, VectorMath.Constant<TVector, T>(1), TVector.WhereGreater(x, y, TVector.Zero, VectorMath.Constant<TVector, T>(0.5)));
}

/// <summary>The smaller of x and y; NaN where one is.</summary>
internal readonly struct MinimumFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => Comparisons.OrNaN<TVector, T>(Comparisons.OrNaN<TVector, T>(TVector.WhereGreater(y, x, x, y), x), y);

    // 1 where x is smaller, 1/2 where both are the same
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DX<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => TVector.WhereGreater(y, x, VectorMath.Constant<TVector, T>(1), TVector.WhereGreater(x, y, TVector.Zero, VectorMath.Constant<TVector, T>(0.5)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DY<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => TVector.WhereGreater(x, y, VectorMath.Constant<TVector, T>(1), TVector.WhereGreater(y, x, TVector.Zero, VectorMath.Constant<TVector, T>(0.5)));
}

/// <summary>1 where x &gt; y, else 0: a mask.</summary>
internal readonly struct GreaterFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => TVector.WhereGreater(x, y, VectorMath.Constant<TVector, T>(1), TVector.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DX<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DY<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Zero;
}

/// <summary>1 where x ≥ y, else 0: a mask.</summary>
internal readonly struct GreaterOrEqualFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => TVector.WhereGreater(x, y, VectorMath.Constant<TVector, T>(1), Comparisons.Equal<TVector, T>(x, y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DX<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DY<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Zero;
}

/// <summary>1 where x = y, else 0: a mask.</summary>
internal readonly struct EqualFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => Comparisons.Equal<TVector, T>(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DX<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DY<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Zero;
}

/// <summary>x where the mask is not 0, else y.</summary>
internal readonly struct WhereFunction<T> : ITernaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector mask, TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => TVector.WhereGreater(TVector.Abs(mask), TVector.Zero, x, y);
}
