using System.Numerics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <content>The softmaxes over heads and over positions.</content>
internal static unsafe partial class LinearAttention
{
    // Whether a head's channels lie within one vector, so that sums over them are exchanges of lanes.
    private static bool HeadsAreLanes<TVector, T>(int headChannels)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        TVector.Count > 1 && headChannels <= TVector.Count && BitOperations.IsPow2(headChannels);

    // How many rows before its turn a row of qkv is asked for: only a third of a row is read in turn, which the processor takes for no stream.
    private const int RowsAhead = 8;

    // q and k of one sample, [S, C] each, from qkv; by pairs of vectors where rows are made of them.
    private static void Softmaxes<TVector, T>(in AttentionShape shape, T* qkv, T* q, T* k)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int c = shape.Channels, d = shape.HeadChannels, s = shape.Positions;
        if (c % Pair<TVector, T>.Count == 0)
        {
            OverHeads<Pair<TVector, T>, T>(s, c, d, qkv, q);
            OverPositions<Pair<TVector, T>, T>(s, c, qkv + c, k);
        }
        else
        {
            OverHeads<TVector, T>(s, c, d, qkv, q);
            OverPositions<TVector, T>(s, c, qkv + c, k);
        }
    }

    // q: softmax over the channels of each head.
    private static void OverHeads<TVector, T>(int s, int c, int d, T* qkv, T* q)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool lanes = HeadsAreLanes<TVector, T>(d);
        for (int i = 0; i < s; i++, qkv += 3 * c, q += c)
        {
            if (i + RowsAhead < s)
                Prefetching.Fetch(qkv + ((nint)RowsAhead * 3 * c), 3 * c);
            for (int g = 0; g < c && !lanes; g += d)
            {
                T max = qkv[g];
                for (int j = g + 1; j < g + d; j++)
                    max = T.Max(max, qkv[j]);
                for (int j = g; j < g + d; j++)
                    q[j] = qkv[j] - max;
            }

            for (nint j = 0; j < c; j += TVector.Count)
            {
                TVector x = TVector.Load((lanes ? qkv : q) + j);
                if (lanes)
                    x -= GroupSums.MaxLanes<TVector, T>(x, d);
                TVector e = VectorMath.ExpUpToZero<TVector, T>(x);
                TVector.Store(lanes ? e / GroupSums.SumLanes<TVector, T>(e, d) : e, q + j);
            }

            for (int g = 0; g < c && !lanes; g += d)
            {
                T sum = T.Zero;
                for (int j = g; j < g + d; j++)
                    sum += q[j];
                sum = T.One / sum;
                for (int j = g; j < g + d; j++)
                    q[j] *= sum;
            }
        }
    }

    // k: softmax over the positions, row after row as they lie in memory, with the largest and the sum of every channel beside them.
    private static void OverPositions<TVector, T>(int s, int c, T* keys, T* k)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* largest = Scratch<T>.Get(ScratchSlot.Column, 2 * (nint)c), total = largest + c;
        new Span<T>(keys, c).CopyTo(new Span<T>(largest, c));
        new Span<T>(total, c).Clear();
        for (int i = 1; i < s; i++)
        {
            T* from = keys + ((nint)i * 3 * c);
            for (nint j = 0; j < c; j += TVector.Count)
                TVector.Store(TVector.Max(TVector.Load(largest + j), TVector.Load(from + j)), largest + j);
        }

        for (int i = 0; i < s; i++)
        {
            T* from = keys + ((nint)i * 3 * c), to = k + ((nint)i * c);
            for (nint j = 0; j < c; j += TVector.Count)
            {
                TVector e = VectorMath.ExpUpToZero<TVector, T>(TVector.Load(from + j) - TVector.Load(largest + j));
                TVector.Store(TVector.Load(total + j) + e, total + j);
                TVector.Store(e, to + j);
            }
        }

        for (nint j = 0; j < c; j += TVector.Count)
            TVector.Store(VectorMath.Constant<TVector, T>(1) / TVector.Load(total + j), total + j);
        for (int i = 0; i < s; i++)
        {
            T* to = k + ((nint)i * c);
            for (nint j = 0; j < c; j += TVector.Count)
                TVector.Store(TVector.Load(to + j) * TVector.Load(total + j), to + j);
        }
    }
}
