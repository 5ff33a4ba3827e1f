using System.Numerics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>One dimension of a tensor, with what is outside and inside of it: its lines are the numbers along it.</summary>
internal readonly record struct Axis(int Outer, int Extent, int Inner)
{
    public int Lines => Outer * Inner;

    /// <summary>A dimension of a shape; of one without elements, there are no lines.</summary>
    public static Axis Of(Shape shape, int dimension)
    {
        if (shape.Length == 0)
            return new(0, shape[dimension], 0);
        int outer = 1;
        for (int i = 0; i < dimension; i++)
            outer *= shape[i];
        return new(outer, shape[dimension], shape.Length / outer / shape[dimension]);
    }
}

/// <summary>What is done to one line: numbers one after another give some numbers, some indices, or both.</summary>
internal unsafe interface ILine<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    void Run(T* x, int count, T* y, int* index);
}

/// <summary>Goes over all lines of a dimension: those that do not lie together are brought together, and their results taken apart.</summary>
internal static unsafe class Lines
{
    /// <summary>y and index have <paramref name="outputs"/> in the place of the extent; either may be empty, where the line gives none.</summary>
    public static void Run<TLine, T>(TLine line, Axis axis, int outputs, ReadOnlySpan<T> x, Span<T> y, Span<int> index)
        where TLine : unmanaged, ILine<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        fixed (T* px = x, py = y)
        fixed (int* pi = index)
        {
            int perTask = Math.Max(1, Elementwise.TaskLength / Math.Max(1, axis.Extent));
            var kernel = new Kernel<TLine, T> { Line = line, Axis = axis, Outputs = outputs, PerTask = perTask, X = px, Y = y.IsEmpty ? null : py, Index = index.IsEmpty ? null : pi };
            Workers.Run<Kernel<TLine, T>, T>(kernel, (int)((axis.Lines + (long)perTask - 1) / perTask));
        }
    }

    private struct Kernel<TLine, T> : IKernel<T>
        where TLine : unmanaged, ILine<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public TLine Line;
        public Axis Axis;
        public int Outputs, PerTask;
        public T* X, Y;
        public int* Index;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int to = (int)Math.Min(Axis.Lines, (task + 1L) * PerTask), inner = Axis.Inner;
            if (inner == 1)
            {
                for (int i = task * PerTask; i < to; i++)
                    Line.Run(X + ((nint)i * Axis.Extent), Axis.Extent, Y == null ? null : Y + ((nint)i * Outputs), Index == null ? null : Index + ((nint)i * Outputs));
                return;
            }

            T* x = Scratch<T>.Get(ScratchSlot.Column, checked(Axis.Extent + (2 * Outputs))), y = x + Axis.Extent;
            int* index = (int*)(y + Outputs); // a number is at least as large as an int
            for (int i = task * PerTask; i < to; i++)
            {
                var (o, c) = Math.DivRem(i, inner);
                T* from = X + ((nint)o * Axis.Extent * inner) + c;
                for (int k = 0; k < Axis.Extent; k++)
                    x[k] = from[(nint)k * inner];
                Line.Run(x, Axis.Extent, Y == null ? null : y, Index == null ? null : index);
                nint first = ((nint)o * Outputs * inner) + c;
                for (int k = 0; k < Outputs; k++)
                {
                    if (Y != null)
                        Y[first + ((nint)k * inner)] = y[k];
                    if (Index != null)
                        Index[first + ((nint)k * inner)] = index[k];
                }
            }
        }
    }
}

/// <summary>The place of the largest number, or of the smallest: the first of several, and of NaN where there is one.</summary>
internal readonly unsafe struct ExtremeLine<T>(bool smallest) : ILine<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public void Run(T* x, int count, T* y, int* index)
    {
        int best = 0;
        for (int i = 1; i < count && !T.IsNaN(x[best]); i++)
        {
            if (T.IsNaN(x[i]) || (smallest ? x[i] < x[best] : x[i] > x[best]))
                best = i;
        }

        *index = best;
    }
}

/// <summary>y[i] = x[0] + ... + x[i]; backwards, y[i] = x[i] + ... + x[n - 1], which is the gradient.</summary>
internal readonly unsafe struct CumulativeLine<T>(bool backwards) : ILine<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public void Run(T* x, int count, T* y, int* index)
    {
        T sum = T.Zero;
        for (int i = 0; i < count; i++)
        {
            int at = backwards ? count - 1 - i : i;
            y[at] = sum += x[at];
        }
    }
}

/// <summary>The first numbers in rising or falling order and where they were: equal ones keep their order, and NaN counts as the largest.</summary>
internal readonly unsafe struct SortLine<T>(bool descending, int keep) : ILine<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public void Run(T* x, int count, T* y, int* index)
    {
        int[] order = System.Buffers.ArrayPool<int>.Shared.Rent(count);
        var all = order.AsSpan(0, count);
        for (int i = 0; i < count; i++)
            all[i] = i;
        all.Sort(new Order(x, descending));
        for (int i = 0; i < keep; i++)
        {
            y[i] = x[all[i]];
            index[i] = all[i];
        }

        System.Buffers.ArrayPool<int>.Shared.Return(order);
    }

    private readonly struct Order(T* x, bool descending) : IComparer<int>
    {
        public int Compare(int i, int j)
        {
            T a = x[i], b = x[j];
            int order = a == b ? 0 : T.IsNaN(a) || T.IsNaN(b) ? T.IsNaN(a).CompareTo(T.IsNaN(b)) : a < b ? -1 : 1;
            return order == 0 ? i.CompareTo(j) : descending ? -order : order;
        }
    }
}
