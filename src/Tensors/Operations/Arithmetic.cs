using System.Numerics;
using Diffusion.Tensors.Kernels;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Diffusion.Tensors;

/// <summary>Arithmetic of tensors without gradients: element by element with NumPy's broadcasting, reductions, matrix products.</summary>
/// <remarks>Every function gives a new tensor. What is to be differentiated goes through <c>Diffusion.Autograd</c>.</remarks>
public static partial class TensorOperations
{
    /// <summary>x + y, broadcasting as NumPy does.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> Add<T>(this Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (a, b, z) = Broadcast(x, y);
        Elementwise.Add(a.Span, b.Span, z.Span);
        return z;
    }

    /// <summary>x - y, broadcasting as NumPy does.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> Subtract<T>(this Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (a, b, z) = Broadcast(x, y);
        Elementwise.Subtract(a.Span, b.Span, z.Span);
        return z;
    }

    /// <summary>x·y, element by element, broadcasting as NumPy does.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> Multiply<T>(this Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (a, b, z) = Broadcast(x, y);
        Elementwise.Multiply(a.Span, b.Span, z.Span);
        return z;
    }

    /// <summary>x / y, element by element, broadcasting as NumPy does.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Tensor<T> Divide<T>(this Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (a, b, z) = Broadcast(x, y);
        Elementwise.Divide(a.Span, b.Span, z.Span);
        return z;
    }

    /// <summary>factor·x.</summary>
    public static Tensor<T> Scale<T>(this Tensor<T> x, T factor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var y = Tensor<T>.Uninitialized(x.Shape);
        Elementwise.Scale(x.Span, factor, y.Span);
        return y;
    }

    /// <summary>The sum of all elements; 0 for none. The order depends on the length alone.</summary>
    public static T Sum<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Reductions.Sum<T>(x.Span);

    /// <summary>The sums along one dimension, which stays with extent 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist.</exception>
    public static Tensor<T> Sum<T>(this Tensor<T> x, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var y = Tensor<T>.Uninitialized(x.Shape.With(dimension, 1));
        Broadcasting.Reduce<T>(y.Shape, x.Shape, x.Span, y.Span, accumulate: false);
        return y;
    }

    /// <summary>The mean of all elements; NaN for none.</summary>
    public static T Mean<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Sum() / T.CreateChecked(x.Length);

    /// <summary>The means along one dimension, which stays with extent 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist.</exception>
    public static Tensor<T> Mean<T>(this Tensor<T> x, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Sum(dimension).Scale(T.One / T.CreateChecked(x.Shape[dimension]));

    /// <summary>The largest element; NaN where any is.</summary>
    /// <exception cref="ArgumentException">There are no elements.</exception>
    public static T Max<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => TensorPrimitives.Max<T>(x.Span);

    /// <summary>The smallest element; NaN where any is.</summary>
    /// <exception cref="ArgumentException">There are no elements.</exception>
    public static T Min<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => TensorPrimitives.Min<T>(x.Span);

    /// <summary>A·B of matrices [M, K] and [K, N]; with the flags A is stored as [K, M], B as [N, K].</summary>
    /// <exception cref="ArgumentException">No matrices, or inner extents that differ.</exception>
    public static Tensor<T> MatMul<T>(this Tensor<T> a, Tensor<T> b, bool transposeA = false, bool transposeB = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (a.Rank != 2 || b.Rank != 2)
            throw new ArgumentException($"A matrix product takes two matrices, not {a.Shape} and {b.Shape}.", nameof(a));
        var (m, k) = transposeA ? (a.Shape[1], a.Shape[0]) : (a.Shape[0], a.Shape[1]);
        var (kB, n) = transposeB ? (b.Shape[1], b.Shape[0]) : (b.Shape[0], b.Shape[1]);
        if (k != kB)
            throw new ArgumentException($"The inner extents of a matrix product differ: {k} of {a.Shape}{(transposeA ? " (transposed)" : "")} and {kB} of {b.Shape}{(transposeB ? " (transposed)" : "")}.", nameof(b));
        var c = Tensor<T>.Uninitialized([m, n]);
        MatrixProduct.Multiply<T>(m, n, k, a.Span, transposeA, b.Span, transposeB, c.Span);
        return c;
    }

    private static (Tensor<T> X, Tensor<T> Y, Tensor<T> Z) Broadcast<T>(Tensor<T> x, Tensor<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var shape = Broadcasting.Common(x.Shape, y.Shape);
        return (x.Shape == shape ? x : x.BroadcastTo(shape), y.Shape == shape ? y : y.BroadcastTo(shape), Tensor<T>.Uninitialized(shape));
    }
}
