using System.Numerics;
using System.Runtime.Intrinsics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>Dense matrix products of any size and all four transpose forms, in parallel.</summary>
/// <remarks>
/// The method is that of Goto and van de Geijn (Anatomy of high-performance matrix multiplication, 2008): tiles of C in
/// registers, B in panels that stay in the first-level cache, K cut so that blocks of A stay in the second.
/// </remarks>
public static unsafe partial class MatrixProduct
{
    /// <summary>
    /// K is cut into blocks of about this many, which a tile adds up in registers: a panel of B, two vectors wide, then just
    /// fits into the first-level cache, and C is read and written few times.
    /// </summary>
    internal static int DepthBlock => Vector512.IsHardwareAccelerated ? 256 : 512;

    /// <summary>Multiplications of a product that is not cut into tasks where there is a stack of them.</summary>
    private const int LargestOfOneTask = 1 << 20;

    /// <summary>
    /// C = A·B, or C += A·B with <paramref name="accumulate"/>, or C = A·B + bias (a row of N numbers) where bias is not
    /// empty. A is [M, K], or stored as [K, M] with <paramref name="transposeA"/>; B is [K, N], or stored as [N, K] with
    /// <paramref name="transposeB"/>; C is [M, N]; all row-major and dense.
    /// </summary>
    /// <remarks>C must not overlap A or B. Infinities and NaN spread as IEEE arithmetic says. K = 0 gives zeros (plus bias).</remarks>
    /// <exception cref="ArgumentException">A span is shorter than its matrix, or bias is given together with accumulate.</exception>
    public static void Multiply<T>(
        int rows, int columns, int depth,
        ReadOnlySpan<T> a, bool transposeA,
        ReadOnlySpan<T> b, bool transposeB,
        Span<T> c, bool accumulate = false, ReadOnlySpan<T> bias = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(rows, columns, depth, a.Length, b.Length, c.Length, bias.Length, accumulate);
        if (rows == 0 || columns == 0)
            return;
        fixed (T* pa = a, pb = b, pc = c, pBias = bias)
        {
            Multiply(
                rows, columns, depth,
                pa, transposeA ? 1 : depth, transposeA ? rows : 1,
                pb, transposeB ? 1 : columns, transposeB ? depth : 1,
                pc, columns, accumulate, bias.IsEmpty ? null : pBias);
        }
    }

    /// <summary>
    /// C[i] = A[i]·B[i], or C[i] += with <paramref name="accumulate"/>, for a stack of <paramref name="count"/> products of
    /// one size, one after the other in memory; otherwise as <see cref="Multiply{T}(int, int, int, ReadOnlySpan{T}, bool, ReadOnlySpan{T}, bool, Span{T}, bool, ReadOnlySpan{T})"/>.
    /// </summary>
    /// <remarks>Large products are cut into tasks one by one; of small ones each is a task.</remarks>
    /// <exception cref="ArgumentException">A span is shorter than its stack.</exception>
    public static void MultiplyBatch<T>(
        int count, int rows, int columns, int depth, ReadOnlySpan<T> a, bool transposeA, ReadOnlySpan<T> b, bool transposeB, Span<T> c, bool accumulate = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (count < 0 || rows < 0 || (long)count * rows > int.MaxValue)
            throw new ArgumentException($"A stack of {count} products of {rows} rows cannot be: there are at least 0 of both, and at most {int.MaxValue} rows together.", nameof(count));
        Check(count * rows, columns, depth, a.Length, long.MaxValue, c.Length, 0, accumulate);
        if (b.Length < (Int128)count * depth * columns)
            throw new ArgumentException($"B is a stack of {count} times [{depth}, {columns}] and needs {(Int128)count * depth * columns} elements, but {b.Length} are given.", nameof(b));
        if (count == 0 || rows == 0 || columns == 0)
            return;
        fixed (T* pa = a, pb = b, pc = c)
        {
            var kernel = new BatchKernel<T>
            {
                Rows = rows,
                Columns = columns,
                Depth = depth,
                A = pa,
                ARow = transposeA ? 1 : depth,
                AStep = transposeA ? rows : 1,
                B = pb,
                BRow = transposeB ? 1 : columns,
                BColumn = transposeB ? depth : 1,
                C = pc,
                Accumulate = accumulate,
            };
            if (count > 1 && (long)rows * columns * depth <= LargestOfOneTask)
            {
                Workers.Run<BatchKernel<T>, T>(kernel, count);
                return;
            }

            for (int i = 0; i < count; i++)
            {
                Multiply(
                    rows, columns, depth, pa + ((nint)i * rows * depth), kernel.ARow, kernel.AStep, pb + ((nint)i * depth * columns), kernel.BRow, kernel.BColumn,
                    pc + ((nint)i * rows * columns), columns, accumulate, null);
            }
        }
    }

    /// <summary>The same with strides: A[m, k] = a[m·aRow + k·aStep], B[k, n] = b[k·bRow + n·bColumn], C[m, n] = c[m·ldc + n].</summary>
    internal static void Multiply<T>(
        int rows, int columns, int depth, T* a, nint aRow, nint aStep, T* b, nint bRow, nint bColumn, T* c, nint ldc, bool accumulate, T* bias)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (DeepProduct<T>.Applies(rows, columns, depth))
        {
            DeepProduct<T>.Multiply(rows, columns, depth, a, aRow, aStep, b, bRow, bColumn, c, ldc, accumulate, bias);
            return;
        }

        // Cut by the problem alone: tasks of some 96 rows, which are whole tiles of 6 or 8, halved while there are few and each still has enough to do.
        int taskRows = rows <= 128 ? RoundUp(rows, 8) : RoundUp(rows / Tasks(rows, 96), 24), taskColumns = RoundUp(Math.Min(columns, 2048), 32);
        while (Tasks(rows, taskRows) * Tasks(columns, taskColumns) < 8 && (long)taskRows * taskColumns * depth > 1 << 18)
        {
            if (taskColumns > 64 && taskColumns >= taskRows)
                taskColumns = RoundUp(taskColumns / 2, 32);
            else if (taskRows > 8)
                taskRows = RoundUp(taskRows / 2, 8);
            else
                break;
        }

        var kernel = new BlockKernel<T>
        {
            Rows = rows,
            Columns = columns,
            A = a,
            ARow = aRow,
            AStep = aStep,
            LdC = ldc,
            C = c,
            TaskRows = taskRows,
            TaskColumns = taskColumns,
            ColumnTasks = Tasks(columns, taskColumns),
        };

        // Copies that pay: of A where no second-level cache holds it and enough columns share its rows; of B where enough rows do,
        // or it does not come in whole panels.
        bool packA = columns >= 512 && (long)rows * depth >= 1 << 19;
        bool packB = bColumn != 1 || columns > 256 || columns % 32 != 0 || rows >= 1024;
        int depthBlock = depth <= DepthBlock * 4 / 3 ? depth : RoundUp(depth / ((depth + DepthBlock - 1) / DepthBlock), 8);
        int tasks = Tasks(rows, taskRows) * kernel.ColumnTasks;
        for (int k = 0; k < depth || k == 0; k += depthBlock)
        {
            kernel.Depth = Math.Min(depthBlock, depth - k);
            kernel.A = a + (k * aStep);
            kernel.Accumulate = accumulate || k > 0;
            kernel.Bias = k == 0 ? bias : null;
            kernel.LdB = packB ? 0 : bRow;
            kernel.B = packB ? PackB(kernel.Depth, columns, b + (k * bRow), bRow, bColumn) : b + (k * bRow);
            kernel.PackedA = packA ? PackA(rows, kernel.Depth, kernel.A, aRow, aStep, taskRows) : null;
            Workers.Run<BlockKernel<T>, T>(kernel, tasks);
            if (depth == 0)
                break;
        }
    }

    private static int RoundUp(int value, int multiple) => Parts.Count(value, multiple) * multiple;

    private static int Tasks(int size, int taskSize) => Parts.Count(size, taskSize);

    private static void Check(int rows, int columns, int depth, int a, long b, int c, int bias, bool accumulate)
    {
        if (rows < 0 || columns < 0 || depth < 0)
            throw new ArgumentException($"A product of [{rows}, {depth}] and [{depth}, {columns}] has a negative size.");
        if (a < (long)rows * depth)
            throw new ArgumentException($"A is [{rows}, {depth}] and needs {(long)rows * depth} elements, but {a} are given.", nameof(a));
        if (b < (long)depth * columns)
            throw new ArgumentException($"B is [{depth}, {columns}] and needs {(long)depth * columns} elements, but {b} are given.", nameof(b));
        if (c < (long)rows * columns)
            throw new ArgumentException($"C is [{rows}, {columns}] and needs {(long)rows * columns} elements, but {c} are given.", nameof(c));
        if (bias != 0 && (bias < columns || accumulate))
            throw new ArgumentException(accumulate ? "A bias cannot be added to an accumulated product." : $"The bias needs {columns} elements, but {bias} are given.", nameof(bias));
    }

    /// <summary>One task is a block of C. They go row by row, so that threads work on rows of their own, in memory of their own.</summary>
    private struct BlockKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Rows, Columns, Depth, TaskRows, TaskColumns, ColumnTasks;
        public T* A, PackedA, B, C, Bias;
        public nint ARow, AStep, LdB, LdC;
        public bool Accumulate;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int i = task / ColumnTasks * TaskRows, j = task % ColumnTasks * TaskColumns;
            int rows = Math.Min(TaskRows, Rows - i), columns = Math.Min(TaskColumns, Columns - j);
            T* a = PackedA == null ? A + (i * ARow) : PackedA + ((nint)i * Depth);
            T* b = LdB == 0 ? B + ((nint)j * Depth) : B + j;
            T* bias = Bias == null ? null : Bias + j;
            MatrixBlock.Multiply<TVector, T>(rows, columns, Depth, a, PackedA == null ? ARow : 0, AStep, b, LdB, C + (i * LdC) + j, LdC, Accumulate, bias);
        }
    }

    /// <summary>One task is one product of a stack.</summary>
    private struct BatchKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Rows of C are asked for tile by tile: a whole block at once would fill the queue of what is missing from the cache.
        private const int RowBlock = 16, RowsAhead = 24;

        public int Rows, Columns, Depth;
        public T* A, B, C;
        public nint ARow, AStep, BRow, BColumn;
        public bool Accumulate;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            T* packed = Scratch<T>.Get(ScratchSlot.PackedB, MatrixBlock.PackedLength<TVector, T>(Depth, Columns));
            MatrixBlock.Pack<TVector, T>(Depth, Columns, B + ((nint)task * Depth * Columns), BRow, BColumn, packed);
            T* a = A + ((nint)task * Rows * Depth), c = C + ((nint)task * Rows * Columns);

            // Few rows at a time, so that what a panel touches of A and C stays in the first-level cache for the next.
            for (int i = 0; i < Rows; i += RowBlock)
            {
                int rows = Math.Min(RowBlock, Rows - i);
                MatrixBlock.Multiply<TVector, T>(rows, Columns, Depth, a + (i * ARow), ARow, AStep, packed, 0, c + ((nint)i * Columns), Columns, Accumulate, null, rowsAhead: RowsAhead);
            }
        }
    }
}
