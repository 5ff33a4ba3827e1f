using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>x + y.</summary>
internal readonly struct AddFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DX<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Constant<TVector, T>(1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DY<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Constant<TVector, T>(1);
}

/// <summary>x - y.</summary>
internal readonly struct SubtractFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => x - y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DX<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Constant<TVector, T>(1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DY<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Constant<TVector, T>(-1);
}

/// <summary>x·y.</summary>
internal readonly struct MultiplyFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => x * y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DX<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DY<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => x;
}

/// <summary>x / y.</summary>
internal readonly struct DivideFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => x / y;

    // 1/y
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DX<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Constant<TVector, T>(1) / y;

    // -x/y², in an order in which y² cannot overflow
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DY<TVector>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => (TVector.Zero - (x / y)) / y;
}

/// <summary>factor·x.</summary>
internal readonly struct ScaleFunction<T>(T factor) : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => x * TVector.Broadcast(factor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Derivative<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Broadcast(factor);
}

/// <summary>x·y + w, with one rounding where the processor has it.</summary>
internal readonly struct MultiplyAddFunction<T> : ITernaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x, TVector y, TVector w)
        where TVector : unmanaged, IVector<TVector, T> => TVector.MultiplyAdd(x, y, w);
}

/// <summary>factor·x + z, with one rounding where the processor has it.</summary>
internal readonly struct AddScaledFunction<T>(T factor) : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x, TVector z)
        where TVector : unmanaged, IVector<TVector, T> => TVector.MultiplyAdd(x, TVector.Broadcast(factor), z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DX<TVector>(TVector x, TVector z)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Broadcast(factor);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DY<TVector>(TVector x, TVector z)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Constant<TVector, T>(1);
}

/// <summary>(1 - share)·z + share·x.</summary>
internal readonly struct MoveFunction<T>(T share) : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x, TVector z)
        where TVector : unmanaged, IVector<TVector, T> =>
        TVector.MultiplyAdd(z, TVector.Broadcast(T.One - share), x * TVector.Broadcast(share));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DX<TVector>(TVector x, TVector z)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Broadcast(share);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector DY<TVector>(TVector x, TVector z)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Broadcast(T.One - share);
}
