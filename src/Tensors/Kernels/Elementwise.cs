using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>A function of one number and its derivative, over vectors. The struct may carry constants.</summary>
internal interface IUnaryFunction<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>f(x).</summary>
    TVector Value<TVector>(TVector x)
        where TVector : unmanaged, IVector<TVector, T>;

    /// <summary>f'(x), written in x or in y = f(x): in what <see cref="DerivativeFromOutput"/> says.</summary>
    TVector Derivative<TVector>(TVector kept)
        where TVector : unmanaged, IVector<TVector, T>;

    /// <summary>Whether the derivative is a function of the output y; else of the input x.</summary>
    static abstract bool DerivativeFromOutput { get; }
}

/// <summary>Loops over elements: one driver for all functions of one variable, and the arithmetic of two.</summary>
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
            Workers.Run<MapKernel<TFunction, T>, T>(new() { Function = function, Length = x.Length, X = px, Y = py }, Tasks(x.Length));
    }

    /// <summary>dx = dy·f', or dx += dy·f' with <paramref name="accumulate"/>; kept is x or y, as the function says.</summary>
    public static void MapBackward<TFunction, T>(TFunction function, ReadOnlySpan<T> kept, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate)
        where TFunction : unmanaged, IUnaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckLengths(kept.Length, dx.Length);
        CheckLengths(dy.Length, dx.Length);
        fixed (T* pk = kept, pdy = dy, pdx = dx)
        {
            Workers.Run<MapBackwardKernel<TFunction, T>, T>(
                new() { Function = function, Length = dx.Length, Kept = pk, DY = pdy, DX = pdx, Accumulate = accumulate }, Tasks(dx.Length));
        }
    }

    /// <summary>z = x + y, element by element; z may be x or y.</summary>
    public static void Add<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T> => Run<T>(Arithmetic.Add, x, y, z, default);

    /// <summary>z = x - y.</summary>
    public static void Subtract<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T> => Run<T>(Arithmetic.Subtract, x, y, z, default);

    /// <summary>z = x·y.</summary>
    public static void Multiply<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T> => Run<T>(Arithmetic.Multiply, x, y, z, default);

    /// <summary>z = x / y.</summary>
    public static void Divide<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T> => Run<T>(Arithmetic.Divide, x, y, z, default);

    /// <summary>z += x·y.</summary>
    public static void AddProduct<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T> => Run<T>(Arithmetic.AddProduct, x, y, z, default);

    /// <summary>z = factor·x.</summary>
    public static void Scale<T>(ReadOnlySpan<T> x, T factor, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T> => Run<T>(Arithmetic.Scale, x, x, z, factor);

    /// <summary>z += factor·x.</summary>
    public static void AddScaled<T>(ReadOnlySpan<T> x, T factor, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T> => Run<T>(Arithmetic.AddScaled, x, x, z, factor);

    /// <summary>z = (1 - share)·z + share·x: a step of a moving average.</summary>
    public static void MoveTowards<T>(ReadOnlySpan<T> x, T share, Span<T> z)
        where T : unmanaged, IFloatingPointIeee754<T> => Run<T>(Arithmetic.MoveTowards, x, x, z, share);

    /// <summary>How many tasks a span of this length is cut into.</summary>
    public static int Tasks(int length) => length <= 2 * TaskLength ? Math.Min(length, 1) : (length + TaskLength - 1) / TaskLength;

    /// <summary>The elements of one task of a span of this length.</summary>
    public static (int From, int To) Range(int task, int length) =>
        length <= 2 * TaskLength ? (0, length) : (task * TaskLength, Math.Min((task + 1) * TaskLength, length));

    private static void Run<T>(Arithmetic operation, ReadOnlySpan<T> x, ReadOnlySpan<T> y, Span<T> z, T factor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        CheckLengths(x.Length, z.Length);
        CheckLengths(y.Length, z.Length);
        fixed (T* px = x, py = y, pz = z)
        {
            Workers.Run<ArithmeticKernel<T>, T>(
                new() { Operation = operation, Length = z.Length, X = px, Y = py, Z = pz, Factor = factor }, Tasks(z.Length));
        }
    }

    private static void CheckLengths(int length, int expected)
    {
        if (length != expected)
            throw new ArgumentException($"An element-wise operation got {length} elements beside {expected}.");
    }

    private enum Arithmetic
    {
        Add,
        Subtract,
        Multiply,
        Divide,
        AddProduct,
        Scale,
        AddScaled,
        MoveTowards,
    }

    private struct ArithmeticKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Arithmetic Operation;
        public int Length;
        public T* X, Y, Z;
        public T Factor;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            var (from, to) = Range(task, Length);
            var x = new ReadOnlySpan<T>(X + from, to - from);
            var y = new ReadOnlySpan<T>(Y + from, to - from);
            var z = new Span<T>(Z + from, to - from);
            switch (Operation)
            {
                case Arithmetic.Add:
                    TensorPrimitives.Add(x, y, z);
                    break;
                case Arithmetic.Subtract:
                    TensorPrimitives.Subtract(x, y, z);
                    break;
                case Arithmetic.Multiply:
                    TensorPrimitives.Multiply(x, y, z);
                    break;
                case Arithmetic.Divide:
                    TensorPrimitives.Divide(x, y, z);
                    break;
                case Arithmetic.AddProduct:
                    TensorPrimitives.MultiplyAddEstimate(x, y, z, z);
                    break;
                case Arithmetic.Scale:
                    TensorPrimitives.Multiply(x, Factor, z);
                    break;
                case Arithmetic.MoveTowards:
                    TensorPrimitives.Lerp(z, x, Factor, z);
                    break;
                default:
                    TensorPrimitives.MultiplyAddEstimate(x, Factor, z, z);
                    break;
            }
        }
    }

    private struct MapKernel<TFunction, T> : IKernel<T>
        where TFunction : unmanaged, IUnaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public TFunction Function;
        public int Length;
        public T* X, Y;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            var (at, to) = Range(task, Length);
            TFunction function = Function;
            for (; at <= to - Pair<TVector, T>.Count; at += Pair<TVector, T>.Count)
                Pair<TVector, T>.Store(function.Value(Pair<TVector, T>.Load(X + at)), Y + at);
            for (; at <= to - TVector.Count; at += TVector.Count)
                TVector.Store(function.Value(TVector.Load(X + at)), Y + at);
            if (at < to)
            {
                T* edge = stackalloc T[TVector.Count];
                Edge.Load(X + at, to - at, edge, TVector.Count);
                TVector.Store(function.Value(TVector.Load(edge)), edge);
                Edge.Store(edge, to - at, Y + at);
            }
        }
    }

    private struct MapBackwardKernel<TFunction, T> : IKernel<T>
        where TFunction : unmanaged, IUnaryFunction<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public TFunction Function;
        public int Length;
        public T* Kept, DY, DX;
        public bool Accumulate;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            var (at, to) = Range(task, Length);
            for (; at <= to - TVector.Count; at += TVector.Count)
                Step<TVector>(Kept + at, DY + at, DX + at);
            if (at < to)
            {
                T* edge = stackalloc T[3 * TVector.Count];
                Edge.Load(Kept + at, to - at, edge, TVector.Count);
                Edge.Load(DY + at, to - at, edge + TVector.Count, TVector.Count);
                Edge.Load(DX + at, to - at, edge + (2 * TVector.Count), TVector.Count);
                Step<TVector>(edge, edge + TVector.Count, edge + (2 * TVector.Count));
                Edge.Store(edge + (2 * TVector.Count), to - at, DX + at);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Step<TVector>(T* kept, T* dy, T* dx)
            where TVector : unmanaged, IVector<TVector, T>
        {
            TVector slope = Function.Derivative(TVector.Load(kept)), upstream = TVector.Load(dy);
            TVector.Store(Accumulate ? TVector.MultiplyAdd(slope, upstream, TVector.Load(dx)) : slope * upstream, dx);
        }
    }
}

/// <summary>Moves the few elements at the end of a row, fewer than a vector, in and out of a vector's worth of memory.</summary>
internal static unsafe class Edge
{
    /// <summary>Copies <paramref name="used"/> elements and fills up to <paramref name="width"/> with ones, which no function fails on.</summary>
    public static void Load<T>(T* source, int used, T* buffer, int width)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < width; i++)
            buffer[i] = i < used ? source[i] : T.One;
    }

    /// <summary>Copies the elements that exist.</summary>
    public static void Store<T>(T* buffer, int used, T* destination)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < used; i++)
            destination[i] = buffer[i];
    }
}
