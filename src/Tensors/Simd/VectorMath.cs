using System.Numerics;
using System.Runtime.CompilerServices;

namespace Diffusion.Tensors.Simd;

/// <summary>Functions of vectors, written once for every width and for float and double.</summary>
internal static unsafe class VectorMath
{
    /// <summary>A number of the kernel's type; the JIT folds it to a constant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Constant<TVector, T>(double value)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        TVector.Broadcast(typeof(T) == typeof(float) ? (T)(object)(float)value : (T)(object)value);

    /// <summary>1.5 times the power of two above which floating-point numbers have no fraction: in x + shift, the low bits are x as an integer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double RoundingShift<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => typeof(T) == typeof(float) ? 3 << 22 : 3L << 51;

    /// <summary>
    /// e^x with a relative error of about 1e-7 (float) or 3e-16 (double); arguments are clamped to the range whose result
    /// is a normal number, and NaN stays NaN.
    /// </summary>
    /// <remarks>
    /// x = n ln 2 + r with |r| at most ln 2 / 2, e^x = 2^n e^r. e^r by its Taylor polynomial: of degree 7 the rest is below
    /// 6e-9, of degree 13 below 5e-18. ln 2 is subtracted in two parts, the first with zeros at its end, so that r is exact.
    /// Adding and subtracting <see cref="RoundingShift{T}"/> rounds to n, and leaves n as an integer for 2^n.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp<TVector, T>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => Exp<TVector, T>(x, 1);

    // e^(sign·x): the sign is in the constants.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Exp<TVector, T>(TVector x, int sign)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool isFloat = typeof(T) == typeof(float);

        // The constants come first, so that NaN in x survives (see IVector.Min).
        double least = isFloat ? -87 : -708, most = isFloat ? 88 : 709;
        x = TVector.Max(C(sign > 0 ? least : -most), x);
        x = TVector.Min(C(sign > 0 ? most : -least), x);
        TVector shifted = TVector.MultiplyAdd(x, C(sign * 1.4426950408889634), C(RoundingShift<T>())), n = shifted - C(RoundingShift<T>());

        // r times the sign.
        TVector r = TVector.MultiplyAdd(n, C(sign * (isFloat ? -0.693145751953125 : -0.6931471803691238)), x);
        r = TVector.MultiplyAdd(n, C(sign * (isFloat ? -1.4286068203094173e-6 : -1.9082149292705877e-10)), r);
        TVector p;
        if (isFloat)
        {
            p = C(sign / 5040.0);
        }
        else
        {
            p = C(sign / 6227020800.0);
            p = TVector.MultiplyAdd(p, r, C(1.0 / 479001600));
            p = TVector.MultiplyAdd(p, r, C(sign / 39916800.0));
            p = TVector.MultiplyAdd(p, r, C(1.0 / 3628800));
            p = TVector.MultiplyAdd(p, r, C(sign / 362880.0));
            p = TVector.MultiplyAdd(p, r, C(1.0 / 40320));
            p = TVector.MultiplyAdd(p, r, C(sign / 5040.0));
        }

        p = TVector.MultiplyAdd(p, r, C(1.0 / 720));
        p = TVector.MultiplyAdd(p, r, C(sign / 120.0));
        p = TVector.MultiplyAdd(p, r, C(1.0 / 24));
        p = TVector.MultiplyAdd(p, r, C(sign / 6.0));
        p = TVector.MultiplyAdd(p, r, C(0.5));
        p = TVector.MultiplyAdd(p, r, C(sign));
        p = TVector.MultiplyAdd(p, r, C(1));
        return p * TVector.PowerOfTwo(shifted);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static TVector C(double value) => Constant<TVector, T>(value);
    }

    /// <summary>σ(x) = 1 / (1 + e^-x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid<TVector, T>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector one = Constant<TVector, T>(1);
        return TVector.Reciprocal(one + Exp<TVector, T>(x, -1));
    }

    /// <summary>tanh x = (1 - e^-2|x|) / (1 + e^-2|x|) with the sign of x; below 1/4 by a continued fraction, so that small x keep their digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh<TVector, T>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector one = C(1);
        TVector size = TVector.Abs(x);
        TVector e = Exp<TVector, T>(size * C(-2));
        TVector large = (one - e) / (one + e);
        large = TVector.WhereGreater(TVector.Zero, x, TVector.Zero - large, large);

        // tanh x = x / (1 + x² / (3 + x² / (5 + x² / (7 + x² / (9 + x² / 11))))): the rest is below 1e-17 for |x| < 1/4.
        TVector q = x * x;
        TVector f = C(9) + (q / C(11));
        f = C(7) + (q / f);
        f = C(5) + (q / f);
        f = C(3) + (q / f);
        f = one + (q / f);
        return TVector.WhereGreater(C(0.25), size, x / f, large);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static TVector C(double value) => Constant<TVector, T>(value);
    }

    /// <summary>The error function, lane by lane.</summary>
    public static TVector Erf<TVector, T>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* lanes = stackalloc T[TVector.Count];
        TVector.Store(x, lanes);
        for (int i = 0; i < TVector.Count; i++)
            lanes[i] = T.CreateTruncating(SpecialFunctions.Erf(double.CreateTruncating(lanes[i])));
        return TVector.Load(lanes);
    }

    /// <summary>The natural logarithm, lane by lane.</summary>
    public static TVector Log<TVector, T>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* lanes = stackalloc T[TVector.Count];
        TVector.Store(x, lanes);
        for (int i = 0; i < TVector.Count; i++)
            lanes[i] = T.Log(lanes[i]);
        return TVector.Load(lanes);
    }
}
