using System.Numerics;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>Numbers picked along a dimension by index, and the adjoint, which adds them back: whole slices by one list, or each element by its own index.</summary>
internal static unsafe class IndexMap
{
    /// <summary>Every index is a position of the dimension.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is not; it is named.</exception>
    public static void Check(ReadOnlySpan<int> indices, Shape shape, int dimension)
    {
        for (int i = 0; i < indices.Length; i++)
        {
            if ((uint)indices[i] >= (uint)shape[dimension])
                throw new ArgumentOutOfRangeException(nameof(indices), $"Index {i} is {indices[i]}, but dimension {dimension} of {shape} has {shape[dimension]} positions.");
        }
    }

    /// <summary>Indices for each number of a dimension, whose other extents are those of the shape; gives the dimension.</summary>
    /// <exception cref="ArgumentException">The shapes do not agree, the dimension does not exist, or an index is outside of it.</exception>
    public static int CheckPicked(Shape shape, Index dimension, IndexTensor indices)
    {
        int at = Views.Dimension(shape, dimension);
        if (indices.Shape.Rank != shape.Rank || indices.Shape.With(at, 0) != shape.With(at, 0))
            throw new ArgumentException($"Indices of shape {indices.Shape} do not go with a tensor of shape {shape} along dimension {at}: all other extents must agree.", nameof(indices));
        Check(indices.Span, shape, at);
        return at;
    }

    /// <summary>y[o, i, c] = x[o, index[i], c]. The caller has checked the indices.</summary>
    public static void Select<T>(Axis axis, ReadOnlySpan<int> index, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Run(axis, index, index.Length, x, y, each: false, adds: false);

    /// <summary>y[o, index[i], c] += x[o, i, c], in the order of i: the gradient of <see cref="Select"/>, for an axis of y.</summary>
    public static void SelectAdd<T>(Axis axis, ReadOnlySpan<int> index, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Run(axis, index, index.Length, x, y, each: false, adds: true);

    /// <summary>y[o, i, c] = x[o, index[o, i, c], c] for i below count.</summary>
    public static void Pick<T>(Axis axis, ReadOnlySpan<int> index, int count, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Run(axis, index, count, x, y, each: true, adds: false);

    /// <summary>y[o, index[o, i, c], c] += x[o, i, c], in the order of i: the gradient of <see cref="Pick"/>, for an axis of y.</summary>
    public static void PickAdd<T>(Axis axis, ReadOnlySpan<int> index, int count, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => Run(axis, index, count, x, y, each: true, adds: true);

    private static void Run<T>(Axis axis, ReadOnlySpan<int> index, int count, ReadOnlySpan<T> x, Span<T> y, bool each, bool adds)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long many = (long)axis.Outer * axis.Extent * axis.Inner, few = (long)axis.Outer * count * axis.Inner;
        if ((adds ? y.Length : x.Length) != many || (adds ? x.Length : y.Length) != few || index.Length != (each ? few : count))
            throw new ArgumentException($"{count} indices along [{axis.Outer}, {axis.Extent}, {axis.Inner}] got {x.Length} and {y.Length} elements and {index.Length} indices.");
        if (few == 0)
            return;
        fixed (T* px = x, py = y)
        fixed (int* pi = index)
        {
            // A task has columns of its own, over all indices: what is added to one place is added in order.
            var kernel = new Kernel<T> { Axis = axis, Count = count, X = px, Y = py, Index = pi, Each = each, Adds = adds };
            kernel.Width = (int)Math.Clamp(Elementwise.TaskLength / (long)count, Math.Min(axis.Inner, 64), axis.Inner);
            kernel.Strips = (int)((axis.Inner + (long)kernel.Width - 1) / kernel.Width);
            kernel.PerTask = (int)Math.Max(1, Elementwise.TaskLength / ((long)count * kernel.Width));
            Workers.Run<Kernel<T>, T>(kernel, (int)(((long)axis.Outer * kernel.Strips + kernel.PerTask - 1) / kernel.PerTask), kernel.Width);
        }
    }

    private struct Kernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Axis Axis;
        public int Count, Width, Strips, PerTask;
        public T* X, Y;
        public int* Index;
        public bool Each, Adds;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            long to = Math.Min((long)Axis.Outer * Strips, (task + 1L) * PerTask);
            for (long part = (long)task * PerTask; part < to; part++)
            {
                nint o = (nint)(part / Strips);
                int column = (int)(part % Strips) * Width, columns = Math.Min(Width, Axis.Inner - column);
                for (int i = 0; i < Count; i++)
                {
                    nint few = (((o * Count) + i) * Axis.Inner) + column;
                    if (Each)
                        One(o, column, columns, few);
                    else
                        Row<TVector>(few, (((o * Axis.Extent) + Index[i]) * Axis.Inner) + column, columns);
                }
            }
        }

        private readonly void Row<TVector>(nint few, nint many, int columns)
            where TVector : unmanaged, IVector<TVector, T>
        {
            if (Adds)
                ElementLoop.One<Expressions.Added<Expressions.Itself<T>, T>, TVector, T>(default, columns, new() { X = X + few, Z = Y + many });
            else
                new ReadOnlySpan<T>(X + many, columns).CopyTo(new Span<T>(Y + few, columns));
        }

        private readonly void One(nint o, int column, int columns, nint few)
        {
            for (int c = 0; c < columns; c++)
            {
                nint many = (((o * Axis.Extent) + Index[few + c]) * Axis.Inner) + column + c;
                if (Adds)
                    Y[many] += X[few + c];
                else
                    Y[few + c] = X[many];
            }
        }
    }
}
