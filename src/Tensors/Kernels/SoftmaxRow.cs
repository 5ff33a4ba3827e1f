using System.Numerics;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>Softmax of one row, for <see cref="Softmax"/> and for attention.</summary>
internal static unsafe class SoftmaxRow
{
    /// <summary>
    /// y = softmax(scale·x), or its logarithm; gives ln Σ e^(scale·x). y may be x. The largest number is subtracted first.
    /// </summary>
    public static T Forward<TVector, T>(int columns, bool logarithm, T scale, T* x, T* y)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int whole = columns - (columns % TVector.Count), rest = columns - whole;

        // The end of the row is filled up with the smallest number, which adds nothing to a sum.
        T* edge = stackalloc T[TVector.Count];
        if (rest > 0)
        {
            for (int c = 0; c < TVector.Count; c++)
                edge[c] = c < rest ? x[whole + c] : T.CreateSaturating(-1e30);
        }

        TVector largest = TVector.Load(rest > 0 ? edge : x);
        for (int c = 0; c < whole; c += TVector.Count)
            largest = TVector.Max(largest, TVector.Load(x + c));
        T max = TVector.MaxLane(largest) * scale;

        // The exponentials go to y, or for the logarithm only their sum is made.
        TVector factor = TVector.Broadcast(scale), shift = TVector.Broadcast(-max), total = TVector.Zero;
        for (int c = 0; c < whole; c += TVector.Count)
        {
            TVector e = VectorMath.Exp<TVector, T>(TVector.MultiplyAdd(TVector.Load(x + c), factor, shift));
            total += e;
            if (!logarithm)
                TVector.Store(e, y + c);
        }

        if (rest > 0)
        {
            TVector e = VectorMath.Exp<TVector, T>(TVector.MultiplyAdd(TVector.Load(edge), factor, shift));
            total += e;
            TVector.Store(e, edge);
            if (!logarithm)
                Edge.Store(edge, rest, y + whole);
        }

        T sum = TVector.Sum(total);
        T share = T.One / sum, offset = max + T.Log(sum);
        TVector shares = TVector.Broadcast(share), offsets = TVector.Broadcast(-offset);
        for (int c = 0; c < whole; c += TVector.Count)
            TVector.Store(logarithm ? TVector.MultiplyAdd(TVector.Load(x + c), factor, offsets) : TVector.Load(y + c) * shares, y + c);
        for (int c = whole; c < columns; c++)
            y[c] = logarithm ? (scale * x[c]) - offset : y[c] * share;
        return offset;
    }

    /// <summary>p = e^(scale·x - logSum): the softmax again, from the sum that <see cref="Forward"/> gave. p may be x.</summary>
    public static void Again<TVector, T>(int columns, T scale, T logSum, T* x, T* p)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int whole = columns - (columns % TVector.Count);
        TVector factor = TVector.Broadcast(scale), shift = TVector.Broadcast(-logSum);
        for (int c = 0; c < whole; c += TVector.Count)
            TVector.Store(VectorMath.Exp<TVector, T>(TVector.MultiplyAdd(TVector.Load(x + c), factor, shift)), p + c);
        if (whole < columns)
        {
            T* edge = stackalloc T[TVector.Count];
            Edge.Load(x + whole, columns - whole, edge, TVector.Count);
            TVector.Store(VectorMath.Exp<TVector, T>(TVector.MultiplyAdd(TVector.Load(edge), factor, shift)), edge);
            Edge.Store(edge, columns - whole, p + whole);
        }
    }

    /// <summary>dx = scale·p·(dp - Σ dp·p), the gradient of <see cref="Forward"/> from its result. dx may be dp.</summary>
    public static void Backward<TVector, T>(int columns, T scale, T* p, T* dp, T* dx)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int whole = columns - (columns % TVector.Count);
        TVector total = TVector.Zero;
        for (int c = 0; c < whole; c += TVector.Count)
            total = TVector.MultiplyAdd(TVector.Load(p + c), TVector.Load(dp + c), total);
        T sum = TVector.Sum(total);
        for (int c = whole; c < columns; c++)
            sum += p[c] * dp[c];
        TVector sums = TVector.Broadcast(sum), factor = TVector.Broadcast(scale);
        for (int c = 0; c < whole; c += TVector.Count)
            TVector.Store(factor * TVector.Load(p + c) * (TVector.Load(dp + c) - sums), dx + c);
        for (int c = whole; c < columns; c++)
            dx[c] = scale * p[c] * (dp[c] - sum);
    }
}
