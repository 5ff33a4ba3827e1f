using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>How many numbers become one.</summary>
internal interface IFold<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>What no numbers give, and what changes nothing.</summary>
    static abstract T Identity { get; }

    /// <summary>Two become one, lane by lane.</summary>
    static abstract TVector Of<TVector>(TVector total, TVector x)
        where TVector : unmanaged, IVector<TVector, T>;

    /// <summary>Two become one.</summary>
    static abstract T Of(T total, T x);

    /// <summary>All become one; there is at least one.</summary>
    static abstract T Of(ReadOnlySpan<T> x);
}

/// <summary>The sum.</summary>
internal readonly struct SumFold<T> : IFold<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static T Identity => T.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of<TVector>(TVector total, TVector x)
        where TVector : unmanaged, IVector<TVector, T> => total + x;

    public static T Of(T total, T x) => total + x;

    public static T Of(ReadOnlySpan<T> x) => TensorPrimitives.Sum(x);
}

/// <summary>The largest; NaN where one is.</summary>
internal readonly struct MaxFold<T> : IFold<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static T Identity => T.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of<TVector>(TVector total, TVector x)
        where TVector : unmanaged, IVector<TVector, T> => Comparisons.OrNaN<TVector, T>(TVector.WhereGreater(x, total, x, total), x);

    public static T Of(T total, T x) => T.Max(total, x);

    public static T Of(ReadOnlySpan<T> x) => TensorPrimitives.Max(x);
}

/// <summary>The smallest; NaN where one is.</summary>
internal readonly struct MinFold<T> : IFold<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static T Identity => T.PositiveInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Of<TVector>(TVector total, TVector x)
        where TVector : unmanaged, IVector<TVector, T> => Comparisons.OrNaN<TVector, T>(TVector.WhereGreater(total, x, x, total), x);

    public static T Of(T total, T x) => T.Min(total, x);

    public static T Of(ReadOnlySpan<T> x) => TensorPrimitives.Min(x);
}
