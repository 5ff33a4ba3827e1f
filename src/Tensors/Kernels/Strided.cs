using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// Copies through layouts: everything that only moves numbers. Runs that lie together are copied as blocks, exchanged
/// dimensions by squares in registers, and what is left one by one.
/// </summary>
internal static unsafe class Strided
{
    /// <summary>target = source as the layout sees it, row-major and dense, or += with <paramref name="accumulate"/>. The two must not overlap.</summary>
    public static void Read<T>(in Layout layout, ReadOnlySpan<T> source, Span<T> target, bool accumulate = false)
        where T : unmanaged, IFloatingPointIeee754<T> => Copy(layout, source, Layout.Of(layout.Shape), target, accumulate);

    /// <summary>What the layout sees of the target = source, row-major and dense, or +=; the rest of the target is left alone. The layout repeats nothing.</summary>
    public static void Write<T>(in Layout layout, ReadOnlySpan<T> source, Span<T> target, bool accumulate = false)
        where T : unmanaged, IFloatingPointIeee754<T> => Copy(Layout.Of(layout.Shape), source, layout, target, accumulate);

    /// <summary>The gradient of <see cref="Read"/>: dx = dy where the layout looks and 0 elsewhere, or dx += dy. What it sees more than once gets the sum.</summary>
    public static void ReadBackward<T>(in Layout layout, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!accumulate && (layout.Repeats || layout.Shape.Length < dx.Length))
            dx.Clear();
        if (!layout.Repeats)
        {
            Write(layout, dy, dx, accumulate || layout.Shape.Length < dx.Length);
            return;
        }

        var once = layout;
        for (int i = 0; i < layout.Shape.Rank; i++)
        {
            if (layout.StrideSpan[i] == 0 && layout.Shape[i] > 1)
                once = once.Slice(i, 0, 1);
        }

        T[] sums = new T[once.Shape.Length];
        Broadcasting.Reduce<T>(once.Shape, layout.Shape, dy, sums, accumulate: false);
        Write<T>(once, sums, dx, accumulate: true);
    }

    /// <summary>What one layout sees of the target = or += what another sees of the source.</summary>
    /// <exception cref="ArgumentException">The shapes differ, or a layout looks outside of its span.</exception>
    public static void Copy<T>(in Layout from, ReadOnlySpan<T> source, in Layout to, Span<T> target, bool accumulate = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (from.Shape != to.Shape)
            throw new ArgumentException($"A copy goes from the shape {from.Shape} to {to.Shape}.");
        CheckReach(from, source.Length, nameof(source));
        CheckReach(to, target.Length, nameof(target));
        if (from.Shape.Length == 0)
            return;
        fixed (T* ps = source, pt = target)
        {
            var walk = new Walk(from, to);
            int across = Order(ref walk);
            if (across >= 0)
            {
                walk.Move(across, walk.Rank - 2);
                var squares = new SquareKernel<T>(walk, ps, pt, accumulate);
                Workers.Run<SquareKernel<T>, T>(squares, squares.Tasks);
            }
            else
            {
                Workers.Run<RunKernel<T>, T>(new() { Walk = walk, Source = ps, Target = pt, Accumulate = accumulate }, Elementwise.Tasks(walk.Length));
            }
        }
    }

    // The innermost dimension becomes the one along which the target's neighbours are closest. Gives the dimension along which
    // the source's are, where that is another one and both lie together: a transposition.
    private static int Order(ref Walk walk)
    {
        int inner = walk.Rank - 1;
        for (int i = 0; i < walk.Rank; i++)
        {
            if (Math.Abs(walk.StrideB(i)) < Math.Abs(walk.StrideB(inner)))
                inner = i;
        }

        walk.Move(inner, walk.Rank - 1);
        inner = walk.Rank - 1;
        if (walk.StrideB(inner) != 1 || walk.StrideA(inner) is 0 or 1)
            return -1;
        for (int i = inner - 1; i >= 0; i--)
        {
            if (walk.StrideA(i) == 1)
                return i;
        }

        return -1;
    }

    private static void CheckReach(in Layout layout, int length, string name)
    {
        var (first, last) = layout.Reach();
        if (first < 0 || last >= length)
            throw new ArgumentException($"A layout of shape {layout.Shape} looks at the numbers {first} to {last} of a span of {length}.", name);
    }

    /// <summary>One task is some of the elements, in runs along the innermost dimension.</summary>
    private struct RunKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Walk Walk;
        public T* Source, Target;
        public bool Accumulate;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            var (at, to) = Elementwise.Range(task, Walk.Length);
            int width = Walk.Width, strideA = Walk.StrideA(Walk.Rank - 1), strideB = Walk.StrideB(Walk.Rank - 1);
            while (at < to)
            {
                int count = Math.Min(width - (at % width), to - at);
                var (a, b) = Walk.At(at);
                One(Source + a, strideA, Target + b, strideB, count, Accumulate);
                at += count;
            }
        }

        private static void One(T* source, nint strideA, T* target, nint strideB, int count, bool accumulate)
        {
            if (strideB == 1 && strideA == 1 && count > 8)
            {
                ReadOnlySpan<T> from = new(source, count);
                Span<T> into = new(target, count);
                if (accumulate)
                    TensorPrimitives.Add(into, from, into);
                else
                    from.CopyTo(into);
            }
            else if (strideB == 1 && strideA == 0 && !accumulate)
            {
                new Span<T>(target, count).Fill(*source);
            }
            else
            {
                for (; count > 0; count--, source += strideA, target += strideB)
                    *target = accumulate ? *target + *source : *source;
            }
        }
    }

    /// <summary>The two innermost dimensions exchanged: squares of them, small enough for the first-level cache, are counted through all outer dimensions.</summary>
    private struct SquareKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private const int Side = 32;

        private readonly Walk _walk;
        private readonly T* _source, _target;
        private readonly bool _accumulate;
        private readonly int _across, _along, _squares, _perTask;

        public SquareKernel(in Walk walk, T* source, T* target, bool accumulate)
        {
            _walk = walk;
            _source = source;
            _target = target;
            _accumulate = accumulate;
            _across = (walk.Extent(walk.Rank - 2) + Side - 1) / Side;
            _along = (walk.Width + Side - 1) / Side;
            _squares = walk.Length / walk.Width / walk.Extent(walk.Rank - 2) * _across * _along;
            _perTask = Math.Max(1, Elementwise.TaskLength / Math.Min(Side, walk.Width) / Math.Min(Side, walk.Extent(walk.Rank - 2)));
        }

        public readonly int Tasks => (int)(((long)_squares + _perTask - 1) / _perTask);

        [SkipLocalsInit]
        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int first = task * _perTask, to = Math.Min(_squares - first, _perTask) + first, rank = _walk.Rank;
            nint sourceRow = _walk.StrideA(rank - 1), targetRow = _walk.StrideB(rank - 2);
            T* turned = stackalloc T[Side * Side];
            for (int square = first; square < to; square++)
            {
                var (outer, inside) = Math.DivRem(square, _across * _along);
                int i = inside % _along * Side, j = inside / _along * Side;
                int rows = Math.Min(Side, _walk.Width - i), columns = Math.Min(Side, _walk.Extent(rank - 2) - j);
                var (a, b) = _walk.At(outer, rank - 2);
                T* source = _source + a + (i * sourceRow) + j, target = _target + b + (j * targetRow) + i;
                if (!_accumulate)
                {
                    Transposition.Copy(rows, columns, source, sourceRow, target, targetRow);
                    continue;
                }

                Transposition.Copy(rows, columns, source, sourceRow, turned, Side);
                for (int row = 0; row < columns; row++)
                {
                    Span<T> into = new(target + (row * targetRow), rows);
                    TensorPrimitives.Add(into, new ReadOnlySpan<T>(turned + (row * Side), rows), into);
                }
            }
        }
    }
}
