using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>What comparisons with "greater" alone can say.</summary>
internal static class Comparisons
{
    /// <summary>y where x is a number, x where it is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector OrNaN<TVector, T>(TVector y, TVector x)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        TVector.WhereGreater(x, TVector.Broadcast(T.NegativeInfinity), y, TVector.WhereGreater(TVector.Zero, x, y, x));

    /// <summary>1 where x = y, else 0; 0 where one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Equal<TVector, T>(TVector x, TVector y)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector one = VectorMath.Constant<TVector, T>(1), both = OrNaN<TVector, T>(OrNaN<TVector, T>(one, x), y);
        return TVector.WhereGreater(x, y, TVector.Zero, TVector.WhereGreater(y, x, TVector.Zero, TVector.WhereGreater(both, TVector.Zero, one, TVector.Zero)));
    }
}
