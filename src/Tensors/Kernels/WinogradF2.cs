using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// F(2, 3), with the points 0, 1, -1 and infinity: 16 multiplications for 4 outputs, 2.25 times fewer than the 36 of the
/// definition.
/// <code>
///      ⎡1  0 -1  0⎤       ⎡ 1   0   0 ⎤
/// Bᵀ = ⎢0  1  1  0⎥   G = ⎢1/2 1/2 1/2⎥   Aᵀ = ⎡1 1  1  0⎤
///      ⎢0 -1  1  0⎥       ⎢1/2-1/2 1/2⎥        ⎣0 1 -1 -1⎦
///      ⎣0  1  0 -1⎦       ⎣ 0   0   1 ⎦
/// </code>
/// </summary>
internal readonly unsafe struct WinogradF2 : IWinograd
{
    public static int Tile => 2;

    public static int Patch => 4;

    public static int Taps => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector d0 = TVector.Load(from), d1 = TVector.Load(from + step), d2 = TVector.Load(from + (2 * step)), d3 = TVector.Load(from + (3 * step));
        TVector.Store(d0 - d2, to);
        TVector.Store(d1 + d2, to + toStep);
        TVector.Store(d2 - d1, to + (2 * toStep));
        TVector.Store(d1 - d3, to + (3 * toStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weight<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector g0 = TVector.Load(from), g1 = TVector.Load(from + step), g2 = TVector.Load(from + (2 * step));
        TVector half = TVector.Broadcast(T.CreateTruncating(0.5)), ends = half * (g0 + g2), middle = half * g1;
        TVector.Store(g0, to);
        TVector.Store(ends + middle, to + toStep);
        TVector.Store(ends - middle, to + (2 * toStep));
        TVector.Store(g2, to + (3 * toStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector p0 = TVector.Load(from), p1 = TVector.Load(from + step), p2 = TVector.Load(from + (2 * step)), p3 = TVector.Load(from + (3 * step));
        TVector.Store(p0 + p1 + p2, to);
        TVector.Store(p1 - p2 - p3, to + toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputGradient<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector y0 = TVector.Load(from), y1 = TVector.Load(from + step);
        TVector.Store(y0, to);
        TVector.Store(y0 + y1, to + toStep);
        TVector.Store(y0 - y1, to + (2 * toStep));
        TVector.Store(TVector.Zero - y1, to + (3 * toStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightGradient<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector p0 = TVector.Load(from), p1 = TVector.Load(from + step), p2 = TVector.Load(from + (2 * step)), p3 = TVector.Load(from + (3 * step));
        TVector half = TVector.Broadcast(T.CreateTruncating(0.5)), sum = half * (p1 + p2), difference = half * (p1 - p2);
        TVector.Store(p0 + sum, to);
        TVector.Store(difference, to + toStep);
        TVector.Store(sum + p3, to + (2 * toStep));
    }
}
