using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>The one loop over elements: any expression, over dense operands or over views.</summary>
/// <remarks>
/// Tails as in <see cref="Tail"/>: the last vector reaches back into the one before it. It is computed before anything is stored, so
/// that it may stand in place of an operand, and gives the same where the two overlap.
/// </remarks>
internal static unsafe class ElementLoop
{
    /// <summary>z = expression for operands that lie as z does.</summary>
    public static void Run<TExpression, T>(TExpression expression, int length, in Places<T> places)
        where TExpression : unmanaged, IExpression<T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Workers.Run<DenseKernel<TExpression, T>, T>(new() { Expression = expression, Length = length, Places = places }, Elementwise.Tasks(length));

    /// <summary>z = expression for operands that are views of z's shape.</summary>
    public static void Run<TExpression, T>(TExpression expression, int length, in Operands<T> views, T* z)
        where TExpression : unmanaged, IExpression<T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Workers.Run<ViewKernel<TExpression, T>, T>(new() { Expression = expression, Length = length, Views = views, Z = z }, Elementwise.Tasks(length));

    /// <summary>A run of elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void One<TExpression, TVector, T>(TExpression expression, nint count, in Places<T> places)
        where TExpression : unmanaged, IExpression<T>
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        nint back = count - TVector.Count, i = 0;
        if (back < 0)
        {
            Short<TExpression, TVector, T>(expression, (int)count, places);
            return;
        }

        Places<T> at = places;
        TVector last = count % TVector.Count == 0 ? TVector.Zero : expression.At<TVector>(at, back);
        if (TExpression.InPairs)
        {
            for (; i <= count - Pair<TVector, T>.Count; i += Pair<TVector, T>.Count)
                Pair<TVector, T>.Store(expression.At<Pair<TVector, T>>(at, i), at.Z + i);
        }

        for (; i <= back; i += TVector.Count)
            TVector.Store(expression.At<TVector>(at, i), at.Z + i);
        if (i < count)
            TVector.Store(last, at.Z + back);
    }

    // Fewer elements than a vector has: in a vector's worth of memory, filled up with ones, which no function fails on.
    private static void Short<TExpression, TVector, T>(TExpression expression, int count, in Places<T> places)
        where TExpression : unmanaged, IExpression<T>
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* edge = stackalloc T[4 * TVector.Count];
        Places<T> at = new() { X = edge, Y = edge + TVector.Count, W = edge + (2 * TVector.Count), Z = edge + (3 * TVector.Count) };
        Edge.Load(places.X, count, at.X, TVector.Count);
        if (TExpression.Operands > 1)
            Edge.Load(places.Y, count, at.Y, TVector.Count);
        if (TExpression.Operands > 2)
            Edge.Load(places.W, count, at.W, TVector.Count);
        if (TExpression.ReadsResult)
            Edge.Load(places.Z, count, at.Z, TVector.Count);
        TVector.Store(expression.At<TVector>(at, 0), at.Z);
        Edge.Store(at.Z, count, places.Z);
    }

    private struct DenseKernel<TExpression, T> : IKernel<T>
        where TExpression : unmanaged, IExpression<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public TExpression Expression;
        public int Length;
        public Places<T> Places;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            var (from, to) = Elementwise.Range(task, Length);
            Places<T> at = new() { X = Places.X + from, Y = Places.Y + from, W = Places.W + from, Z = Places.Z + from };
            One<TExpression, TVector, T>(Expression, to - from, at);
        }
    }

    private struct ViewKernel<TExpression, T> : IKernel<T>
        where TExpression : unmanaged, IExpression<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public TExpression Expression;
        public int Length;
        public Operands<T> Views;
        public T* Z;

        [SkipLocalsInit]
        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            T* buffers = stackalloc T[Operands<T>.BufferLength];
            var (at, to) = Elementwise.Range(task, Length);
            Views.Evaluate<TExpression, TVector>(Expression, at, to - at, Z + at, buffers);
        }
    }
}

/// <summary>Moves the few elements of a row, fewer than a vector, in and out of a vector's worth of memory.</summary>
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
