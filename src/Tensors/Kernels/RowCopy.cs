using System.Numerics;
using System.Numerics.Tensors;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>Copies rows of numbers that lie some way apart: what puts tensors side by side, and takes them apart again.</summary>
internal static unsafe class RowCopy
{
    /// <summary>
    /// target[r·targetRow + i] = source[r·sourceRow + i] for r below <paramref name="rows"/> and i below <paramref name="width"/>,
    /// or += with <paramref name="accumulate"/>. The two must not overlap, nor the rows of the target each other.
    /// </summary>
    public static void Run<T>(int rows, int width, ReadOnlySpan<T> source, int sourceRow, Span<T> target, int targetRow, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (rows <= 0 || width <= 0)
            return;
        CheckLength(rows, width, sourceRow, source.Length, nameof(source));
        CheckLength(rows, width, targetRow, target.Length, nameof(target));
        if (rows > 1 && targetRow < width)
            throw new ArgumentException($"Rows of {width} numbers, {targetRow} apart, overlap.", nameof(targetRow));
        fixed (T* ps = source, pt = target)
        {
            var kernel = new Kernel<T> { Length = rows * width, Width = width, Source = ps, SourceRow = sourceRow, Target = pt, TargetRow = targetRow, Accumulate = accumulate };
            Workers.Run<Kernel<T>, T>(kernel, Elementwise.Tasks(kernel.Length));
        }
    }

    private static void CheckLength(int rows, int width, int step, int length, string name)
    {
        long needed = ((long)(rows - 1) * step) + width;
        if (step < 0 || length < needed)
            throw new ArgumentException($"{rows} rows of {width} numbers, {step} apart, need {needed} numbers, but {length} are given.", name);
    }

    /// <summary>One task is some of the numbers, counted as if rows had nothing between them.</summary>
    private struct Kernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Length, Width;
        public T* Source, Target;
        public nint SourceRow, TargetRow;
        public bool Accumulate;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            var (at, to) = Elementwise.Range(task, Length);
            while (at < to)
            {
                var (row, column) = Math.DivRem(at, Width);
                int count = Math.Min(Width - column, to - at);
                var from = new ReadOnlySpan<T>(Source + (row * SourceRow) + column, count);
                var into = new Span<T>(Target + (row * TargetRow) + column, count);
                if (Accumulate)
                    TensorPrimitives.Add(into, from, into);
                else
                    from.CopyTo(into);
                at += count;
            }
        }
    }
}
