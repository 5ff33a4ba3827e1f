using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Autograd;

public static partial class Operations
{
    /// <summary>x + y. Shapes that differ are broadcast against each other, as in NumPy.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Variable<T> Add<T>(this Variable<T> x, Variable<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryOperation<AddFunction<T>, T>.Apply(x, y, default);

    /// <summary>x - y, with broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Variable<T> Subtract<T>(this Variable<T> x, Variable<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryOperation<SubtractFunction<T>, T>.Apply(x, y, default);

    /// <summary>x·y, element by element, with broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Variable<T> Multiply<T>(this Variable<T> x, Variable<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryOperation<MultiplyFunction<T>, T>.Apply(x, y, default);

    /// <summary>x / y, element by element, with broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Variable<T> Divide<T>(this Variable<T> x, Variable<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryOperation<DivideFunction<T>, T>.Apply(x, y, default);

    /// <summary>x^y, element by element, with broadcasting and C's special cases.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Variable<T> Pow<T>(this Variable<T> x, Variable<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryOperation<PowerFunction<T>, T>.Apply(x, y, default);

    /// <summary>The larger of x and y, element by element, with broadcasting; where they are the same, each gets half the gradient.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Variable<T> Maximum<T>(this Variable<T> x, Variable<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryOperation<MaximumFunction<T>, T>.Apply(x, y, default);

    /// <summary>The smaller of x and y, element by element, with broadcasting; where they are the same, each gets half the gradient.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Variable<T> Minimum<T>(this Variable<T> x, Variable<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryOperation<MinimumFunction<T>, T>.Apply(x, y, default);

    /// <summary>Swish, x·σ(βx), element by element, with broadcasting: a β of shape [C] is one for each channel.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Variable<T> Swish<T>(this Variable<T> x, Variable<T> beta)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryOperation<SwishFunction<T>, T>.Apply(x, beta, default);

    /// <summary>A mask, which is a constant: 1 where x &gt; y, else 0, with broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Variable<T> Greater<T>(this Variable<T> x, Variable<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryOperation<GreaterFunction<T>, T>.Apply(x.Detach(), y.Detach(), default);

    /// <summary>A mask, which is a constant: 1 where x ≥ y, else 0, with broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Variable<T> GreaterOrEqual<T>(this Variable<T> x, Variable<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryOperation<GreaterOrEqualFunction<T>, T>.Apply(x.Detach(), y.Detach(), default);

    /// <summary>A mask, which is a constant: 1 where x = y, else 0, with broadcasting.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Variable<T> EqualTo<T>(this Variable<T> x, Variable<T> y)
        where T : unmanaged, IFloatingPointIeee754<T> => BinaryOperation<EqualFunction<T>, T>.Apply(x.Detach(), y.Detach(), default);

    /// <summary>x where the mask is not 0, else y, element by element, with broadcasting. The mask gets no gradient.</summary>
    /// <exception cref="ArgumentException">The shapes cannot be broadcast.</exception>
    public static Variable<T> Where<T>(Variable<T> mask, Variable<T> x, Variable<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        mask = mask.Detach();
        var shape = Broadcasting.Common(Broadcasting.Common(mask.Shape, x.Shape), y.Shape);
        var recorder = Recorder<T>.For(mask, x, y);
        var z = recorder.New(shape);
        Elementwise.Map<WhereFunction<T>, T>(default, mask.Data, x.Data, y.Data, shape, z.Span);
        return recorder.Result(z, recorder.Records ? new WhereOperation<T>(mask, x, y) : null);
    }

    /// <summary>factor·x.</summary>
    public static Variable<T> Scale<T>(this Variable<T> x, T factor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var recorder = Recorder<T>.For(x);
        var y = recorder.New(x.Shape);
        Elementwise.Scale(x.Data.Span, factor, y.Span);
        return recorder.Result(y, recorder.Records ? new ScaleOperation<T>(x, factor) : null);
    }

    /// <summary>x + number.</summary>
    public static Variable<T> Shift<T>(this Variable<T> x, T number)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var recorder = Recorder<T>.For(x);
        var y = recorder.New(x.Shape);
        Elementwise.Map<ShiftFunction<T>, T>(new(number), x.Data.Span, y.Span);
        return recorder.Result(y, recorder.Records ? new ShiftOperation<T>(x, number) : null);
    }
}

/// <summary>z = f(x, y), element by element and broadcast: the one driver of all functions of two numbers. f and its derivatives are in the function's struct.</summary>
/// <remarks>Keeps both inputs.</remarks>
internal sealed class BinaryOperation<TFunction, T>(Variable<T> x, Variable<T> y, TFunction function) : Operation<T>
    where TFunction : unmanaged, IBinaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly bool IsSum = typeof(TFunction) == typeof(AddFunction<T>), IsDifference = typeof(TFunction) == typeof(SubtractFunction<T>);

    public override IReadOnlyList<Variable<T>> Inputs => [x, y];

    public override string Name => typeof(TFunction).Name.Split('`')[0].Replace("Function", "", StringComparison.Ordinal);

    public static Variable<T> Apply(Variable<T> x, Variable<T> y, TFunction function)
    {
        var shape = x.Shape == y.Shape ? x.Shape : Broadcasting.Common(x.Shape, y.Shape);
        var recorder = Recorder<T>.For(x, y);
        var z = recorder.New(shape);
        Elementwise.Map<TFunction, T>(function, x.Data, y.Data, shape, z.Span);
        return recorder.Result(z, recorder.Records ? new BinaryOperation<TFunction, T>(x, y, function) : null);
    }

    // dx += Σ dz·∂f/∂x, dy += Σ dz·∂f/∂y, over what each is broadcast to; of a sum, dz itself
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if ((IsSum || IsDifference) && x.Shape == dOut.Shape)
            sink.Pass(x, dOut);
        else if (sink.Wants(x, out var dx, out bool accumulate))
            Elementwise.GradientX<TFunction, T>(function, x.Data, y.Data, dOut, dx.Span, accumulate);

        if (IsSum && y.Shape == dOut.Shape)
            sink.Pass(y, dOut);
        else if (sink.Wants(y, out var dy, out bool accumulate))
            Elementwise.GradientY<TFunction, T>(function, x.Data, y.Data, dOut, dy.Span, accumulate);
    }
}

/// <summary>z = x where the mask is not 0, else y. Keeps the mask.</summary>
internal sealed class WhereOperation<T>(Variable<T> mask, Variable<T> x, Variable<T> y) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [mask, x, y];

    // dx += dz where the mask is not 0, dy += dz where it is; no products, so that what is not chosen may be anything
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        var chosen = sink.Rent(dOut.Shape);
        var nothing = Tensor<T>.Scalar(T.Zero);
        if (sink.Wants(x, out var dx, out bool accumulate))
        {
            Elementwise.Map<WhereFunction<T>, T>(default, mask.Data, dOut, nothing, dOut.Shape, chosen.Span);
            Broadcasting.Reduce<T>(x.Shape, dOut.Shape, chosen.Span, dx.Span, accumulate);
        }

        if (sink.Wants(y, out var dy, out accumulate))
        {
            Elementwise.Map<WhereFunction<T>, T>(default, mask.Data, nothing, dOut, dOut.Shape, chosen.Span);
            Broadcasting.Reduce<T>(y.Shape, dOut.Shape, chosen.Span, dy.Span, accumulate);
        }
    }
}

/// <summary>y = factor·x. Keeps the factor.</summary>
internal sealed class ScaleOperation<T>(Variable<T> x, T factor) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    public override OperationDescription Describe() => new("Scale", ("factor", double.CreateChecked(factor)));

    // dx += factor·dy
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink)
    {
        if (!sink.Wants(x, out var dx, out bool accumulate))
            return;
        if (accumulate)
            Elementwise.AddScaled(dOut.Span, factor, dx.Span);
        else
            Elementwise.Scale(dOut.Span, factor, dx.Span);
    }
}

/// <summary>y = x + number. Keeps the number, to be told of.</summary>
internal sealed class ShiftOperation<T>(Variable<T> x, T number) : Operation<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public override IReadOnlyList<Variable<T>> Inputs => [x];

    public override OperationDescription Describe() => new("Shift", ("number", double.CreateChecked(number)));

    // dx += dy
    public override void Backward(Tensor<T> dOut, GradientSink<T> sink) => sink.Pass(x, dOut);
}
