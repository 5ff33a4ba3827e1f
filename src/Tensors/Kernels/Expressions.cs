using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>Where the operands of an expression and its result are: the same place in each.</summary>
internal unsafe struct Places<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public T* X, Y, W, Z;
}

/// <summary>What is computed at one place from what lies there: the one loop over elements runs any of these.</summary>
internal unsafe interface IExpression<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The result at place i, loaded from the operands that it needs.</summary>
    TVector At<TVector>(in Places<T> places, nint i)
        where TVector : unmanaged, IVector<TVector, T>;

    /// <summary>The number of operands that it reads, of X, Y and W.</summary>
    static abstract int Operands { get; }

    /// <summary>Whether it reads Z, to add to it.</summary>
    static abstract bool ReadsResult { get; }

    /// <summary>Whether vectors are worked on in pairs (see <see cref="Pair{TVector, T}"/>).</summary>
    static abstract bool InPairs { get; }
}

/// <summary>The expressions that functions are used in: values, and slopes times what comes from above.</summary>
internal static unsafe class Expressions
{
    /// <summary>x.</summary>
    public readonly struct Itself<T> : IExpression<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public static int Operands => 1;

        public static bool ReadsResult => false;

        public static bool InPairs => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector At<TVector>(in Places<T> places, nint i)
            where TVector : unmanaged, IVector<TVector, T> => TVector.Load(places.X + i);
    }

    /// <summary>f(x, y).</summary>
    /// <remarks>Not in pairs: one vector and a pair of a long function (e^x) are more than the JIT inlines into one loop, and calls cost ten times as much.</remarks>
    public readonly struct Of2<TFunction, T>(TFunction function) : IExpression<T>
        where TFunction : unmanaged, IBinaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public static int Operands => 2;

        public static bool ReadsResult => false;

        public static bool InPairs => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector At<TVector>(in Places<T> places, nint i)
            where TVector : unmanaged, IVector<TVector, T> => function.Value(TVector.Load(places.X + i), TVector.Load(places.Y + i));
    }

    /// <summary>f(x, y, w).</summary>
    public readonly struct Of3<TFunction, T>(TFunction function) : IExpression<T>
        where TFunction : unmanaged, ITernaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public static int Operands => 3;

        public static bool ReadsResult => false;

        public static bool InPairs => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector At<TVector>(in Places<T> places, nint i)
            where TVector : unmanaged, IVector<TVector, T> =>
            function.Value(TVector.Load(places.X + i), TVector.Load(places.Y + i), TVector.Load(places.W + i));
    }

    /// <summary>z + what another expression gives.</summary>
    public readonly struct Added<TExpression, T>(TExpression expression) : IExpression<T>
        where TExpression : unmanaged, IExpression<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public static int Operands => TExpression.Operands;

        public static bool ReadsResult => true;

        public static bool InPairs => TExpression.InPairs;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector At<TVector>(in Places<T> places, nint i)
            where TVector : unmanaged, IVector<TVector, T> => TVector.Load(places.Z + i) + expression.At<TVector>(places, i);
    }

    /// <summary>dy·f', with what f' is written in as x, and dy as y.</summary>
    public readonly struct Slope<TFunction, T>(TFunction function) : IExpression<T>
        where TFunction : unmanaged, IUnaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public static int Operands => 2;

        public static bool ReadsResult => false;

        public static bool InPairs => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector At<TVector>(in Places<T> places, nint i)
            where TVector : unmanaged, IVector<TVector, T> => function.Derivative(TVector.Load(places.X + i)) * TVector.Load(places.Y + i);
    }

    /// <summary>z + dy·f' in one rounding.</summary>
    public readonly struct SlopeAdded<TFunction, T>(TFunction function) : IExpression<T>
        where TFunction : unmanaged, IUnaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public static int Operands => 2;

        public static bool ReadsResult => true;

        public static bool InPairs => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector At<TVector>(in Places<T> places, nint i)
            where TVector : unmanaged, IVector<TVector, T> =>
            TVector.MultiplyAdd(function.Derivative(TVector.Load(places.X + i)), TVector.Load(places.Y + i), TVector.Load(places.Z + i));
    }

    /// <summary>The derivative of f(x, y) by x or by y, times w, which is dz.</summary>
    public readonly struct Partial<TFunction, TBy, T>(TFunction function) : IExpression<T>
        where TFunction : unmanaged, IBinaryFunction<T>
        where TBy : unmanaged, IBy
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public static int Operands => 3;

        public static bool ReadsResult => false;

        public static bool InPairs => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector At<TVector>(in Places<T> places, nint i)
            where TVector : unmanaged, IVector<TVector, T> => Derivative<TVector>(places, i) * TVector.Load(places.W + i);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector Derivative<TVector>(in Places<T> places, nint i)
            where TVector : unmanaged, IVector<TVector, T>
        {
            TVector x = TVector.Load(places.X + i), y = TVector.Load(places.Y + i);
            return TBy.Y ? function.DY(x, y) : function.DX(x, y);
        }
    }

    /// <summary>z + a derivative times dz in one rounding.</summary>
    public readonly struct PartialAdded<TFunction, TBy, T>(TFunction function) : IExpression<T>
        where TFunction : unmanaged, IBinaryFunction<T>
        where TBy : unmanaged, IBy
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public static int Operands => 3;

        public static bool ReadsResult => true;

        public static bool InPairs => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TVector At<TVector>(in Places<T> places, nint i)
            where TVector : unmanaged, IVector<TVector, T> =>
            TVector.MultiplyAdd(new Partial<TFunction, TBy, T>(function).Derivative<TVector>(places, i), TVector.Load(places.W + i), TVector.Load(places.Z + i));
    }

    /// <summary>By which operand a derivative is.</summary>
    public interface IBy
    {
        static abstract bool Y { get; }
    }

    public readonly struct ByX : IBy
    {
        public static bool Y => false;
    }

    public readonly struct ByY : IBy
    {
        public static bool Y => true;
    }
}
