using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>Each row of a matrix becomes one number: blocks of a row first, then those in order.</summary>
internal static unsafe class RowFold
{
    /// <summary>y[r] = fold over c of expression[r, c], or folded with what is in y.</summary>
    public static void Run<TFold, TExpression, T>(TExpression expression, in Operands<T> operands, int rows, int columns, T* y, bool accumulate)
        where TFold : unmanaged, IFold<T>
        where TExpression : unmanaged, IExpression<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int blocks = (int)((columns + (long)Elementwise.TaskLength - 1) / Elementwise.TaskLength), perTask = Math.Max(1, Elementwise.TaskLength / columns);
        T* partial = Scratch<T>.Get(ScratchSlot.Statistics, rows * blocks);
        var kernel = new Kernel<TFold, TExpression, T> { Expression = expression, Operands = operands, Columns = columns, Blocks = blocks, Total = rows * blocks, PerTask = perTask, Partial = partial };
        Workers.Run<Kernel<TFold, TExpression, T>, T>(kernel, (int)(((long)kernel.Total + perTask - 1) / perTask));
        for (int r = 0; r < rows; r++)
        {
            T total = partial[(nint)r * blocks];
            if (blocks > 1 || typeof(TFold) == typeof(SumFold<T>))
                total = TFold.Of(TFold.Identity, total);
            for (int b = 1; b < blocks; b++)
                total = TFold.Of(total, partial[((nint)r * blocks) + b]);
            y[r] = accumulate ? TFold.Of(y[r], total) : total;
        }
    }

    /// <summary>One task is a block of a long row, or some short rows.</summary>
    private struct Kernel<TFold, TExpression, T> : IKernel<T>
        where TFold : unmanaged, IFold<T>
        where TExpression : unmanaged, IExpression<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public TExpression Expression;
        public Operands<T> Operands;
        public int Columns, Blocks, Total, PerTask;
        public T* Partial;

        [SkipLocalsInit]
        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            T* buffers = stackalloc T[Operands<T>.BufferLength + Operands<T>.PieceLength], piece = buffers + Operands<T>.BufferLength;
            int to = (int)Math.Min(Total, (task + 1L) * PerTask);
            for (int i = task * PerTask; i < to; i++)
            {
                var (row, block) = Math.DivRem(i, Blocks);
                int from = block * Elementwise.TaskLength, count = Math.Min(Columns - from, Elementwise.TaskLength), at = (row * Columns) + from;
                if (typeof(TExpression) == typeof(Expressions.Itself<T>) && Operands.X.IsDense)
                {
                    Partial[i] = TFold.Of(new ReadOnlySpan<T>(Operands.X.Piece(at, count, buffers), count));
                    continue;
                }

                T total = TFold.Identity;
                for (int done = 0; done < count; done += Operands<T>.PieceLength)
                {
                    int length = Math.Min(count - done, Operands<T>.PieceLength);
                    Operands.Evaluate<TExpression, TVector>(Expression, at + done, length, piece, buffers);
                    total = TFold.Of(total, TFold.Of(new ReadOnlySpan<T>(piece, length)));
                }

                Partial[i] = total;
            }
        }
    }
}
