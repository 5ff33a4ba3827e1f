using System.Numerics;
using System.Numerics.Tensors;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>Sums over all elements, over rows or over columns, each in an order that depends on the sizes alone.</summary>
internal static unsafe class Reductions
{
    /// <summary>Σ x: sums of blocks of <see cref="Elementwise.TaskLength"/>, added in order. 0 for no elements.</summary>
    public static T Sum<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T total = T.Zero;
        for (int at = 0; at < x.Length; at += Elementwise.TaskLength)
            total += TensorPrimitives.Sum(x[at..Math.Min(x.Length, at + Elementwise.TaskLength)]);
        return total;
    }

    /// <summary>y[c] = Σ_r x[r, c], or y += with <paramref name="accumulate"/>: the gradient of a broadcast over rows.</summary>
    public static void SumRows<T>(int rows, int columns, ReadOnlySpan<T> x, Span<T> y, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckSize(rows, columns, x.Length);
        if (columns == 0)
            return;

        // Blocks of rows give partial sums, which are added in order: the error grows with the blocks, not with the rows.
        int blockRows = Math.Max(64, (rows + 63) / 64), blocks = Math.Max(1, (rows + blockRows - 1) / blockRows);
        T* partial = Scratch<T>.Get(ScratchSlot.Statistics, blocks * columns);
        fixed (T* px = x)
        {
            var kernel = new SumRowsKernel<T> { Rows = rows, Columns = columns, BlockRows = blockRows, X = px, Partial = partial };
            Workers.Run<SumRowsKernel<T>, T>(kernel, blocks, columns);
        }

        if (!accumulate)
            y[..columns].Clear();
        for (int block = 0; block < blocks; block++)
            TensorPrimitives.Add(y[..columns], new ReadOnlySpan<T>(partial + (block * columns), columns), y[..columns]);
    }

    /// <summary>y[r] = Σ_c x[r, c].</summary>
    public static void SumColumns<T>(int rows, int columns, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckSize(rows, columns, x.Length);
        for (int r = 0; r < rows; r++)
            y[r] = TensorPrimitives.Sum(x.Slice(r * columns, columns));
    }

    /// <summary>z[r, c] = x[r, c] + y[c].</summary>
    public static void AddToRows<T>(int rows, int columns, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckSize(rows, columns, x.Length);
        for (int r = 0; r < rows; r++)
            TensorPrimitives.Add(x.Slice(r * columns, columns), y, z.Slice(r * columns, columns));
    }

    private static void CheckSize(int rows, int columns, int length)
    {
        if ((long)rows * columns != length)
            throw new ArgumentException($"A matrix of [{rows}, {columns}] got {length} elements.");
    }

    private struct SumRowsKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Rows, Columns, BlockRows;
        public T* X, Partial;

        // Some columns at a time, whose sums stay in registers over all rows of the block.
        public readonly void Run<TVector>(int block)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int count = TVector.Count, first = block * BlockRows, rows = Math.Min(Rows - first, BlockRows), c = 0;
            T* sums = Partial + (block * Columns), x = X + ((nint)first * Columns);
            for (; c <= Columns - (4 * count); c += 4 * count)
            {
                TVector s0 = TVector.Zero, s1 = TVector.Zero, s2 = TVector.Zero, s3 = TVector.Zero;
                T* row = x + c;
                for (int r = 0; r < rows; r++, row += Columns)
                {
                    s0 += TVector.Load(row);
                    s1 += TVector.Load(row + count);
                    s2 += TVector.Load(row + (2 * count));
                    s3 += TVector.Load(row + (3 * count));
                }

                TVector.Store(s0, sums + c);
                TVector.Store(s1, sums + c + count);
                TVector.Store(s2, sums + c + (2 * count));
                TVector.Store(s3, sums + c + (3 * count));
            }

            for (; c < Columns; c += count)
            {
                TVector sum = TVector.Zero;
                T* row = x + c;
                for (int r = 0; r < rows; r++, row += Columns)
                    sum += TVector.Load(row);
                TVector.Store(sum, sums + c);
            }
        }
    }
}
