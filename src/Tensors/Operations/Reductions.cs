using System.Numerics;
using Diffusion.Tensors.Kernels;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Diffusion.Tensors;

/// <summary>Arithmetic of tensors without gradients: element by element with NumPy's broadcasting, reductions, matrix products.</summary>
/// <remarks>Every function gives a new tensor. What is to be differentiated goes through <c>Diffusion.Autograd</c>.</remarks>
public static partial class TensorOperations
{
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
}
