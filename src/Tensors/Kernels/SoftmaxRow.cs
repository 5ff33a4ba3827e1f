using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>Softmax of one row, for <see cref="Softmax"/> and for attention.</summary>
/// <remarks>
/// A row that is no whole number of vectors ends with one that reaches back into the vector before it. It is loaded before
/// anything is stored, gives the same results where the two overlap, and counts only once in sums.
/// </remarks>
internal static unsafe class SoftmaxRow
{
    /// <summary>
    /// y = softmax(scale·x), or its logarithm; y may be x. The largest number is subtracted first: the result is that,
    /// scaled, and Σ e^(scale·x - largest).
    /// </summary>
    public static (T Largest, T Sum) Forward<TVector, T>(int columns, bool logarithm, T scale, T* x, T* y)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (columns < TVector.Count)
            return IsShort<T>(columns) ? Forward<V1<T>, T>(columns, logarithm, scale, x, y) : Forward<V128<T>, T>(columns, logarithm, scale, x, y);

        int whole = columns - (columns % TVector.Count), back = columns - TVector.Count;
        TVector last = TVector.Load(x + back), largest = last;
        for (nint c = 0; c < whole; c += TVector.Count)
            largest = TVector.Max(largest, TVector.Load(x + c));
        T max = TVector.MaxLane(largest) * scale;

        // The exponentials go to y, or for the logarithm only their sum is made.
        TVector factor = TVector.Broadcast(scale), shift = TVector.Broadcast(-max);
        TVector lastExp = VectorMath.ExpUpToZero<TVector, T>(TVector.MultiplyAdd(last, factor, shift)), total = OnlyNew<TVector, T>(lastExp, columns);
        int pairs = whole - (whole % Pair<TVector, T>.Count);
        total += Pair<TVector, T>.Folded(Exponentials<Pair<TVector, T>, T>(pairs, scale, -max, x, logarithm ? null : y));
        if (pairs < whole)
            total += Exponentials<TVector, T>(TVector.Count, scale, -max, x + pairs, logarithm ? null : y + pairs);

        T sum = TVector.Sum(total);
        if (logarithm)
        {
            TVector offset = TVector.Broadcast(-max - T.Log(sum));
            for (nint c = 0; c < whole; c += TVector.Count)
                TVector.Store(TVector.MultiplyAdd(TVector.Load(x + c), factor, offset), y + c);
            TVector.Store(TVector.MultiplyAdd(last, factor, offset), y + back);
        }
        else
        {
            TVector share = TVector.Broadcast(T.One / sum);
            for (nint c = 0; c < whole; c += TVector.Count)
                TVector.Store(TVector.Load(y + c) * share, y + c);
            TVector.Store(lastExp * share, y + back);
        }

        return (max, sum);
    }

    /// <summary>
    /// p = e^(scale·x - logSum): the softmax again, from the logarithm of its sum, which is largest + ln sum of what
    /// <see cref="Forward"/> gave. p may be x.
    /// </summary>
    public static void Again<TVector, T>(int columns, T scale, T logSum, T* x, T* p)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (columns < TVector.Count)
        {
            if (IsShort<T>(columns))
                Again<V1<T>, T>(columns, scale, logSum, x, p);
            else
                Again<V128<T>, T>(columns, scale, logSum, x, p);
            return;
        }

        int back = columns - TVector.Count, pairs = back - (back % Pair<TVector, T>.Count);
        TVector last = TVector.Load(x + back);
        _ = Exponentials<Pair<TVector, T>, T>(pairs, scale, -logSum, x, p);
        _ = Exponentials<TVector, T>((back - pairs + TVector.Count - 1) / TVector.Count * TVector.Count, scale, -logSum, x + pairs, p + pairs);
        TVector.Store(VectorMath.ExpUpToZero<TVector, T>(TVector.MultiplyAdd(last, TVector.Broadcast(scale), TVector.Broadcast(-logSum))), p + back);
    }

    /// <summary>dx = scale·p·(dp - Σ dp·p), the gradient of <see cref="Forward"/> from its result. dx may be dp.</summary>
    public static void Backward<TVector, T>(int columns, T scale, T* p, T* dp, T* dx)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (columns < TVector.Count)
        {
            if (IsShort<T>(columns))
                Backward<V1<T>, T>(columns, scale, p, dp, dx);
            else
                Backward<V128<T>, T>(columns, scale, p, dp, dx);
            return;
        }

        int whole = columns - (columns % TVector.Count), back = columns - TVector.Count;
        TVector lastP = TVector.Load(p + back), lastD = TVector.Load(dp + back), total = OnlyNew<TVector, T>(lastP * lastD, columns);
        for (nint c = 0; c < whole; c += TVector.Count)
            total = TVector.MultiplyAdd(TVector.Load(p + c), TVector.Load(dp + c), total);
        TVector sum = TVector.Broadcast(TVector.Sum(total)), factor = TVector.Broadcast(scale);
        for (nint c = 0; c < back; c += TVector.Count)
            TVector.Store(factor * TVector.Load(p + c) * (TVector.Load(dp + c) - sum), dx + c);
        TVector.Store(factor * lastP * (lastD - sum), dx + back);
    }

    // y = e^(scale·x + shift) of a whole number of vectors, where y is not null, and their sum. A method of its own: so small
    // that the JIT keeps pairs of vectors in registers.
    private static TVector Exponentials<TVector, T>(int count, T scale, T shift, T* x, T* y)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector factor = TVector.Broadcast(scale), offset = TVector.Broadcast(shift), total = TVector.Zero;
        for (nint c = 0; c < count; c += TVector.Count)
        {
            TVector e = VectorMath.ExpUpToZero<TVector, T>(TVector.MultiplyAdd(TVector.Load(x + c), factor, offset));
            total += e;
            if (y != null)
                TVector.Store(e, y + c);
        }

        return total;
    }

    // Rows shorter than a vector take shorter vectors.
    private static bool IsShort<T>(int columns)
        where T : unmanaged, IFloatingPointIeee754<T> => !Vector128.IsHardwareAccelerated || columns < V128<T>.Count;

    // The lanes of a row's last vector that no whole vector has; the others 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector OnlyNew<TVector, T>(TVector last, int columns)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        TVector.WhereGreater(TVector.Indices, TVector.Broadcast(T.CreateTruncating(TVector.Count - 1 - (columns % TVector.Count))), last, TVector.Zero);
}
