using System.Numerics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <content>Copies of A and B in the order in which tiles read them.</content>
public static unsafe partial class MatrixProduct
{
    private static T* PackB<T>(int depth, int columns, T* b, nint bRow, nint bColumn)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* packed = Scratch<T>.Get(ScratchSlot.PackedB, (nint)Parts.Count(columns, 64) * 64 * depth);
        const int TaskColumns = 64;
        var kernel = new PackKernel<T> { Depth = depth, Columns = columns, TaskColumns = TaskColumns, B = b, BRow = bRow, BColumn = bColumn, Packed = packed };
        int tasks = Tasks(columns, TaskColumns);
        if ((long)columns * depth < 1 << 14)
        {
            kernel.TaskColumns = RoundUp(columns, 64);
            tasks = 1;
        }

        Workers.Run<PackKernel<T>, T>(kernel, tasks);
        return packed;
    }

    private static T* PackA<T>(int rows, int depth, T* a, nint aRow, nint aStep, int taskRows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* packed = Scratch<T>.Get(ScratchSlot.PackedA, (nint)rows * depth);
        var kernel = new PackRowsKernel<T> { Rows = rows, Depth = depth, TaskRows = taskRows, A = a, ARow = aRow, AStep = aStep, Packed = packed };
        Workers.Run<PackRowsKernel<T>, T>(kernel, Tasks(rows, taskRows));
        return packed;
    }

    /// <summary>One task packs the rows of A that a row of tasks shares.</summary>
    private struct PackRowsKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Rows, Depth, TaskRows;
        public T* A, Packed;
        public nint ARow, AStep;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int i = task * TaskRows;
            MatrixBlock.PackRows<TVector, T>(Math.Min(TaskRows, Rows - i), Depth, A + (i * ARow), ARow, AStep, Packed + ((nint)i * Depth));
        }
    }

    /// <summary>One task packs some panels of B.</summary>
    private struct PackKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Depth, Columns, TaskColumns;
        public T* B, Packed;
        public nint BRow, BColumn;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int j = task * TaskColumns;
            MatrixBlock.Pack<TVector, T>(Depth, Math.Min(TaskColumns, Columns - j), B + (j * BColumn), BRow, BColumn, Packed + ((nint)j * Depth));
        }
    }
}
