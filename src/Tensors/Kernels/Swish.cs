using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>x·σ(βx); Swish with its β, Ramachandran et al. (arXiv:1710.05941).</summary>
internal readonly struct SwishFunction<T> : IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TVector Value<TVector>(TVector x, TVector beta)
        where TVector : unmanaged, IVector<TVector, T> => x * VectorMath.Sigmoid<TVector, T>(beta * x);

    // σ(βx) + βx·σ(βx)·σ(-βx)
    public TVector DX<TVector>(TVector x, TVector beta)
        where TVector : unmanaged, IVector<TVector, T> => default(SiluFunction<T>).Derivative(beta * x);

    // x²·σ(βx)·σ(-βx)
    public TVector DY<TVector>(TVector x, TVector beta)
        where TVector : unmanaged, IVector<TVector, T>
    {
        TVector s = VectorMath.Sigmoid<TVector, T>(beta * x);
        return x * x * s * (VectorMath.Constant<TVector, T>(1) - s);
    }
}
