using System.Numerics;
using Diffusion.Tensors.Simd;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Diffusion.Tensors.Kernels;

/// <summary>Functions for which there is no vector code here: number by number, or by those of the base class library.</summary>
internal static unsafe class Lanes
{
    /// <summary>sin x.</summary>
    public static TVector Sin<TVector, T>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* lanes = stackalloc T[TVector.Count];
        TVector.Store(x, lanes);
        Span<T> all = new(lanes, TVector.Count);
        TensorPrimitives.Sin<T>(all, all);
        return TVector.Load(lanes);
    }

    /// <summary>cos x.</summary>
    public static TVector Cos<TVector, T>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* lanes = stackalloc T[TVector.Count];
        TVector.Store(x, lanes);
        Span<T> all = new(lanes, TVector.Count);
        TensorPrimitives.Cos<T>(all, all);
        return TVector.Load(lanes);
    }

    /// <summary>x^y, with C's special cases.</summary>
    public static TVector Pow<TVector, T>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* lanes = stackalloc T[2 * TVector.Count];
        TVector.Store(x, lanes);
        TVector.Store(y, lanes + TVector.Count);
        for (int i = 0; i < TVector.Count; i++)
            lanes[i] = T.Pow(lanes[i], lanes[TVector.Count + i]);
        return TVector.Load(lanes);
    }

    /// <summary>ln(1 + x) for x ≥ 0, as exact as x is: with u = 1 + x as it is rounded, x·ln u / (u - 1), and x where u is 1.</summary>
    /// <remarks>Higham, Accuracy and Stability of Numerical Algorithms (2002), section 1.14.1 and problem 1.5.</remarks>
    public static TVector LogPlusOne<TVector, T>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector one = VectorMath.Constant<TVector, T>(1), u = one + x, d = u - one;
        return TVector.WhereGreater(d, TVector.Zero, VectorMath.Log<TVector, T>(u) * x / d, x);
    }
}
