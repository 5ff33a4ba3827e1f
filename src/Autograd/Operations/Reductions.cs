using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>The sum of all elements, of shape [].</summary>
    public static Variable<T> Sum<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var recorder = Recorder<T>.For(x);
        var y = recorder.New([]);
        y.Span[0] = Tensors.Kernels.Reductions.Sum<T>(x.Data.Span);
        return recorder.Result(y, recorder.Records ? new SumOperation<T>(x, []) : null);
    }

    /// <summary>The sums over one or several dimensions, which are dropped, or stay with extent 1.</summary>
    /// <exception cref="ArgumentException">A dimension does not exist or is named twice.</exception>
    public static Variable<T> Sum<T>(this Variable<T> x, Axes axes, bool keepDimensions = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (kept, result) = Reduced(x.Shape, axes, keepDimensions);
        var recorder = Recorder<T>.For(x);
        var y = recorder.New(result);
        Tensors.Kernels.Reductions.Fold<SumFold<T>, T>(x.Shape, kept, x.Data.Span, y.Span, accumulate: false);
        return recorder.Result(y, recorder.Records ? new SumOperation<T>(x, kept) : null);
    }

    /// <summary>The mean of all elements, of shape [].</summary>
    public static Variable<T> Mean<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Scale(x.Sum(), T.One / T.CreateChecked(x.Shape.Length));

    /// <summary>The means over one or several dimensions, which are dropped, or stay with extent 1.</summary>
    /// <exception cref="ArgumentException">A dimension does not exist or is named twice.</exception>
    public static Variable<T> Mean<T>(this Variable<T> x, Axes axes, bool keepDimensions = false)
        where T : unmanaged, IFloatingPointIeee754<T> => Scale(x.Sum(axes, keepDimensions), T.One / T.CreateChecked(Dimensions.Count(x.Shape, axes)));

    /// <summary>The variance of all elements, Σ (x - mean)² / (n - 1), of shape [].</summary>
    public static Variable<T> Var<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Var(Axes.All(x.Shape));

    /// <summary>The variances Σ (x - mean)² / (n - correction) over n numbers of one or several dimensions; NaN where there are too few.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="axes">The dimensions.</param>
    /// <param name="correction">1 for the unbiased estimate of a sample's variance, 0 for that of the numbers themselves.</param>
    /// <param name="keepDimensions">Whether the dimensions stay with extent 1.</param>
    /// <exception cref="ArgumentException">A dimension does not exist or is named twice.</exception>
    public static Variable<T> Var<T>(this Variable<T> x, Axes axes, int correction = 1, bool keepDimensions = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T count = T.CreateChecked(Math.Max(0, Dimensions.Count(x.Shape, axes) - correction));
        return (x - x.Mean(axes, keepDimensions: true)).Square().Sum(axes, keepDimensions).Scale(T.One / count);
    }

    /// <summary>The standard deviation of all elements, of shape [].</summary>
    public static Variable<T> Std<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Root(x.Var());

    /// <summary>The standard deviations over one or several dimensions, the roots of the variances; where one is 0, its gradient is 0, as in PyTorch.</summary>
    /// <exception cref="ArgumentException">A dimension does not exist or is named twice.</exception>
    public static Variable<T> Std<T>(this Variable<T> x, Axes axes, int correction = 1, bool keepDimensions = false)
        where T : unmanaged, IFloatingPointIeee754<T> => Root(x.Var(axes, correction, keepDimensions));

    /// <summary>The Euclidean norm of all elements, of shape []; where it is 0, its gradient is 0.</summary>
    public static Variable<T> Norm<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => Root(x.Square().Sum());

    /// <summary>The p-norms (Σ |x|^p)^(1/p) over one or several dimensions; for p = ∞ the largest |x|. Where a Euclidean one is 0, its gradient is 0.</summary>
    /// <exception cref="ArgumentException">A dimension does not exist or is named twice, or p is not above 0.</exception>
    public static Variable<T> Norm<T>(this Variable<T> x, Axes axes, double p = 2, bool keepDimensions = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!(p > 0))
            throw new ArgumentOutOfRangeException(nameof(p), p, "The p of a norm is above 0.");
        return p switch
        {
            1 => x.Abs().Sum(axes, keepDimensions),
            2 => Root(x.Square().Sum(axes, keepDimensions)),
            double.PositiveInfinity => x.Abs().Max(axes, keepDimensions),
            _ => x.Abs().Pow(T.CreateChecked(p)).Sum(axes, keepDimensions).Pow(T.CreateChecked(1 / p)),
        };
    }

    /// <summary>The largest element, of shape []; NaN where any is. Several that are the largest share the gradient.</summary>
    /// <exception cref="ArgumentException">There are no elements.</exception>
    public static Variable<T> Max<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Max(Axes.All(x.Shape));

    /// <summary>The largest elements over one or several dimensions; NaN where any is. Several that are the largest share the gradient.</summary>
    /// <exception cref="ArgumentException">A dimension does not exist or is named twice, or there is nothing to choose from.</exception>
    public static Variable<T> Max<T>(this Variable<T> x, Axes axes, bool keepDimensions = false)
        where T : unmanaged, IFloatingPointIeee754<T> => ExtremeOperation<T>.Apply<MaxFold<T>>(x, axes, keepDimensions);

    /// <summary>The smallest element, of shape []; NaN where any is. Several that are the smallest share the gradient.</summary>
    /// <exception cref="ArgumentException">There are no elements.</exception>
    public static Variable<T> Min<T>(this Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => x.Min(Axes.All(x.Shape));

    /// <summary>The smallest elements over one or several dimensions; NaN where any is. Several that are the smallest share the gradient.</summary>
    /// <exception cref="ArgumentException">A dimension does not exist or is named twice, or there is nothing to choose from.</exception>
    public static Variable<T> Min<T>(this Variable<T> x, Axes axes, bool keepDimensions = false)
        where T : unmanaged, IFloatingPointIeee754<T> => ExtremeOperation<T>.Apply<MinFold<T>>(x, axes, keepDimensions);

    /// <summary>ln Σ e^x over one or several dimensions, with the largest x taken out first so that nothing overflows.</summary>
    /// <exception cref="ArgumentException">A dimension does not exist or is named twice.</exception>
    public static Variable<T> LogSumExp<T>(this Variable<T> x, Axes axes, bool keepDimensions = false)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (_, result) = Reduced(x.Shape, axes, keepDimensions);
        var recorder = Recorder<T>.For(x);
        var kept = x.Data.LogSumExp(axes, keepDimensions: true);
        return recorder.Result(kept.Reshape(result), recorder.Records ? new LogSumExpOperation<T>(x, kept) : null);
    }

    /// <summary>The shape with extents of 1 in the named dimensions, and that which the user sees.</summary>
    internal static (Shape Kept, Shape Result) Reduced(Shape shape, Axes axes, bool keepDimensions)
    {
        int[] dimensions = Dimensions.Of(shape, axes.AsSpan());
        var kept = Dimensions.Kept(shape, dimensions);
        return (kept, keepDimensions ? kept : Dimensions.Dropped(shape, dimensions));
    }

    // The derivative is 0 at 0: of what is a root of squares, that of a minimum.
    private static Variable<T> Root<T>(Variable<T> x)
        where T : unmanaged, IFloatingPointIeee754<T> => ElementwiseOperation<RootFunction<T>, T>.Apply(x, default);
}

/// <summary>y = Σ x over some dimensions. Keeps nothing.</summary>
internal sealed class SumOperation<T>(Variable<T> x, Shape kept) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    public override OperationDescription Describe() => new("Sum", ("kept", kept.ToArray()));

    // dx += dy, repeated
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (sink.Wants(x, out var dx, out bool accumulate))
            Strided.Read<T>(Views.Broadcast(kept, x.Shape), dOut.Span, dx.Span, accumulate);
    }
}

/// <summary>y = the largest or smallest x over some dimensions. Keeps x and y.</summary>
internal sealed class ExtremeOperation<T>(string name, Variable<T> x, Shape kept, Tensor<T> y) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    public override OperationDescription Describe() => new(name, ("kept", kept.ToArray()));

    public override string Name => name;

    public static Variable<T> Apply<TFold>(Variable<T> x, Axes axes, bool keepDimensions)
        where TFold : unmanaged, IFold<T>
    {
        _ = Dimensions.CheckAny(x.Data, axes);
        var (kept, result) = Operations.Reduced(x.Shape, axes, keepDimensions);
        var recorder = Recorder<T>.For(x);
        var y = recorder.New(result);
        Reductions.Fold<TFold, T>(x.Shape, kept, x.Data.Span, y.Span, accumulate: false);
        return recorder.Result(y, recorder.Records ? new ExtremeOperation<T>(typeof(TFold) == typeof(MaxFold<T>) ? "Max" : "Min", x, kept, y) : null);
    }

    // dx += dy / (how many are the extreme) where x = y
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (!sink.Wants(x, out var dx, out bool accumulate))
            return;
        Tensor<T> mask = sink.Rent(x.Shape), share = sink.Rent(kept);
        Elementwise.Map<EqualFunction<T>, T>(default, x.Data, new(y.Span, kept), x.Shape, mask.Span);
        Reductions.Fold<SumFold<T>, T>(x.Shape, kept, mask.Span, share.Span, accumulate: false);
        Elementwise.Divide<T>(dOut.Span, share.Span, share.Span);
        Elementwise.Map<MultiplyFunction<T>, T>(default, mask, share, x.Shape, dx.Span, accumulate);
    }
}

/// <summary>y = ln Σ e^x over some dimensions. Keeps x and y.</summary>
internal sealed class LogSumExpOperation<T>(Variable<T> x, Tensor<T> y) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    public override OperationDescription Describe() => new("LogSumExp", ("kept", y.Shape.ToArray()));

    // dx += dy·e^(x - y)
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (!sink.Wants(x, out var dx, out bool accumulate))
            return;
        var weights = sink.Rent(x.Shape);
        Elementwise.Map<ExpDifferenceFunction<T>, T>(default, x.Data, y, x.Shape, weights.Span);
        Elementwise.Map<MultiplyFunction<T>, T>(default, weights, new(dOut.Span, y.Shape), x.Shape, dx.Span, accumulate);
    }
}
