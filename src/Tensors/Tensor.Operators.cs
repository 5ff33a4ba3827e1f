using System.Runtime.CompilerServices;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Tensors;

public sealed partial class Tensor<T>
{
    /// <summary>A part of the tensor, copied: one entry for each dimension from the first. A position drops its dimension, a range keeps it, and dimensions that are not named stay whole.</summary>
    /// <remarks><c>x[.., 3..7, ^1]</c>. Setting overwrites the part with a tensor of its shape, or one that broadcasts to it.</remarks>
    /// <exception cref="ArgumentException">More entries than dimensions.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A position or range is not inside its dimension.</exception>
    [OverloadResolutionPriority(-1)] // Where all are numbers, the element is meant.
    public Tensor<T> this[params ReadOnlySpan<TensorIndex> indices]
    {
        get
        {
            var layout = Views.Index(Shape, indices);
            var part = Uninitialized(layout.Shape);
            Strided.Read<T>(layout, Span, part.Span);
            return part;
        }

        set
        {
            var layout = Views.Index(Shape, indices);
            Strided.Copy<T>(Views.Broadcast(value.Shape, layout.Shape), value.Span, layout, Span);
        }
    }

    /// <summary>x + number.</summary>
    public static Tensor<T> operator +(Tensor<T> x, T number) => x.Shift(number);

    /// <summary>number + x.</summary>
    public static Tensor<T> operator +(T number, Tensor<T> x) => x.Shift(number);

    /// <summary>x - number.</summary>
    public static Tensor<T> operator -(Tensor<T> x, T number) => x.Shift(-number);

    /// <summary>number - x.</summary>
    public static Tensor<T> operator -(T number, Tensor<T> x) => Scalar(number).Subtract(x);

    /// <summary>-x.</summary>
    public static Tensor<T> operator -(Tensor<T> x) => x.Scale(-T.One);

    /// <summary>factor·x.</summary>
    public static Tensor<T> operator *(Tensor<T> x, T factor) => x.Scale(factor);

    /// <summary>x / divisor.</summary>
    public static Tensor<T> operator /(Tensor<T> x, T divisor) => x.Divide(Scalar(divisor));

    /// <summary>number / x, element by element.</summary>
    public static Tensor<T> operator /(T number, Tensor<T> x) => Scalar(number).Divide(x);

    /// <summary>A mask: 1 where x &gt; y, else 0.</summary>
    public static Tensor<T> operator >(Tensor<T> x, Tensor<T> y) => x.Greater(y);

    /// <summary>A mask: 1 where x &lt; y, else 0.</summary>
    public static Tensor<T> operator <(Tensor<T> x, Tensor<T> y) => x.Less(y);

    /// <summary>A mask: 1 where x ≥ y, else 0.</summary>
    public static Tensor<T> operator >=(Tensor<T> x, Tensor<T> y) => x.GreaterOrEqual(y);

    /// <summary>A mask: 1 where x ≤ y, else 0.</summary>
    public static Tensor<T> operator <=(Tensor<T> x, Tensor<T> y) => x.LessOrEqual(y);

    /// <summary>A mask: 1 where x &gt; number, else 0.</summary>
    public static Tensor<T> operator >(Tensor<T> x, T number) => x.Greater(Scalar(number));

    /// <summary>A mask: 1 where x &lt; number, else 0.</summary>
    public static Tensor<T> operator <(Tensor<T> x, T number) => x.Less(Scalar(number));

    /// <summary>A mask: 1 where x ≥ number, else 0.</summary>
    public static Tensor<T> operator >=(Tensor<T> x, T number) => x.GreaterOrEqual(Scalar(number));

    /// <summary>A mask: 1 where x ≤ number, else 0.</summary>
    public static Tensor<T> operator <=(Tensor<T> x, T number) => x.LessOrEqual(Scalar(number));

    /// <summary>A tensor of ones.</summary>
    public static Tensor<T> Ones(Shape shape) => Full(shape, T.One);

    /// <summary>0, 1, 2 and so on: <paramref name="count"/> numbers.</summary>
    /// <exception cref="ArgumentException">The count is negative.</exception>
    public static Tensor<T> Arange(int count) => Arange(T.Zero, T.One, count);

    /// <summary><paramref name="count"/> numbers: first, first + step, first + 2·step and so on.</summary>
    /// <exception cref="ArgumentException">The count is negative.</exception>
    public static Tensor<T> Arange(T first, T step, int count)
    {
        var numbers = Uninitialized([count]);
        for (int i = 0; i < count; i++)
            numbers.Span[i] = first + (T.CreateChecked(i) * step);
        return numbers;
    }

    /// <summary><paramref name="count"/> numbers at equal distances, from the first to the last, both included.</summary>
    /// <exception cref="ArgumentException">The count is negative.</exception>
    public static Tensor<T> Linspace(T first, T last, int count)
    {
        var numbers = Uninitialized([count]);
        for (int i = 0; i < count; i++)
        {
            // From both ends, so that both are exact.
            T step = count == 1 ? T.Zero : (last - first) / T.CreateChecked(count - 1);
            numbers.Span[i] = i < count / 2 || count == 1 ? first + (T.CreateChecked(i) * step) : last - (T.CreateChecked(count - 1 - i) * step);
        }

        return numbers;
    }

    /// <summary>The identity matrix.</summary>
    /// <exception cref="ArgumentException">The size is negative.</exception>
    public static Tensor<T> Eye(int size)
    {
        var matrix = Zeros([size, size]);
        for (int i = 0; i < size; i++)
            matrix.Span[(i * size) + i] = T.One;
        return matrix;
    }

    /// <summary>x where the mask is not 0, else y, broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> Where(Tensor<T> mask, Tensor<T> x, Tensor<T> y) => x.Where(mask, y);

    /// <summary>Tensors of one shape on top of each other, along a new dimension before the given place.</summary>
    /// <exception cref="ArgumentException">Nothing to stack, or shapes that differ.</exception>
    public static Tensor<T> Stack(ReadOnlySpan<Tensor<T>> parts, Index dimension)
    {
        var rows = new Tensor<T>[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i].Shape != parts[0].Shape)
                throw new ArgumentException($"Tensors of the shapes {parts[0].Shape} and {parts[i].Shape} cannot be stacked: they must have one shape.", nameof(parts));
            rows[i] = parts[i].Reshape(Dimensions.Inserted(parts[0].Shape, dimension));
        }

        return Concatenate(rows, rows.Length == 0 ? 0 : dimension.GetOffset(parts[0].Rank));
    }

    /// <summary>Tensors side by side along a dimension; all other extents must agree.</summary>
    /// <exception cref="ArgumentException">Nothing to concatenate, or extents that do not agree.</exception>
    public static Tensor<T> Concatenate(ReadOnlySpan<Tensor<T>> parts, Index dimension)
    {
        var shapes = new Shape[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            shapes[i] = parts[i].Shape;
        var whole = Uninitialized(Views.Concatenated(shapes, dimension));
        int axis = Views.Dimension(whole.Shape, dimension), at = 0;
        foreach (var part in parts)
        {
            Strided.Write<T>(Layout.Of(whole.Shape).Slice(axis, at, part.Shape[axis]), part.Span, whole.Span);
            at += part.Shape[axis];
        }

        return whole;
    }
}
