using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// The transforms of one of Winograd's minimal algorithms F(m, 3), which compute m outputs of a filter of 3 taps from the
/// m + 2 inputs under it with m + 2 multiplications: y = Aᵀ[(G·g) ⊙ (Bᵀ·d)]. Applied to the rows and the columns of tiles
/// of images, Y = Aᵀ[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]·A (Lavin and Gray, Fast algorithms for convolutional neural networks,
/// arXiv:1509.09308, section 4).
/// </summary>
/// <remarks>
/// Each method reads its numbers, vectors of channels, from <c>from</c>, <c>from + step</c>, ... and writes its results to
/// <c>to</c>, <c>to + toStep</c>, ... The last two are the transposes of the third and the second: the way of gradients.
/// </remarks>
internal unsafe interface IWinograd
{
    /// <summary>m, the outputs of a tile along one dimension.</summary>
    static abstract int Tile { get; }

    /// <summary>m + 2, the inputs under a tile along one dimension.</summary>
    static abstract int Patch { get; }

    /// <summary>3, the weights along one dimension.</summary>
    static abstract int Taps { get; }

    /// <summary>Bᵀ: m + 2 inputs to m + 2 factors.</summary>
    static abstract void Input<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>G: 3 weights to m + 2 factors.</summary>
    static abstract void Weight<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Aᵀ: m + 2 products to m outputs.</summary>
    static abstract void Output<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>A: m gradients of outputs to m + 2 factors.</summary>
    static abstract void OutputGradient<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Gᵀ: m + 2 products to 3 gradients of weights.</summary>
    static abstract void WeightGradient<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>;
}

/// <summary>F(1, 1), which transforms nothing: what kernels of one row take along the height.</summary>
internal readonly unsafe struct WinogradF1 : IWinograd
{
    public static int Tile => 1;

    public static int Patch => 1;

    public static int Taps => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => TVector.Store(TVector.Load(from), to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weight<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => TVector.Store(TVector.Load(from), to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => TVector.Store(TVector.Load(from), to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputGradient<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => TVector.Store(TVector.Load(from), to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightGradient<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => TVector.Store(TVector.Load(from), to);
}

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
