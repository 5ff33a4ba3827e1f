using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>Rows of a table picked by index, and the gradient, which adds rows back to the table.</summary>
internal static unsafe class Gather
{
    /// <summary>y[i, :] = table[index[i], :].</summary>
    public static void Rows<T>(int columns, ReadOnlySpan<T> table, ReadOnlySpan<int> index, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckIndices(index, columns, table.Length);
        IndexMap.Select(new Axis(1, columns == 0 ? 0 : table.Length / columns, columns), index, table, y);
    }

    /// <summary>y[i, s, :] = x[i, s, :] + table[index[i], :] for S positions of each sample. y may be x.</summary>
    public static void AddRows<T>(int positions, int columns, ReadOnlySpan<T> x, ReadOnlySpan<T> table, ReadOnlySpan<int> index, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckLength(index.Length, positions, columns, x.Length);
        CheckLength(index.Length, positions, columns, y.Length);
        CheckIndices(index, columns, table.Length);
        if (y.IsEmpty)
            return;
        fixed (T* px = x, pTable = table, py = y)
        fixed (int* pIndex = index)
        {
            int perTask = Math.Max(1, Elementwise.TaskLength / Math.Max(1, (int)Math.Min((long)positions * columns, Elementwise.TaskLength)));
            var kernel = new AddKernel<T>
            {
                Samples = index.Length,
                Positions = positions,
                Columns = columns,
                PerTask = perTask,
                X = px,
                Table = pTable,
                Index = pIndex,
                Y = py,
            };
            Workers.Run<AddKernel<T>, T>(kernel, Parts.Count(index.Length, perTask));
        }
    }

    /// <summary>table[index[i], :] += Σ_s dy[i, s, :], samples in order. Tasks are ranges of columns.</summary>
    public static void ScatterAdd<T>(int positions, int columns, ReadOnlySpan<T> dy, ReadOnlySpan<int> index, Span<T> table)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckLength(index.Length, positions, columns, dy.Length);
        CheckIndices(index, columns, table.Length);
        if (dy.IsEmpty)
            return;
        fixed (T* pdy = dy, pTable = table)
        fixed (int* pIndex = index)
        {
            var kernel = new ScatterKernel<T> { Samples = index.Length, Positions = positions, Columns = columns, DY = pdy, Table = pTable, Index = pIndex };
            Workers.Run<ScatterKernel<T>, T>(kernel, Parts.Count(columns, ScatterKernel<T>.ColumnsPerTask));
        }
    }

    private static void CheckLength(int samples, int positions, int columns, int length)
    {
        if (positions < 0 || columns < 0 || (Int128)samples * positions * columns != length)
            throw new ArgumentException($"{samples} samples of {positions} rows of {columns} columns got {length} elements.");
    }

    private static void CheckIndices(ReadOnlySpan<int> index, int columns, int table)
    {
        foreach (int row in index)
        {
            if (row < 0 || (row + 1L) * columns > table)
                throw new ArgumentOutOfRangeException(nameof(index), row, $"Row {row} of {columns} columns is not in a table of {table} elements.");
        }
    }

    private struct AddKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Samples, Positions, Columns, PerTask;
        public T* X, Table, Y;
        public int* Index;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            var (from, to) = Parts.Range(task, PerTask, Samples);
            for (int i = from; i < to; i++)
            {
                var row = new ReadOnlySpan<T>(Table + ((nint)Index[i] * Columns), Columns);
                for (int s = 0; s < Positions; s++)
                {
                    nint at = (((nint)i * Positions) + s) * Columns;
                    TensorPrimitives.Add(new ReadOnlySpan<T>(X + at, Columns), row, new Span<T>(Y + at, Columns));
                }
            }
        }
    }

    private struct ScatterKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public const int ColumnsPerTask = 32;

        public int Samples, Positions, Columns;
        public T* DY, Table;
        public int* Index;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            var (from, to) = Parts.Range(task, ColumnsPerTask, Columns);
            int columns = to - from;
            if (columns >= TVector.Count)
                Add<TVector>(from, columns);
            else if (Vector128.IsHardwareAccelerated && columns >= V128<T>.Count)
                Add<V128<T>>(from, columns);
            else
                Add<V1<T>>(from, columns);
        }

        // The last vector reaches back, and is added up before what it shares is stored (see ElementLoop).
        private readonly void Add<TVector>(int from, int columns)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int back = columns - TVector.Count;
            for (int i = 0; i < Samples; i++)
            {
                T* row = Table + ((nint)Index[i] * Columns) + from, dy = DY + ((nint)i * Positions * Columns) + from;
                TVector last = Sum<TVector>(row + back, dy + back);
                for (int c = 0; c < back; c += TVector.Count)
                    TVector.Store(Sum<TVector>(row + c, dy + c), row + c);
                TVector.Store(last, row + back);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly TVector Sum<TVector>(T* row, T* dy)
            where TVector : unmanaged, IVector<TVector, T>
        {
            TVector sum = TVector.Load(row);
            for (int s = 0; s < Positions; s++, dy += Columns)
                sum += TVector.Load(dy);
            return sum;
        }
    }
}
