using System.Numerics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// Multi-head self-attention (Vaswani et al., arXiv:1706.03762, eq. 1): for each sample and head O = P·V with
/// P = softmax(Q·K' / √d). Q, K and V lie side by side in [N, S, 3·C], so no transposition is made.
/// </summary>
/// <remarks>
/// The S x S matrix P exists only for a few rows at a time. The backward pass makes it again from the logarithm of each
/// row's sum (Dao et al., arXiv:2205.14135), so memory grows with S and not with S².
/// </remarks>
internal static unsafe class Attention
{
    /// <summary>Rows of P that are made together.</summary>
    private const int TileRows = 64;

    /// <summary>out [N, S, C] from qkv; logSums, [N, H, S], may be empty where no backward pass follows.</summary>
    public static void Forward<T>(in AttentionShape shape, ReadOnlySpan<T> qkv, Span<T> output, Span<T> logSums)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, qkv.Length, output.Length, logSums.IsEmpty ? shape.Statistics.Length : logSums.Length);
        if (output.IsEmpty)
            return;
        fixed (T* pqkv = qkv, po = output, pl = logSums)
        {
            var kernel = new ForwardKernel<T> { Shape = shape, Qkv = pqkv, Output = po, LogSums = logSums.IsEmpty ? null : pl };
            Workers.Run<ForwardKernel<T>, T>(kernel, shape.Batch * shape.Heads);
        }
    }

    /// <summary>dqkv from dout; overwritten or added to.</summary>
    /// <remarks>dV = P'·dO; dP = dO·V'; dS = P·(dP - Σ dP·P) along rows; dQ = dS·K/√d; dK = dS'·Q/√d.</remarks>
    public static void Backward<T>(in AttentionShape shape, ReadOnlySpan<T> qkv, ReadOnlySpan<T> logSums, ReadOnlySpan<T> dOutput, Span<T> dQkv, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, qkv.Length, dOutput.Length, logSums.Length);
        Check(shape, dQkv.Length, dOutput.Length, logSums.Length);
        if (dOutput.IsEmpty)
            return;
        fixed (T* pqkv = qkv, pdo = dOutput, pl = logSums, pdqkv = dQkv)
        {
            var kernel = new BackwardKernel<T> { Shape = shape, Qkv = pqkv, DOutput = pdo, LogSums = pl, DQkv = pdqkv, Accumulate = accumulate };
            Workers.Run<BackwardKernel<T>, T>(kernel, shape.Batch * shape.Heads);
        }
    }

    // Rows of P are whole vectors: packed panels end with zeros, so the product may write past the last position.
    private static int RowOfP<TVector, T>(int positions)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => (positions + TVector.Count - 1) / TVector.Count * TVector.Count;

    private static void Check(in AttentionShape shape, int qkv, int output, int logSums)
    {
        if (qkv != shape.Input.Length || output != shape.Output.Length || logSums != shape.Statistics.Length)
            throw new ArgumentException($"Attention over {shape.Input} with {shape.Heads} heads got spans of {qkv}, {output} and {logSums} elements.");
    }

    /// <summary>One task: one head of one sample.</summary>
    private struct ForwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public AttentionShape Shape;
        public T* Qkv, Output, LogSums;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int s = Shape.Positions, c = Shape.Channels, d = Shape.HeadChannels, n = task / Shape.Heads, head = task % Shape.Heads;
            nint row = 3 * c;
            T* q = Qkv + (n * s * row) + (head * d), k = q + c, v = k + c;
            T* output = Output + ((nint)n * s * c) + (head * d);
            T* logSums = LogSums == null ? null : LogSums + ((nint)task * s);
            T scale = T.One / T.Sqrt(T.CreateChecked(d));

            nint packedKey = MatrixBlock.PackedLength<TVector, T>(d, s), packedValue = MatrixBlock.PackedLength<TVector, T>(s, d);
            int pRow = RowOfP<TVector, T>(s);
            T* keys = Scratch<T>.Get(ScratchSlot.Image, packedKey + packedValue + ((nint)TileRows * pRow));
            T* values = keys + packedKey, p = values + packedValue;
            MatrixBlock.Pack<TVector, T>(d, s, k, 1, row, keys);
            MatrixBlock.Pack<TVector, T>(s, d, v, row, 1, values);
            for (int from = 0; from < s; from += TileRows)
            {
                int rows = Math.Min(TileRows, s - from);
                MatrixBlock.Multiply<TVector, T>(rows, pRow, d, q + (from * row), row, 1, keys, 0, p, pRow, false, null);    // Q·K'
                SoftmaxRows.Forward<TVector, T>(rows, s, pRow, logarithm: false, scale, p, p, logSums == null ? null : logSums + from);

                MatrixBlock.Multiply<TVector, T>(rows, d, s, p, pRow, 1, values, 0, output + ((nint)from * c), c, false, null); // P·V
            }
        }
    }

    /// <summary>One task: one head of one sample, its rows of P in order.</summary>
    private struct BackwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public AttentionShape Shape;
        public T* Qkv, LogSums, DOutput, DQkv;
        public bool Accumulate;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int s = Shape.Positions, c = Shape.Channels, d = Shape.HeadChannels, n = task / Shape.Heads, head = task % Shape.Heads;
            nint row = 3 * c;
            T* q = Qkv + (n * s * row) + (head * d), k = q + c, v = k + c;
            T* dq = DQkv + (n * s * row) + (head * d), dk = dq + c, dv = dk + c;
            T* dOutput = DOutput + ((nint)n * s * c) + (head * d), logSums = LogSums + ((nint)task * s);
            T scale = T.One / T.Sqrt(T.CreateChecked(d));

            nint across = MatrixBlock.PackedLength<TVector, T>(d, s), along = MatrixBlock.PackedLength<TVector, T>(s, d);
            nint tile = MatrixBlock.PackedLength<TVector, T>(TileRows, d);
            int pRow = RowOfP<TVector, T>(s);
            T* keysAcross = Scratch<T>.Get(ScratchSlot.Image, (2 * across) + along + (2 * tile) + ((nint)2 * TileRows * pRow));
            T* valuesAcross = keysAcross + across, keysAlong = valuesAcross + across, queries = keysAlong + along;
            T* upstream = queries + tile, p = upstream + tile, ds = p + ((nint)TileRows * pRow);
            MatrixBlock.Pack<TVector, T>(d, s, k, 1, row, keysAcross);
            MatrixBlock.Pack<TVector, T>(d, s, v, 1, row, valuesAcross);
            MatrixBlock.Pack<TVector, T>(s, d, k, row, 1, keysAlong);
            for (int from = 0; from < s; from += TileRows)
            {
                int rows = Math.Min(TileRows, s - from);
                bool add = Accumulate || from > 0;
                MatrixBlock.Pack<TVector, T>(rows, d, q + (from * row), row, 1, queries);
                MatrixBlock.Pack<TVector, T>(rows, d, dOutput + ((nint)from * c), c, 1, upstream);
                MatrixBlock.Multiply<TVector, T>(rows, pRow, d, q + (from * row), row, 1, keysAcross, 0, p, pRow, false, null);
                for (int r = 0; r < rows; r++)
                    SoftmaxRows.Again<TVector, T>(s, scale, logSums[from + r], p + ((nint)r * pRow), p + ((nint)r * pRow));
                MatrixBlock.Multiply<TVector, T>(s, d, rows, p, 1, pRow, upstream, 0, dv, row, add, null);                 // dV += P'·dO
                MatrixBlock.Multiply<TVector, T>(rows, pRow, d, dOutput + ((nint)from * c), c, 1, valuesAcross, 0, ds, pRow, false, null);
                for (int r = 0; r < rows; r++)
                    SoftmaxRows.Backward<TVector, T>(s, scale, p + ((nint)r * pRow), ds + ((nint)r * pRow), ds + ((nint)r * pRow));
                MatrixBlock.Multiply<TVector, T>(rows, d, s, ds, pRow, 1, keysAlong, 0, dq + (from * row), row, Accumulate, null); // dQ = dS·K/√d
                MatrixBlock.Multiply<TVector, T>(s, d, rows, ds, 1, pRow, queries, 0, dk, row, add, null);                 // dK += dS'·Q/√d
            }
        }
    }
}
