using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>The rows of each matrix of a stack become one row: blocks of rows first, then those in order, so the error grows with the blocks and not with the rows.</summary>
internal static unsafe class ColumnFold
{
    private const int FewestRows = 64, MostBlocks = 64, MostColumns = 4096;

    /// <summary>y[o, c] = fold over r of expression[o, r, c], or folded with what is in y.</summary>
    public static void Run<TFold, TExpression, T>(TExpression expression, in Operands<T> operands, int outer, int rows, int columns, T* y, bool accumulate)
        where TFold : unmanaged, IFold<T>
        where TExpression : unmanaged, IExpression<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int blockRows = (int)Math.Max(FewestRows, (rows + MostBlocks - 1L) / MostBlocks), blocks = (int)((rows + (long)blockRows - 1) / blockRows);
        bool direct = blocks == 1 && !accumulate;
        var kernel = new Kernel<TFold, TExpression, T>
        {
            Expression = expression,
            Operands = operands,
            Rows = rows,
            Columns = columns,
            BlockRows = blockRows,
            Blocks = blocks,
            Strips = (int)((columns + (long)MostColumns - 1) / MostColumns),
            Partial = direct ? y : Scratch<T>.Get(ScratchSlot.Statistics, outer * blocks * columns),
        };
        kernel.Total = outer * blocks * kernel.Strips;
        kernel.PerTask = (int)Math.Max(1, Elementwise.TaskLength / ((long)Math.Min(rows, blockRows) * Math.Min(columns, MostColumns)));
        Workers.Run<Kernel<TFold, TExpression, T>, T>(kernel, (int)(((long)kernel.Total + kernel.PerTask - 1) / kernel.PerTask));
        if (!direct)
            Workers.Run<FinishKernel<TFold, T>, T>(new() { Blocks = blocks, Columns = columns, Partial = kernel.Partial, Y = y, Accumulate = accumulate }, outer);
    }

    /// <summary>total[c] = fold of total[c] and x[r, c] over all rows.</summary>
    private static void Rows<TFold, TVector, T>(T* x, nint row, int rows, int columns, T* total)
        where TFold : unmanaged, IFold<T>
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int count = TVector.Count, whole = columns - (columns % count), back = columns - count, c = 0;
        if (back < 0)
        {
            if (Vector128.IsHardwareAccelerated && columns >= V128<T>.Count)
                Rows<TFold, V128<T>, T>(x, row, rows, columns, total);
            else
                Rows<TFold, V1<T>, T>(x, row, rows, columns, total);
            return;
        }

        // The last vector reaches back; its totals are loaded before those that it shares are stored (see ElementLoop).
        TVector last = whole == columns ? TVector.Zero : Column<TFold, TVector, T>(x + back, row, rows, total + back);

        // Some columns at a time, whose totals stay in registers over all rows.
        for (; c <= whole - (4 * count); c += 4 * count)
        {
            TVector s0 = TVector.Load(total + c), s1 = TVector.Load(total + c + count), s2 = TVector.Load(total + c + (2 * count)), s3 = TVector.Load(total + c + (3 * count));
            T* at = x + c;
            for (int r = 0; r < rows; r++, at += row)
            {
                s0 = TFold.Of(s0, TVector.Load(at));
                s1 = TFold.Of(s1, TVector.Load(at + count));
                s2 = TFold.Of(s2, TVector.Load(at + (2 * count)));
                s3 = TFold.Of(s3, TVector.Load(at + (3 * count)));
            }

            TVector.Store(s0, total + c);
            TVector.Store(s1, total + c + count);
            TVector.Store(s2, total + c + (2 * count));
            TVector.Store(s3, total + c + (3 * count));
        }

        for (; c < whole; c += count)
            TVector.Store(Column<TFold, TVector, T>(x + c, row, rows, total + c), total + c);
        if (whole < columns)
            TVector.Store(last, total + back);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Column<TFold, TVector, T>(T* x, nint row, int rows, T* total)
        where TFold : unmanaged, IFold<T>
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector sum = TVector.Load(total);
        for (int r = 0; r < rows; r++, x += row)
            sum = TFold.Of(sum, TVector.Load(x));
        return sum;
    }

    /// <summary>One task is a block of rows in a strip of columns, or some small ones.</summary>
    private struct Kernel<TFold, TExpression, T> : IKernel<T>
        where TFold : unmanaged, IFold<T>
        where TExpression : unmanaged, IExpression<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public TExpression Expression;
        public Operands<T> Operands;
        public int Rows, Columns, BlockRows, Blocks, Strips, Total, PerTask;
        public T* Partial;

        [SkipLocalsInit]
        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            T* buffers = stackalloc T[Operands<T>.BufferLength + Operands<T>.PieceLength];
            int to = (int)Math.Min(Total, (task + 1L) * PerTask);
            for (int i = task * PerTask; i < to; i++)
            {
                var (block, strip) = Math.DivRem(i, Strips);
                var (o, b) = Math.DivRem(block, Blocks);
                int row = b * BlockRows, rows = Math.Min(BlockRows, Rows - row), column = strip * MostColumns, columns = Math.Min(MostColumns, Columns - column);
                T* total = Partial + ((nint)block * Columns) + column;
                new Span<T>(total, columns).Fill(TFold.Identity);
                int at = (((o * Rows) + row) * Columns) + column;
                if (typeof(TExpression) == typeof(Expressions.Itself<T>) && Operands.X.IsDense)
                    Rows<TFold, TVector, T>(Operands.X.Piece(at, 1, buffers), Columns, rows, columns, total);
                else
                    Pieces<TVector>(at, rows, columns, total, buffers);
            }
        }

        // Whole rows where some fit into a piece, else parts of a row.
        private readonly void Pieces<TVector>(int at, int rows, int columns, T* total, T* buffers)
            where TVector : unmanaged, IVector<TVector, T>
        {
            T* piece = buffers + Operands<T>.BufferLength;
            int together = columns == Columns ? Math.Max(1, Operands<T>.PieceLength / columns) : 1;
            for (int r = 0; r < rows; r += together)
            {
                int count = Math.Min(together, rows - r);
                for (int c = 0; c < columns; c += Operands<T>.PieceLength)
                {
                    int width = Math.Min(Operands<T>.PieceLength, columns - c);
                    Operands.Evaluate<TExpression, TVector>(Expression, at + (r * Columns) + c, count * width, piece, buffers);
                    Rows<TFold, TVector, T>(piece, width, count, width, total + c);
                }
            }
        }
    }

    /// <summary>One task folds the blocks of one matrix.</summary>
    private struct FinishKernel<TFold, T> : IKernel<T>
        where TFold : unmanaged, IFold<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Blocks, Columns;
        public T* Partial, Y;
        public bool Accumulate;

        public readonly void Run<TVector>(int o)
            where TVector : unmanaged, IVector<TVector, T>
        {
            T* y = Y + ((nint)o * Columns);
            if (!Accumulate)
                new Span<T>(y, Columns).Fill(TFold.Identity);
            ColumnFold.Rows<TFold, TVector, T>(Partial + ((nint)o * Blocks * Columns), Columns, Blocks, Columns, y);
        }
    }
}
