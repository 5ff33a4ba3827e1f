using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// F(4, 3), with the points 0, 1, -1, 2, -2 and infinity: 36 multiplications for 16 outputs, 4 times fewer than the 144 of
/// the definition, and a few bits less exact.
/// <code>
///      ⎡4  0 -5  0  1  0⎤       ⎡ 1/4   0    0 ⎤
///      ⎢0 -4 -4  1  1  0⎥       ⎢-1/6 -1/6 -1/6⎥        ⎡1 1  1 1  1 0⎤
/// Bᵀ = ⎢0  4 -4 -1  1  0⎥   G = ⎢-1/6  1/6 -1/6⎥   Aᵀ = ⎢0 1 -1 2 -2 0⎥
///      ⎢0 -2 -1  2  1  0⎥       ⎢1/24 1/12  1/6⎥        ⎢0 1  1 4  4 0⎥
///      ⎢0  2 -1 -2  1  0⎥       ⎢1/24-1/12  1/6⎥        ⎣0 1 -1 8 -8 1⎦
///      ⎣0  4  0 -5  0  1⎦       ⎣  0    0    1 ⎦
/// </code>
/// </summary>
internal readonly unsafe struct WinogradF4 : IWinograd
{
    public static int Tile => 4;

    public static int Patch => 6;

    public static int Taps => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector two = TVector.Broadcast(T.CreateTruncating(2)), four = two + two, minusFour = TVector.Zero - four, minusFive = minusFour - TVector.Broadcast(T.One);
        TVector d0 = TVector.Load(from), d1 = TVector.Load(from + step), d2 = TVector.Load(from + (2 * step));
        TVector d3 = TVector.Load(from + (3 * step)), d4 = TVector.Load(from + (4 * step)), d5 = TVector.Load(from + (5 * step));

        // Rows for the points ±1 and ±2 share their even and their odd part.
        TVector even1 = TVector.MultiplyAdd(minusFour, d2, d4), odd1 = TVector.MultiplyAdd(minusFour, d1, d3);
        TVector even2 = d4 - d2, odd2 = two * (d3 - d1);
        TVector.Store(TVector.MultiplyAdd(four, d0, TVector.MultiplyAdd(minusFive, d2, d4)), to);
        TVector.Store(even1 + odd1, to + toStep);
        TVector.Store(even1 - odd1, to + (2 * toStep));
        TVector.Store(even2 + odd2, to + (3 * toStep));
        TVector.Store(even2 - odd2, to + (4 * toStep));
        TVector.Store(TVector.MultiplyAdd(four, d1, TVector.MultiplyAdd(minusFive, d3, d5)), to + (5 * toStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weight<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector g0 = TVector.Load(from), g1 = TVector.Load(from + step), g2 = TVector.Load(from + (2 * step));
        TVector sixth = TVector.Broadcast(T.CreateTruncating(1.0 / 6)), twelfth = TVector.Broadcast(T.CreateTruncating(1.0 / 12));
        TVector even1 = TVector.Zero - (sixth * (g0 + g2)), odd1 = sixth * g1;
        TVector even2 = TVector.MultiplyAdd(TVector.Broadcast(T.CreateTruncating(1.0 / 24)), g0, sixth * g2), odd2 = twelfth * g1;
        TVector.Store(TVector.Broadcast(T.CreateTruncating(0.25)) * g0, to);
        TVector.Store(even1 - odd1, to + toStep);
        TVector.Store(even1 + odd1, to + (2 * toStep));
        TVector.Store(even2 + odd2, to + (3 * toStep));
        TVector.Store(even2 - odd2, to + (4 * toStep));
        TVector.Store(g2, to + (5 * toStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector two = TVector.Broadcast(T.CreateTruncating(2)), four = two + two, eight = four + four;
        TVector p0 = TVector.Load(from), p1 = TVector.Load(from + step), p2 = TVector.Load(from + (2 * step));
        TVector p3 = TVector.Load(from + (3 * step)), p4 = TVector.Load(from + (4 * step)), p5 = TVector.Load(from + (5 * step));
        TVector even1 = p1 + p2, odd1 = p1 - p2, even2 = p3 + p4, odd2 = p3 - p4;
        TVector.Store(p0 + even1 + even2, to);
        TVector.Store(TVector.MultiplyAdd(two, odd2, odd1), to + toStep);
        TVector.Store(TVector.MultiplyAdd(four, even2, even1), to + (2 * toStep));
        TVector.Store(TVector.MultiplyAdd(eight, odd2, odd1) + p5, to + (3 * toStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputGradient<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector two = TVector.Broadcast(T.CreateTruncating(2)), four = two + two;
        TVector y0 = TVector.Load(from), y1 = TVector.Load(from + step), y2 = TVector.Load(from + (2 * step)), y3 = TVector.Load(from + (3 * step));
        TVector even1 = y0 + y2, odd1 = y1 + y3;
        TVector even2 = TVector.MultiplyAdd(four, y2, y0), odd2 = two * TVector.MultiplyAdd(four, y3, y1);
        TVector.Store(y0, to);
        TVector.Store(even1 + odd1, to + toStep);
        TVector.Store(even1 - odd1, to + (2 * toStep));
        TVector.Store(even2 + odd2, to + (3 * toStep));
        TVector.Store(even2 - odd2, to + (4 * toStep));
        TVector.Store(y3, to + (5 * toStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightGradient<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector p0 = TVector.Load(from), p1 = TVector.Load(from + step), p2 = TVector.Load(from + (2 * step));
        TVector p3 = TVector.Load(from + (3 * step)), p4 = TVector.Load(from + (4 * step)), p5 = TVector.Load(from + (5 * step));
        TVector sixth = TVector.Broadcast(T.CreateTruncating(1.0 / 6)), twelfth = TVector.Broadcast(T.CreateTruncating(1.0 / 12));
        TVector even1 = sixth * (p1 + p2), odd1 = sixth * (p2 - p1), even2 = p3 + p4, odd2 = twelfth * (p3 - p4);
        TVector.Store(TVector.MultiplyAdd(TVector.Broadcast(T.CreateTruncating(1.0 / 24)), even2, TVector.Broadcast(T.CreateTruncating(0.25)) * p0) - even1, to);
        TVector.Store(odd1 + odd2, to + toStep);
        TVector.Store(TVector.MultiplyAdd(sixth, even2, p5) - even1, to + (2 * toStep));
    }
}
