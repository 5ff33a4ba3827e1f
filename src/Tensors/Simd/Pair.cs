using System.Numerics;
using System.Runtime.CompilerServices;

namespace Diffusion.Tensors.Simd;

/// <summary>
/// Two vectors that are worked on together. A function such as e^x is one long chain of operations that wait for each
/// other, and a processor looks only some sixty operations ahead: in pairs, one vector's chain runs while the other's waits.
/// </summary>
internal unsafe struct Pair<TVector, T> : IVector<Pair<TVector, T>, T>
    where TVector : unmanaged, IVector<TVector, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private TVector _low, _high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Pair(TVector low, TVector high)
    {
        _low = low;
        _high = high;
    }

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TVector.Count;
    }

    public static Pair<TVector, T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(TVector.Zero, TVector.Zero);
    }

    public static Pair<TVector, T> Indices
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(TVector.Indices, TVector.Indices + TVector.Broadcast(T.CreateTruncating(TVector.Count)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector, T> Broadcast(T value)
    {
        var both = TVector.Broadcast(value);
        return new(both, both);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector, T> Load(T* source) => new(TVector.Load(source), TVector.Load(source + TVector.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Pair<TVector, T> value, T* destination)
    {
        TVector.Store(value._low, destination);
        TVector.Store(value._high, destination + TVector.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector, T> operator +(Pair<TVector, T> a, Pair<TVector, T> b) => new(a._low + b._low, a._high + b._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector, T> operator -(Pair<TVector, T> a, Pair<TVector, T> b) => new(a._low - b._low, a._high - b._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector, T> operator *(Pair<TVector, T> a, Pair<TVector, T> b) => new(a._low * b._low, a._high * b._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector, T> operator /(Pair<TVector, T> a, Pair<TVector, T> b) => new(a._low / b._low, a._high / b._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector, T> MultiplyAdd(Pair<TVector, T> a, Pair<TVector, T> b, Pair<TVector, T> c) =>
        new(TVector.MultiplyAdd(a._low, b._low, c._low), TVector.MultiplyAdd(a._high, b._high, c._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref Pair<TVector, T> sum, Pair<TVector, T> a, Pair<TVector, T> b)
    {
        TVector.AddProduct(ref sum._low, a._low, b._low);
        TVector.AddProduct(ref sum._high, a._high, b._high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector, T> Min(Pair<TVector, T> a, Pair<TVector, T> b) => new(TVector.Min(a._low, b._low), TVector.Min(a._high, b._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector, T> Max(Pair<TVector, T> a, Pair<TVector, T> b) => new(TVector.Max(a._low, b._low), TVector.Max(a._high, b._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector, T> Abs(Pair<TVector, T> a) => new(TVector.Abs(a._low), TVector.Abs(a._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector, T> Sqrt(Pair<TVector, T> a) => new(TVector.Sqrt(a._low), TVector.Sqrt(a._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector, T> PowerOver(Pair<TVector, T> power, Pair<TVector, T> a) => new(TVector.PowerOver(power._low, a._low), TVector.PowerOver(power._high, a._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector, T> ReciprocalSqrt(Pair<TVector, T> a) => new(TVector.ReciprocalSqrt(a._low), TVector.ReciprocalSqrt(a._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector, T> PowerOfTwo(Pair<TVector, T> shifted) => new(TVector.PowerOfTwo(shifted._low), TVector.PowerOfTwo(shifted._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector, T> Scaled(Pair<TVector, T> a, Pair<TVector, T> n) => new(TVector.Scaled(a._low, n._low), TVector.Scaled(a._high, n._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector, T> WhereGreater(Pair<TVector, T> a, Pair<TVector, T> b, Pair<TVector, T> x, Pair<TVector, T> y) =>
        new(TVector.WhereGreater(a._low, b._low, x._low, y._low), TVector.WhereGreater(a._high, b._high, x._high, y._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Pair<TVector, T> Exchanged(Pair<TVector, T> a, int distance) =>
        distance == TVector.Count ? new(a._high, a._low) : new(TVector.Exchanged(a._low, distance), TVector.Exchanged(a._high, distance));

    /// <summary>Both vectors added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Folded(Pair<TVector, T> a) => a._low + a._high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(Pair<TVector, T> a) => TVector.Sum(a._low + a._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLane(Pair<TVector, T> a) => TVector.MaxLane(TVector.Max(a._low, a._high));
}
