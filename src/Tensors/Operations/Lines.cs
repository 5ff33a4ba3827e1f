using System.Numerics;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Tensors;

public static partial class TensorOperations
{
    /// <summary>Where the largest numbers of a dimension are: the first of equal ones, and NaN where there is one.</summary>
    /// <exception cref="ArgumentException">The dimension does not exist, or is empty.</exception>
    public static IndexTensor ArgMax<T>(this Tensor<T> x, Index dimension, bool keepDimension = false)
        where T : unmanaged, IFloatingPointIeee754<T> => Extreme(x, dimension, smallest: false, keepDimension);

    /// <summary>Where the smallest numbers of a dimension are: the first of equal ones, and NaN where there is one.</summary>
    /// <exception cref="ArgumentException">The dimension does not exist, or is empty.</exception>
    public static IndexTensor ArgMin<T>(this Tensor<T> x, Index dimension, bool keepDimension = false)
        where T : unmanaged, IFloatingPointIeee754<T> => Extreme(x, dimension, smallest: true, keepDimension);

    /// <summary>The numbers of a dimension in order, and where they were. Equal ones keep their order, and NaN counts as the largest.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist.</exception>
    public static (Tensor<T> Values, IndexTensor Indices) Sort<T>(this Tensor<T> x, Index dimension, bool descending = false)
        where T : unmanaged, IFloatingPointIeee754<T> => Sorted(x, dimension, x.Shape[Views.Dimension(x.Shape, dimension)], descending);

    /// <summary>The <paramref name="count"/> largest numbers of a dimension (or smallest), the first first, and where they were. NaN counts as the largest.</summary>
    /// <exception cref="ArgumentException">The dimension does not exist, or has fewer numbers.</exception>
    public static (Tensor<T> Values, IndexTensor Indices) TopK<T>(this Tensor<T> x, int count, Index dimension, bool largest = true)
        where T : unmanaged, IFloatingPointIeee754<T> => Sorted(x, dimension, count, largest);

    /// <summary>The sums of the numbers of a dimension up to each of them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist.</exception>
    public static Tensor<T> CumSum<T>(this Tensor<T> x, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = Views.Dimension(x.Shape, dimension);
        var y = Tensor<T>.Uninitialized(x.Shape);
        Lines.Run<CumulativeLine<T>, T>(new(backwards: false), Axis.Of(x.Shape, at), x.Shape[at], x.Span, y.Span, []);
        return y;
    }

    /// <summary>e^x / Σ e^x over a dimension.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist.</exception>
    public static Tensor<T> Softmax<T>(this Tensor<T> x, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T> => SoftmaxOver(x, dimension, logarithm: false);

    /// <summary>x - ln Σ e^x over a dimension.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dimension does not exist.</exception>
    public static Tensor<T> LogSoftmax<T>(this Tensor<T> x, Index dimension)
        where T : unmanaged, IFloatingPointIeee754<T> => SoftmaxOver(x, dimension, logarithm: true);

    private static IndexTensor Extreme<T>(Tensor<T> x, Index dimension, bool smallest, bool keepDimension)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = Views.Dimension(Dimensions.CheckAny(x, dimension).Shape, dimension);
        var kept = x.Shape.With(at, 1);
        int[] indices = new int[kept.Length];
        Lines.Run<ExtremeLine<T>, T>(new(smallest), Axis.Of(x.Shape, at), 1, x.Span, [], indices);
        return new IndexTensor(keepDimension ? kept : Dimensions.Dropped(x.Shape, [at]), indices);
    }

    private static (Tensor<T> Values, IndexTensor Indices) Sorted<T>(Tensor<T> x, Index dimension, int count, bool descending)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = Views.Dimension(x.Shape, dimension);
        if (count < 0 || count > x.Shape[at])
            throw new ArgumentOutOfRangeException(nameof(count), count, $"Dimension {dimension} of {x.Shape} has {x.Shape[at]} numbers.");
        var values = Tensor<T>.Uninitialized(x.Shape.With(at, count));
        int[] indices = new int[values.Length];
        if (values.Length > 0)
            Lines.Run<SortLine<T>, T>(new(descending, count), Axis.Of(x.Shape, at), count, x.Span, values.Span, indices);
        return (values, new IndexTensor(values.Shape, indices));
    }

    // The kernel works on rows: another dimension is made the last for it.
    private static Tensor<T> SoftmaxOver<T>(Tensor<T> x, Index dimension, bool logarithm)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int at = Views.Dimension(x.Shape, dimension);
        if (at != x.Rank - 1)
            return SoftmaxOver(x.Transpose(at, ^1), ^1, logarithm).Transpose(at, ^1);
        var y = Tensor<T>.Uninitialized(x.Shape);
        if (x.Length > 0)
            Kernels.Softmax.Forward<T>(x.Length / x.Shape[at], x.Shape[at], logarithm, x.Span, y.Span);
        return y;
    }
}
