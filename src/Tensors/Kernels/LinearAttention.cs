using System.Numerics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// Linear self-attention (Shen et al., arXiv:1812.01243): q is softmax(Q) over the channels of a head, k is softmax(K) over
/// the positions, c = k'·V is one small matrix for each head, and O = q·c/√d. The cost grows with S, not with S².
/// </summary>
internal static unsafe partial class LinearAttention
{
    /// <summary>out [N, S, C] from qkv [N, S, 3·C].</summary>
    public static void Forward<T>(in AttentionShape shape, ReadOnlySpan<T> qkv, Span<T> output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, qkv.Length, output.Length);
        if (output.IsEmpty)
            return;
        fixed (T* pqkv = qkv, po = output)
            Workers.Run<ForwardKernel<T>, T>(new() { Shape = shape, Qkv = pqkv, Output = po }, shape.Batch);
    }

    /// <summary>dqkv from dout; overwritten or added to.</summary>
    /// <remarks>dq = dO·c'/√d; dc = q'·dO/√d; dk = V·dc'; dV = k·dc; then both softmaxes.</remarks>
    public static void Backward<T>(in AttentionShape shape, ReadOnlySpan<T> qkv, ReadOnlySpan<T> dOutput, Span<T> dQkv, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, qkv.Length, dOutput.Length);
        Check(shape, dQkv.Length, dOutput.Length);
        if (dOutput.IsEmpty)
            return;
        fixed (T* pqkv = qkv, pdo = dOutput, pdqkv = dQkv)
            Workers.Run<BackwardKernel<T>, T>(new() { Shape = shape, Qkv = pqkv, DOutput = pdo, DQkv = pdqkv, Accumulate = accumulate }, shape.Batch);
    }

    private static void Check(in AttentionShape shape, int qkv, int output)
    {
        if (qkv != shape.Input.Length || output != shape.Output.Length)
            throw new ArgumentException($"Linear attention over {shape.Input} with {shape.Heads} heads got spans of {qkv} and {output} elements.");
    }

    /// <summary>One task: one sample. Channels that are no whole number of vectors take narrower ones.</summary>
    private struct ForwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public AttentionShape Shape;
        public T* Qkv, Output;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            if (Shape.Channels % TVector.Count == 0)
                Sample<TVector>(task);
            else
                Sample<V1<T>>(task);
        }

        private readonly void Sample<TVector>(int n)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int s = Shape.Positions, c = Shape.Channels, d = Shape.HeadChannels;
            nint row = 3 * c;
            T* qkv = Qkv + (n * s * row), output = Output + ((nint)n * s * c);
            nint packedValue = MatrixBlock.PackedLength<TVector, T>(s, d), packedContext = MatrixBlock.PackedLength<TVector, T>(d, d);
            T* q = Scratch<T>.Get(ScratchSlot.Image, (2 * (nint)s * c) + packedValue + packedContext + ((nint)d * d));
            T* k = q + ((nint)s * c), values = k + ((nint)s * c), context = values + packedValue, plain = context + packedContext;
            Softmaxes<TVector, T>(Shape, qkv, q, k);
            T scale = T.One / T.Sqrt(T.CreateChecked(d));
            for (int g = 0; g < c; g += d)
            {
                MatrixBlock.Pack<TVector, T>(s, d, qkv + (2 * c) + g, row, 1, values);
                MatrixBlock.Multiply<TVector, T>(d, d, s, k + g, 1, c, values, 0, plain, d, false, null);      // c = k'·V
                for (int i = 0; i < d * d; i++)
                    plain[i] *= scale;
                MatrixBlock.Pack<TVector, T>(d, d, plain, d, 1, context);
                MatrixBlock.Multiply<TVector, T>(s, d, d, q + g, c, 1, context, 0, output + g, c, false, null); // O = q·c
            }
        }
    }

    /// <summary>One task: one sample.</summary>
    private struct BackwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public AttentionShape Shape;
        public T* Qkv, DOutput, DQkv;
        public bool Accumulate;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            if (Shape.Channels % TVector.Count == 0)
                Sample<TVector>(task);
            else
                Sample<V1<T>>(task);
        }

        private readonly void Sample<TVector>(int n)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int s = Shape.Positions, c = Shape.Channels, d = Shape.HeadChannels;
            nint row = 3 * c;
            T* qkv = Qkv + (n * s * row), dQkv = DQkv + (n * s * row), dOutput = DOutput + ((nint)n * s * c);
            nint packed = MatrixBlock.PackedLength<TVector, T>(s, d), packedContext = MatrixBlock.PackedLength<TVector, T>(d, d);
            T* q = Scratch<T>.Get(ScratchSlot.Image, (4 * (nint)s * c) + packed + packedContext + ((nint)d * d));
            T* k = q + ((nint)s * c), dq = k + ((nint)s * c), dk = dq + ((nint)s * c), panels = dk + ((nint)s * c), context = panels + packed, plain = context + packedContext;
            Softmaxes<TVector, T>(Shape, qkv, q, k);
            Prefetching.Fetch(dOutput, (nint)s * c);
            T scale = T.One / T.Sqrt(T.CreateChecked(d));
            for (int g = 0; g < c; g += d)
            {
                T* v = qkv + (2 * c) + g;
                MatrixBlock.Pack<TVector, T>(s, d, v, row, 1, panels);
                MatrixBlock.Multiply<TVector, T>(d, d, s, k + g, 1, c, panels, 0, plain, d, false, null);             // c = k'·V
                Scale(plain, d * d, scale);
                MatrixBlock.Pack<TVector, T>(d, d, plain, 1, d, context);
                MatrixBlock.Multiply<TVector, T>(s, d, d, dOutput + g, c, 1, context, 0, dq + g, c, false, null);     // dq = dO·c'/√d
                MatrixBlock.Pack<TVector, T>(s, d, dOutput + g, c, 1, panels);
                MatrixBlock.Multiply<TVector, T>(d, d, s, q + g, 1, c, panels, 0, plain, d, false, null);             // dc = q'·dO/√d
                Scale(plain, d * d, scale);
                MatrixBlock.Pack<TVector, T>(d, d, plain, 1, d, context);
                MatrixBlock.Multiply<TVector, T>(s, d, d, v, row, 1, context, 0, dk + g, c, false, null);             // dk = V·dc'
                MatrixBlock.Pack<TVector, T>(d, d, plain, d, 1, context);
                MatrixBlock.Multiply<TVector, T>(s, d, d, k + g, c, 1, context, 0, dQkv + (2 * c) + g, row, Accumulate, null); // dV = k·dc
            }

            QueryGradient<TVector>(q, dq, dQkv);
            KeyGradient<TVector>(k, dk, dQkv + c);
        }

        private static void Scale(T* x, int length, T factor)
        {
            for (int i = 0; i < length; i++)
                x[i] *= factor;
        }

        // dQ = q·(dq - Σ dq·q) over the channels of each head.
        private readonly void QueryGradient<TVector>(T* q, T* dq, T* result)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int c = Shape.Channels, d = Shape.HeadChannels;
            bool lanes = HeadsAreLanes<TVector, T>(d);
            for (int i = 0; i < Shape.Positions; i++, q += c, dq += c, result += 3 * c)
            {
                if (lanes)
                {
                    for (nint j = 0; j < c; j += TVector.Count)
                    {
                        TVector p = TVector.Load(q + j), dp = TVector.Load(dq + j);
                        TVector gradient = p * (dp - GroupSums.SumLanes<TVector, T>(p * dp, d));
                        TVector.Store(Accumulate ? gradient + TVector.Load(result + j) : gradient, result + j);
                    }

                    continue;
                }

                for (int g = 0; g < c; g += d)
                {
                    T sum = T.Zero;
                    for (int j = g; j < g + d; j++)
                        sum += dq[j] * q[j];
                    for (int j = g; j < g + d; j++)
                        result[j] = (q[j] * (dq[j] - sum)) + (Accumulate ? result[j] : T.Zero);
                }
            }
        }

        // dK = k·(dk - Σ dk·k) over positions.
        private readonly void KeyGradient<TVector>(T* k, T* dk, T* result)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int c = Shape.Channels;
            for (nint j = 0; j < c; j += TVector.Count)
            {
                TVector sum = TVector.Zero;
                for (int i = 0; i < Shape.Positions; i++)
                    sum = TVector.MultiplyAdd(TVector.Load(k + ((nint)i * c) + j), TVector.Load(dk + ((nint)i * c) + j), sum);
                for (int i = 0; i < Shape.Positions; i++)
                {
                    T* target = result + ((nint)i * 3 * c) + j;
                    TVector gradient = TVector.Load(k + ((nint)i * c) + j) * (TVector.Load(dk + ((nint)i * c) + j) - sum);
                    TVector.Store(Accumulate ? gradient + TVector.Load(target) : gradient, target);
                }
            }
        }
    }
}
