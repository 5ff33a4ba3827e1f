using System.Numerics;
using Diffusion.Tensors.Kernels;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Diffusion.Tensors;

/// <summary>Operations of tensors without gradients: element by element with NumPy's broadcasting, layout, reductions, choice, matrix products.</summary>
/// <remarks>
/// Every function gives a new tensor. Reductions drop their dimensions unless <c>keepDimensions</c> asks for extents of 1,
/// as PyTorch's do. What is to be differentiated goes through <c>Diffusion.Autograd</c>.
/// </remarks>
public static partial class TensorOperations
{
    /// <summary>The sum of all elements; 0 for none. The order depends on the length alone.</summary>
    public static T Sum<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Reductions.Sum<T>(x.Span);

    /// <summary>The sums over one or several dimensions; 0 over no elements.</summary>
    /// <exception cref="ArgumentException">A dimension does not exist or is named twice.</exception>
    public static Tensor<T> Sum<T>(this Tensor<T> x, Axes axes, bool keepDimensions = false)
        where T : unmanaged, IFloatingPointIeee754<T> => Folded<SumFold<T>, T>(x, axes, keepDimensions);

    /// <summary>The mean of all elements; NaN for none.</summary>
    public static T Mean<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Sum() / T.CreateChecked(x.Length);

    /// <summary>The means over one or several dimensions; NaN over no elements.</summary>
    /// <exception cref="ArgumentException">A dimension does not exist or is named twice.</exception>
    public static Tensor<T> Mean<T>(this Tensor<T> x, Axes axes, bool keepDimensions = false)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Sum(axes, keepDimensions).Scale(T.One / T.CreateChecked(Dimensions.Count(x.Shape, axes)));

    /// <summary>The variance of all elements, Σ (x - mean)² / (n - 1).</summary>
    public static T Var<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Var(Axes.All(x.Shape)).ToScalar();

    /// <summary>The variances Σ (x - mean)² / (n - correction) over n numbers of one or several dimensions; NaN where there are too few.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="axes">The dimensions.</param>
    /// <param name="correction">1 for the unbiased estimate of a sample's variance, 0 for that of the numbers themselves.</param>
    /// <param name="keepDimensions">Whether the dimensions stay with extent 1.</param>
    /// <exception cref="ArgumentException">A dimension does not exist or is named twice.</exception>
    public static Tensor<T> Var<T>(this Tensor<T> x, Axes axes, int correction = 1, bool keepDimensions = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T count = T.CreateChecked(Math.Max(0, Dimensions.Count(x.Shape, axes) - correction));
        return SumOf<SquaredDifferenceFunction<T>, T>(x, x.Mean(axes, keepDimensions: true), axes, keepDimensions).Scale(T.One / count);
    }

    /// <summary>The standard deviation of all elements, the root of <see cref="Var{T}(Tensor{T})"/>.</summary>
    public static T Std<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Sqrt(x.Var());

    /// <summary>The standard deviations over one or several dimensions, the roots of the variances.</summary>
    /// <exception cref="ArgumentException">A dimension does not exist or is named twice.</exception>
    public static Tensor<T> Std<T>(this Tensor<T> x, Axes axes, int correction = 1, bool keepDimensions = false)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Var(axes, correction, keepDimensions).Sqrt();

    /// <summary>The Euclidean norm of all elements.</summary>
    public static T Norm<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.Sqrt(x.Square().Sum());

    /// <summary>The p-norms (Σ |x|^p)^(1/p) over one or several dimensions; for p = ∞ the largest |x|.</summary>
    /// <exception cref="ArgumentException">A dimension does not exist or is named twice, or p is not above 0.</exception>
    public static Tensor<T> Norm<T>(this Tensor<T> x, Axes axes, double p = 2, bool keepDimensions = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!(p > 0))
            throw new ArgumentOutOfRangeException(nameof(p), p, "The p of a norm is above 0.");
        return p switch
        {
            1 => x.Abs().Sum(axes, keepDimensions),
            2 => x.Square().Sum(axes, keepDimensions).Sqrt(),
            double.PositiveInfinity => Folded<MaxFold<T>, T>(x.Abs(), axes, keepDimensions),
            _ => x.Abs().Pow(T.CreateChecked(p)).Sum(axes, keepDimensions).Pow(T.CreateChecked(1 / p)),
        };
    }

    /// <summary>The largest element; NaN where any is.</summary>
    /// <exception cref="ArgumentException">There are no elements.</exception>
    public static T Max<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => TensorPrimitives.Max<T>(x.Span);

    /// <summary>The largest elements over one or several dimensions; NaN where any is.</summary>
    /// <exception cref="ArgumentException">A dimension does not exist or is named twice, or there is nothing to choose from.</exception>
    public static Tensor<T> Max<T>(this Tensor<T> x, Axes axes, bool keepDimensions = false)
        where T : unmanaged, IFloatingPointIeee754<T> => Folded<MaxFold<T>, T>(Dimensions.CheckAny(x, axes), axes, keepDimensions);

    /// <summary>The smallest element; NaN where any is.</summary>
    /// <exception cref="ArgumentException">There are no elements.</exception>
    public static T Min<T>(this Tensor<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => TensorPrimitives.Min<T>(x.Span);

    /// <summary>The smallest elements over one or several dimensions; NaN where any is.</summary>
    /// <exception cref="ArgumentException">A dimension does not exist or is named twice, or there is nothing to choose from.</exception>
    public static Tensor<T> Min<T>(this Tensor<T> x, Axes axes, bool keepDimensions = false)
        where T : unmanaged, IFloatingPointIeee754<T> => Folded<MinFold<T>, T>(Dimensions.CheckAny(x, axes), axes, keepDimensions);

    /// <summary>ln Σ e^x over one or several dimensions, with the largest x taken out first so that nothing overflows; -∞ over no elements.</summary>
    /// <exception cref="ArgumentException">A dimension does not exist or is named twice.</exception>
    public static Tensor<T> LogSumExp<T>(this Tensor<T> x, Axes axes, bool keepDimensions = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Where the largest is infinite, it is the result: the difference of infinities would be no number.
        var largest = Folded<MaxFold<T>, T>(x, axes, keepDimensions: true);
        var shift = largest.Map(value => T.IsInfinity(value) ? T.Zero : value);
        var y = SumOf<ExpDifferenceFunction<T>, T>(x, shift, axes, keepDimensions).Log();
        Elementwise.Add<T>(y.Span, shift.Span, y.Span);
        for (int i = 0; i < y.Length; i++)
        {
            if (T.IsInfinity(largest.Span[i]))
                y.Span[i] = largest.Span[i];
        }

        return y;
    }

    private static Tensor<T> Folded<TFold, T>(Tensor<T> x, Axes axes, bool keepDimensions)
        where TFold : unmanaged, IFold<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int[] dimensions = Dimensions.Of(x.Shape, axes.AsSpan());
        var y = Tensor<T>.Uninitialized(Dimensions.Kept(x.Shape, dimensions));
        Reductions.Fold<TFold, T>(x.Shape, y.Shape, x.Span, y.Span, accumulate: false);
        return keepDimensions ? y : y.Reshape(Dimensions.Dropped(x.Shape, dimensions));
    }

    // Σ f(x, y) without a copy of what is summed.
    private static Tensor<T> SumOf<TFunction, T>(Tensor<T> x, Tensor<T> y, Axes axes, bool keepDimensions)
        where TFunction : unmanaged, IBinaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int[] dimensions = Dimensions.Of(x.Shape, axes.AsSpan());
        var sums = Tensor<T>.Uninitialized(Dimensions.Kept(x.Shape, dimensions));
        Reductions.SumTo<Expressions.Of2<TFunction, T>, T>(default, x, y, y, x.Shape, sums.Shape, sums.Span, accumulate: false);
        return keepDimensions ? sums : sums.Reshape(Dimensions.Dropped(x.Shape, dimensions));
    }
}
