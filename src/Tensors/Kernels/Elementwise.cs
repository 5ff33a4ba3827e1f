using System.Numerics;

namespace Diffusion.Tensors.Kernels;

/// <summary>Element-wise work: functions of one, two and three numbers and their gradients, over operands that are broadcast where they lie.</summary>
internal static unsafe class Elementwise
{
    /// <summary>The elements of one task: 32 KiB of floats, what the first-level cache holds.</summary>
    public const int TaskLength = 8192;

    /// <summary>y = f(x). In place where y is x.</summary>
    public static void Map<TFunction, T>(TFunction function, ReadOnlySpan<T> x, Span<T> y)
        where TFunction : unmanaged, IUnaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckLengths(x.Length, y.Length);
        fixed (T* px = x, py = y)
            UnaryLoop.Run<TFunction, T>(function, x.Length, px, py);
    }

    /// <summary>dx = dy·f', or dx += dy·f' with <paramref name="accumulate"/>; kept is x or y, as the function says.</summary>
    public static void MapBackward<TFunction, T>(TFunction function, ReadOnlySpan<T> kept, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate)
        where TFunction : unmanaged, IUnaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (accumulate)
            Dense<Expressions.SlopeAdded<TFunction, T>, T>(new(function), kept, dy, kept, dx);
        else
            Dense<Expressions.Slope<TFunction, T>, T>(new(function), kept, dy, kept, dx);
    }

    /// <summary>z = f(x, y), or z += f(x, y), element by element; z may be x or y.</summary>
    public static void Map<TFunction, T>(TFunction function, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z, bool accumulate = false)
        where TFunction : unmanaged, IBinaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (accumulate)
            Dense<Expressions.Added<Expressions.Of2<TFunction, T>, T>, T>(new(new(function)), x, y, x, z);
        else
            Dense<Expressions.Of2<TFunction, T>, T>(new(function), x, y, x, z);
    }

    /// <summary>z = f(x, y), or +=, where each operand is broadcast to z's shape. z may be an operand of its shape.</summary>
    public static void Map<TFunction, T>(TFunction function, Operand<T> x, Operand<T> y, Shape shape, Span<T> z, bool accumulate = false)
        where TFunction : unmanaged, IBinaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (accumulate)
            Seen<Expressions.Added<Expressions.Of2<TFunction, T>, T>, T>(new(new(function)), x, y, y, shape, z);
        else
            Seen<Expressions.Of2<TFunction, T>, T>(new(function), x, y, y, shape, z);
    }

    /// <summary>z = f(x, y, w), or +=, where each operand is broadcast to z's shape. z may be an operand of its shape.</summary>
    public static void Map<TFunction, T>(TFunction function, Operand<T> x, Operand<T> y, Operand<T> w, Shape shape, Span<T> z, bool accumulate = false)
        where TFunction : unmanaged, ITernaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (accumulate)
            Seen<Expressions.Added<Expressions.Of3<TFunction, T>, T>, T>(new(new(function)), x, y, w, shape, z);
        else
            Seen<Expressions.Of3<TFunction, T>, T>(new(function), x, y, w, shape, z);
    }

    /// <summary>
    /// The gradient of z = f(x, y) by x: dx = Σ dz·∂f/∂x over all places that x is broadcast to, or dx +=. No copy of the size
    /// of z is made: products are summed in the order that the shapes give.
    /// </summary>
    public static void GradientX<TFunction, T>(TFunction function, Operand<T> x, Operand<T> y, Operand<T> dz, Span<T> dx, bool accumulate)
        where TFunction : unmanaged, IBinaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T> => Gradient<TFunction, Expressions.ByX, T>(function, x, y, dz, x.Shape, dx, accumulate);

    /// <summary>The gradient by y: dy = Σ dz·∂f/∂y, or dy +=.</summary>
    public static void GradientY<TFunction, T>(TFunction function, Operand<T> x, Operand<T> y, Operand<T> dz, Span<T> dy, bool accumulate)
        where TFunction : unmanaged, IBinaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T> => Gradient<TFunction, Expressions.ByY, T>(function, x, y, dz, y.Shape, dy, accumulate);

    /// <summary>z = x + y, element by element; z may be x or y.</summary>
    public static void Add<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T> => Map<AddFunction<T>, T>(default, x, y, z);

    /// <summary>z = x - y.</summary>
    public static void Subtract<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T> => Map<SubtractFunction<T>, T>(default, x, y, z);

    /// <summary>z = x·y.</summary>
    public static void Multiply<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T> => Map<MultiplyFunction<T>, T>(default, x, y, z);

    /// <summary>z = x / y.</summary>
    public static void Divide<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T> => Map<DivideFunction<T>, T>(default, x, y, z);

    /// <summary>z += x·y.</summary>
    public static void AddProduct<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T> => Dense<Expressions.Of3<MultiplyAddFunction<T>, T>, T>(default, x, y, z, z);

    /// <summary>z = factor·x.</summary>
    public static void Scale<T>(ReadOnlySpan<T> x, T factor, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T> => Map<ScaleFunction<T>, T>(new(factor), x, z);

    /// <summary>z += factor·x.</summary>
    public static void AddScaled<T>(ReadOnlySpan<T> x, T factor, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T> => Map<AddScaledFunction<T>, T>(new(factor), x, z, z);

    /// <summary>z = (1 - share)·z + share·x: a step of a moving average.</summary>
    public static void MoveTowards<T>(ReadOnlySpan<T> x, T share, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T> => Map<MoveFunction<T>, T>(new(share), x, z, z);

    /// <summary>How many tasks a span of this length is cut into.</summary>
    public static int Tasks(int length) => length <= 2 * TaskLength ? Math.Min(length, 1) : (int)((length + (long)TaskLength - 1) / TaskLength);

    /// <summary>The elements of one task of a span of this length.</summary>
    public static (int From, int To) Range(int task, int length) =>
        length <= 2 * TaskLength ? (0, length) : (task * TaskLength, (int)Math.Min((task + 1L) * TaskLength, length));

    private static void Gradient<TFunction, TBy, T>(TFunction function, Operand<T> x, Operand<T> y, Operand<T> dz, Shape target, Span<T> gradient, bool accumulate)
        where TFunction : unmanaged, IBinaryFunction<T>
        where TBy : unmanaged, Expressions.IBy
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (target != dz.Shape)
            Reductions.SumTo<Expressions.Partial<TFunction, TBy, T>, T>(new(function), x, y, dz, dz.Shape, target, gradient, accumulate);
        else if (accumulate)
            Seen<Expressions.PartialAdded<TFunction, TBy, T>, T>(new(function), x, y, dz, dz.Shape, gradient);
        else
            Seen<Expressions.Partial<TFunction, TBy, T>, T>(new(function), x, y, dz, dz.Shape, gradient);
    }

    private static void Dense<TExpression, T>(TExpression expression, ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> w, Span<T> z)
        where TExpression : unmanaged, IExpression<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckLengths(x.Length, z.Length);
        CheckLengths(y.Length, z.Length);
        fixed (T* px = x, py = y, pw = w, pz = z)
            ElementLoop.Run<TExpression, T>(expression, z.Length, new Places<T> { X = px, Y = py, W = pw, Z = pz });
    }

    private static void Seen<TExpression, T>(TExpression expression, Operand<T> x, Operand<T> y, Operand<T> w, Shape shape, Span<T> z)
        where TExpression : unmanaged, IExpression<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckLengths(z.Length, shape.Length);
        if (x.Shape == shape && y.Shape == shape && w.Shape == shape)
        {
            Dense(expression, x.Span, y.Span, w.Span, z);
            return;
        }

        if (z.Length == 0)
            return;
        fixed (T* px = x.Span, py = y.Span, pw = w.Span, pz = z)
            ElementLoop.Run<TExpression, T>(expression, z.Length, new Operands<T> { X = x.View(px, shape), Y = y.View(py, shape), W = w.View(pw, shape) }, pz);
    }

    private static void CheckLengths(int length, int expected)
    {
        if (length != expected)
            throw new ArgumentException($"An element-wise operation got {length} elements beside {expected}.");
    }
}

/// <summary>Dense numbers and their shape: an operand that is broadcast where it lies.</summary>
internal readonly ref struct Operand<T>(ReadOnlySpan<T> span, Shape shape)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public readonly ReadOnlySpan<T> Span = span;
    public readonly Shape Shape = shape;

    public static implicit operator Operand<T>(Tensor<T> tensor) => new(tensor.Span, tensor.Shape);

    /// <summary>The numbers as they are seen when they are broadcast to a shape.</summary>
    public unsafe View<T> View(T* start, Shape to)
    {
        if (Span.Length != Shape.Length)
            throw new ArgumentException($"An operand of shape {Shape} got {Span.Length} elements.");
        return Shape == to ? new(start) : new(start, Views.Broadcast(Shape, to));
    }
}
