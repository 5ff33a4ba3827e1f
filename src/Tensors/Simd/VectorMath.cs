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

    /// <summary>The same, and the bias of exponents: in n + shift, the low bits are the exponent of 2^n.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double PowerShift<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => RoundingShift<T>() + (typeof(T) == typeof(float) ? 127 : 1023);

    /// <summary>
    /// e^x for every x, to 2 units in the last place: infinity where it is beyond the largest number, denormal numbers and 0
    /// where it is that small (to one unit), and NaN of NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp<TVector, T>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool isFloat = typeof(T) == typeof(float);

        // The constants come first, so that NaN in x survives (see IVector.Min).
        x = TVector.Max(C(isFloat ? -104 : -746), x);
        x = TVector.Min(C(isFloat ? 89 : 710), x);
        TVector n = TVector.MultiplyAdd(x, C(1.4426950408889634), C(RoundingShift<T>())) - C(RoundingShift<T>());
        return TVector.Scaled(ExpOfRest<TVector, T>(x, n, 1), n);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static TVector C(double value) => Constant<TVector, T>(value);
    }

    /// <summary><see cref="IVector{TSelf, T}.Scaled"/> for processors that have no instruction for it: times 2^(n/2), then times the rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ScaledInTwoSteps<TVector, T>(TVector a, TVector n)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector shift = Constant<TVector, T>(PowerShift<T>()), half = TVector.MultiplyAdd(n, Constant<TVector, T>(0.5), shift);
        return a * TVector.PowerOfTwo(half) * TVector.PowerOfTwo(n - (half - shift) + shift);
    }

    /// <summary>e^x as <see cref="Exp"/> gives it, where x is at most 0, or little above by rounding, as in a softmax: cheaper.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector ExpUpToZero<TVector, T>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        x = TVector.Max(Constant<TVector, T>(typeof(T) == typeof(float) ? -104 : -746), x);
        TVector lifted = Shifted<TVector, T>(x, 1, Lift<T>());
        return ExpOfRest<TVector, T>(x, lifted - Constant<TVector, T>(PowerShift<T>() + Lift<T>()), 1) * TVector.PowerOfTwo(lifted) * Lowered<TVector, T>();
    }

    /// <summary>σ(x) = 1 / (1 + e^-x), to 4 units in the last place; denormal numbers and 0 where it is that small.</summary>
    /// <remarks>Both 1 and e^-x are lowered by a power of two, and so is the reciprocal, which therefore stays among normal numbers.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Sigmoid<TVector, T>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Beyond 40, 1 + e^-x is 1.
        x = TVector.Max(Constant<TVector, T>(typeof(T) == typeof(float) ? -104 : -746), x);
        x = TVector.Min(Constant<TVector, T>(40), x);
        TVector lowered = Shifted<TVector, T>(x, -1, -Lift<T>());
        TVector one = Lowered<TVector, T>(), e = ExpOfRest<TVector, T>(x, lowered - Constant<TVector, T>(PowerShift<T>() - Lift<T>()), -1) * TVector.PowerOfTwo(lowered);
        return TVector.PowerOver(one, one + e);
    }

    // A power of two that lifts the smallest denormal number among the normal ones, and whose inverse lowers the largest e^-x. With the
    // bias of exponents it is even, so that halves are rounded as without.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Lift<T>()
        where T : unmanaged, IFloatingPointIeee754<T> => typeof(T) == typeof(float) ? 63 : 511;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Lowered<TVector, T>()
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => Constant<TVector, T>(typeof(T) == typeof(float) ? 1.0842021724855044e-19 : 1.4916681462400413e-154);

    // With sign·x = n ln 2 + r and |r| at most ln 2 / 2: n + lift as PowerOfTwo takes it. Adding its shift rounds to n.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Shifted<TVector, T>(TVector x, int sign, int lift)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        TVector.MultiplyAdd(x, Constant<TVector, T>(sign * 1.4426950408889634), Constant<TVector, T>(PowerShift<T>() + lift));

    // e^r by its Taylor polynomial: of degree 7 the rest is below 6e-9, of degree 13 below 5e-18. ln 2 is subtracted in two parts,
    // the first with zeros at its end, so that r is exact. The sign is in the constants.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector ExpOfRest<TVector, T>(TVector x, TVector n, int sign)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool isFloat = typeof(T) == typeof(float);

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
        return p;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static TVector C(double value) => Constant<TVector, T>(value);
    }

    /// <summary>tanh x = (1 - e^-2|x|) / (1 + e^-2|x|) with the sign of x; below 1/4 by a continued fraction, so that small x keep their digits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh<TVector, T>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector one = C(1);
        TVector size = TVector.Abs(x);
        TVector e = ExpUpToZero<TVector, T>(size * C(-2));
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
