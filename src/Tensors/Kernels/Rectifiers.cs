using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>y = ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|).</summary>
internal readonly struct SoftplusFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => false;

    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => default(ReluFunction<T>).Value(x) + Lanes.LogPlusOne<TVector, T>(VectorMath.Exp<TVector, T>(TVector.Zero - TVector.Abs(x)));

    // dy/dx = σ(x)
    public TVector Derivative<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Sigmoid<TVector, T>(x);
}

/// <summary>y = ln σ(x) = -ln(1 + e^-x).</summary>
internal readonly struct LogSigmoidFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => false;

    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Zero - default(SoftplusFunction<T>).Value(TVector.Zero - x);

    // dy/dx = σ(-x)
    public TVector Derivative<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Sigmoid<TVector, T>(TVector.Zero - x);
}

/// <summary>y = x above 0, slope·x elsewhere.</summary>
internal readonly struct LeakyReluFunction<T>(T slope) : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => false;

    public (string Name, object Value)[] Constants => [("slope", double.CreateChecked(slope))];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => TVector.WhereGreater(x, TVector.Zero, x, TVector.Broadcast(slope) * x);

    // dy/dx = 1 above 0, else the slope
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Derivative<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => TVector.WhereGreater(x, TVector.Zero, VectorMath.Constant<TVector, T>(1), TVector.Broadcast(slope));
}

/// <summary>y = x above 0, alpha·(e^x - 1) elsewhere; Clevert et al. (arXiv:1511.07289).</summary>
internal readonly struct EluFunction<T>(T alpha) : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => false;

    public (string Name, object Value)[] Constants => [("alpha", double.CreateChecked(alpha))];

    public TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>
    {
        // Near 0, e^x - 1 = 2 tanh(x/2) / (1 - tanh(x/2)) keeps the digits that a difference of e^x and 1 loses.
        TVector one = VectorMath.Constant<TVector, T>(1), half = VectorMath.Tanh<TVector, T>(x * VectorMath.Constant<TVector, T>(0.5));
        TVector near = (half + half) / (one - half), far = VectorMath.Exp<TVector, T>(x) - one;
        return TVector.WhereGreater(x, TVector.Zero, x, TVector.Broadcast(alpha) * TVector.WhereGreater(x, VectorMath.Constant<TVector, T>(-1), near, far));
    }

    // dy/dx = 1 above 0, else alpha·e^x
    public TVector Derivative<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T> => TVector.WhereGreater(x, TVector.Zero, VectorMath.Constant<TVector, T>(1), TVector.Broadcast(alpha) * VectorMath.Exp<TVector, T>(x));
}
