using System.Numerics;
using System.Runtime.Intrinsics;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>Softmax of rows, for <see cref="Softmax"/> and for attention.</summary>
/// <remarks>
/// A row that is no whole number of vectors ends with one that reaches back into the vector before it. It is loaded before
/// anything is stored, gives the same results where the two overlap, and counts only once in sums (<see cref="Tail"/>).
/// </remarks>
internal static unsafe class SoftmaxRows
{
    // So many rows take each step together. A row's maximum and sum end in chains of shuffles, and what follows needs their
    // result; of several rows, the next begins meanwhile.
    private const int Together = 8;

    // A row is gone through a few times, which the processor takes for no stream: so long ones are asked for, one at a time.
    private const int ShortestAskedFor = 64;

    /// <summary>
    /// y = softmax(scale·x), or its logarithm, for rows that lie <paramref name="stride"/> apart; y may be x. The largest number
    /// of each is subtracted first. <paramref name="logSums"/> gets ln Σ e^(scale·x) where it is not null.
    /// </summary>
    public static void Forward<TVector, T>(int rows, int columns, nint stride, bool logarithm, T scale, T* x, T* y, T* logSums)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (columns < TVector.Count)
        {
            if (IsShort<T>(columns))
                Forward<V1<T>, T>(rows, columns, stride, logarithm, scale, x, y, logSums);
            else
                Forward<V128<T>, T>(rows, columns, stride, logarithm, scale, x, y, logSums);
            return;
        }

        T* largest = stackalloc T[2 * Together], sums = largest + Together;
        for (; rows > 0; rows -= Together, x += Together * stride, y += Together * stride)
        {
            int count = Math.Min(Together, rows);
            for (int r = 0; r < count; r++)
                largest[r] = Largest<TVector, T>(columns, x + (r * stride)) * scale;

            // The exponentials go to y, or for the logarithm only their sum is made.
            for (int r = 0; r < count; r++)
            {
                if (columns >= ShortestAskedFor && r + Together < rows)
                    Prefetching.Fetch(x + ((r + Together) * stride), columns);
                sums[r] = Exponentials<TVector, T>(columns, scale, -largest[r], x + (r * stride), logarithm ? null : y + (r * stride));
            }

            for (int r = 0; r < count; r++)
            {
                if (logarithm)
                    Affine<TVector, T>(columns, scale, -largest[r] - T.Log(sums[r]), x + (r * stride), y + (r * stride));
                else
                    Affine<TVector, T>(columns, T.One / sums[r], T.Zero, y + (r * stride), y + (r * stride));
            }

            for (int r = 0; logSums != null && r < count; r++)
                *logSums++ = largest[r] + T.Log(sums[r]);
        }
    }

    /// <summary>
    /// p = e^(scale·x - logSum): the softmax of a row again, from the logarithm of its sum. p may be x.
    /// </summary>
    public static void Again<TVector, T>(int columns, T scale, T logSum, T* x, T* p)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (columns >= TVector.Count)
            _ = Exponentials<TVector, T>(columns, scale, -logSum, x, p);
        else if (IsShort<T>(columns))
            Again<V1<T>, T>(columns, scale, logSum, x, p);
        else
            Again<V128<T>, T>(columns, scale, logSum, x, p);
    }

    /// <summary>dx = scale·p·(dp - Σ dp·p), the gradient of a row of <see cref="Forward"/> from its result. dx may be dp.</summary>
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

        int back = columns - TVector.Count;
        TVector lastP = TVector.Load(p + back), lastD = TVector.Load(dp + back), total = Tail.OnlyNew<TVector, T>(lastP * lastD, back);
        for (nint c = 0; c < back; c += TVector.Count)
            total = TVector.MultiplyAdd(TVector.Load(p + c), TVector.Load(dp + c), total);
        TVector sum = TVector.Broadcast(TVector.Sum(total)), factor = TVector.Broadcast(scale);
        for (nint c = 0; c < back; c += TVector.Count)
            TVector.Store(factor * TVector.Load(p + c) * (TVector.Load(dp + c) - sum), dx + c);
        TVector.Store(factor * lastP * (lastD - sum), dx + back);
    }

    private static T Largest<TVector, T>(int columns, T* x)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int back = columns - TVector.Count;
        TVector largest = TVector.Load(x + back);
        for (nint c = 0; c < back; c += TVector.Count)
            largest = TVector.Max(largest, TVector.Load(x + c));
        return TVector.MaxLane(largest);
    }

    // y = factor·x + offset. y may be x.
    private static void Affine<TVector, T>(int columns, T factor, T offset, T* x, T* y)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int back = columns - TVector.Count;
        TVector f = TVector.Broadcast(factor), o = TVector.Broadcast(offset), last = TVector.MultiplyAdd(TVector.Load(x + back), f, o);
        for (nint c = 0; c < back; c += TVector.Count)
            TVector.Store(TVector.MultiplyAdd(TVector.Load(x + c), f, o), y + c);
        TVector.Store(last, y + back);
    }

    // y = e^(scale·x + shift) where y is not null, and the sum. y may be x.
    private static T Exponentials<TVector, T>(int columns, T scale, T shift, T* x, T* y)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int back = columns - TVector.Count;
        TVector factor = TVector.Broadcast(scale), offset = TVector.Broadcast(shift);
        TVector last = VectorMath.ExpUpToZero<TVector, T>(TVector.MultiplyAdd(TVector.Load(x + back), factor, offset)), total = TVector.Zero;
        for (nint c = 0; c < back; c += TVector.Count)
        {
            TVector e = VectorMath.ExpUpToZero<TVector, T>(TVector.MultiplyAdd(TVector.Load(x + c), factor, offset));
            total += e;
            if (y != null)
                TVector.Store(e, y + c);
        }

        if (y != null)
            TVector.Store(last, y + back);
        return TVector.Sum(total + Tail.OnlyNew<TVector, T>(last, back));
    }

    // Rows shorter than a vector take shorter vectors.
    private static bool IsShort<T>(int columns)
        where T : unmanaged, IFloatingPointIeee754<T> => !Vector128.IsHardwareAccelerated || columns < V128<T>.Count;
}
