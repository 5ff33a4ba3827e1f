using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>f(r) = r², of the residual r = prediction - target.</summary>
internal readonly struct SquaredFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector r)
        where TVector : unmanaged, IVector<TVector, T> => r * r;

    // df/dr = 2r
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Derivative<TVector>(TVector r)
        where TVector : unmanaged, IVector<TVector, T> => r + r;
}

/// <summary>f(r) = |r|, with the derivative 0 at 0.</summary>
internal readonly struct AbsoluteFunction<T> : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector r)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Abs(r);

    // df/dr = sign r
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Derivative<TVector>(TVector r)
        where TVector : unmanaged, IVector<TVector, T>
    {
        TVector one = VectorMath.Constant<TVector, T>(1);
        return TVector.WhereGreater(r, TVector.Zero, one, TVector.WhereGreater(TVector.Zero, r, TVector.Zero - one, TVector.Zero));
    }
}

/// <summary>f(r) = scale·r²/2 where |r| ≤ δ, else scale·δ·(|r| - δ/2). Scale 1 is Huber's loss, scale 1/δ PyTorch's smooth L1 with β = δ.</summary>
/// <remarks>Huber: Robust estimation of a location parameter (1964).</remarks>
internal readonly struct HuberFunction<T>(T delta, T scale) : IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static bool DerivativeFromOutput => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector r)
        where TVector : unmanaged, IVector<TVector, T>
    {
        TVector size = TVector.Abs(r), d = TVector.Broadcast(delta), half = VectorMath.Constant<TVector, T>(0.5);
        return TVector.Broadcast(scale) * TVector.WhereGreater(size, d, d * (size - (half * d)), half * r * r);
    }

    // df/dr = scale·clip(r, -δ, δ)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Derivative<TVector>(TVector r)
        where TVector : unmanaged, IVector<TVector, T>
    {
        TVector d = TVector.Broadcast(delta);
        return TVector.Broadcast(scale) * TVector.Max(TVector.Zero - d, TVector.Min(d, r));
    }
}

/// <summary>f(z, y) = max(z, 0) - z·y + ln(1 + e^-|z|): the negative log-likelihood of y under σ(z).</summary>
internal readonly struct BinaryCrossEntropyFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public TVector Value<TVector>(TVector z, TVector y)
        where TVector : unmanaged, IVector<TVector, T>
    {
        TVector large = TVector.WhereGreater(z, TVector.Zero, z, TVector.Zero), rest = default(SoftplusFunction<T>).Value(TVector.Zero - TVector.Abs(z));
        return (large - (z * y)) + rest;
    }

    // σ(z) - y
    public TVector DX<TVector>(TVector z, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => VectorMath.Sigmoid<TVector, T>(z) - y;

    // -z
    public TVector DY<TVector>(TVector z, TVector y)
        where TVector : unmanaged, IVector<TVector, T> => TVector.Zero - z;
}
