using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;

namespace Diffusion.Tensors.Kernels;

/// <summary>Sums and extremes over all elements or over some dimensions, each in an order that depends on the sizes alone.</summary>
internal static unsafe class Reductions
{
    /// <summary>Σ x: sums of blocks of <see cref="Elementwise.TaskLength"/>, added in order. 0 for no elements.</summary>
    public static T Sum<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (x.Length <= Elementwise.TaskLength)
            return T.Zero + TensorPrimitives.Sum(x);
        T sum = T.Zero;
        Fold<SumFold<T>, T>([x.Length], [1], x, new Span<T>(ref sum), accumulate: false);
        return sum;
    }

    /// <summary>y[c] = Σ_r x[r, c], or y += with <paramref name="accumulate"/>: the gradient of a broadcast over rows.</summary>
    public static void SumRows<T>(int rows, int columns, ReadOnlySpan<T> x, Span<T> y, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckSize(rows, columns, x.Length);
        Fold<SumFold<T>, T>([rows, columns], [1, columns], x, y[..columns], accumulate);
    }

    /// <summary>
    /// Numbers of a shape become those of another that has extent 1 in the dimensions which are folded, or lacks them in
    /// front; they are put in y, or with <paramref name="accumulate"/> folded with what is there. Nothing gives the identity.
    /// </summary>
    public static void Fold<TFold, T>(Shape shape, Shape target, ReadOnlySpan<T> x, Span<T> y, bool accumulate)
        where TFold : unmanaged, IFold<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var numbers = new Operand<T>(x, shape);
        Fold<TFold, Expressions.Itself<T>, T>(default, numbers, numbers, numbers, shape, target, y, accumulate);
    }

    /// <summary>The same of the sum of what an expression gives, which is not stored: y = Σ expression(x, y, w), operands broadcast to the shape.</summary>
    public static void SumTo<TExpression, T>(TExpression expression, Operand<T> x, Operand<T> y, Operand<T> w, Shape shape, Shape target, Span<T> sums, bool accumulate)
        where TExpression : unmanaged, IExpression<T>
        where T : unmanaged, IFloatingPointIeee754<T> => Fold<SumFold<T>, TExpression, T>(expression, x, y, w, shape, target, sums, accumulate);

    private static void Fold<TFold, TExpression, T>(
        TExpression expression, Operand<T> x, Operand<T> y, Operand<T> w, Shape shape, Shape target, Span<T> result, bool accumulate)
        where TFold : unmanaged, IFold<T>
        where TExpression : unmanaged, IExpression<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!Broadcasting.CanBroadcast(target, shape) || result.Length != target.Length)
            throw new ArgumentException($"Numbers of shape {shape} cannot be reduced to {target} in {result.Length} elements.");
        if (shape.Length == 0)
        {
            if (!accumulate)
                result.Fill(TFold.Identity);
            return;
        }

        // The innermost dimensions that are folded, which lie together, with those outside and inside of them.
        int at = 1, inner = 1, extent = 1;
        for (; at <= shape.Rank && !IsFolded(at); at++)
            inner *= shape[^at];
        for (; at <= shape.Rank && (IsFolded(at) || shape[^at] == 1); at++)
            extent *= shape[^at];
        int outer = shape.Length / inner / extent;
        bool more = false;
        for (int i = at; i <= shape.Rank; i++)
            more |= IsFolded(i);

        // Further dimensions are folded afterwards.
        T[] rented = more ? ArrayPool<T>.Shared.Rent(outer * inner) : [];
        var folded = more ? rented.AsSpan(0, outer * inner) : result;
        fixed (T* px = x.Span, py = y.Span, pw = w.Span, pf = folded)
        {
            var operands = new Operands<T> { X = x.View(px, shape) };
            if (TExpression.Operands > 1)
                operands.Y = y.View(py, shape);
            if (TExpression.Operands > 2)
                operands.W = w.View(pw, shape);
            if (inner == 1)
                RowFold.Run<TFold, TExpression, T>(expression, operands, outer, extent, pf, accumulate && !more);
            else
                ColumnFold.Run<TFold, TExpression, T>(expression, operands, outer, extent, inner, pf, accumulate && !more);
        }

        if (!more)
            return;
        Span<int> rest = stackalloc int[shape.Rank];
        for (int i = 1; i <= shape.Rank; i++)
            rest[^i] = i < at && IsFolded(i) ? 1 : shape[^i];
        Fold<TFold, T>(new Shape(rest), target, folded, result, accumulate);
        ArrayPool<T>.Shared.Return(rented);

        bool IsFolded(int i) => shape[^i] != 1 && (i > target.Rank || target[^i] == 1);
    }

    private static void CheckSize(int rows, int columns, int length)
    {
        if ((long)rows * columns != length)
            throw new ArgumentException($"A matrix of [{rows}, {columns}] got {length} elements.");
    }
}
