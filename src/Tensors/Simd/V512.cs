using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Diffusion.Tensors.Simd;

/// <summary>512 bits: 16 floats or 8 doubles.</summary>
internal unsafe struct V512<T>(Vector512<T> value) : IVector<V512<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private Vector512<T> _v = value;

    public static int Count => Vector512<T>.Count;

    public static V512<T> Zero => new(Vector512<T>.Zero);

    public static V512<T> Indices => new(Vector512<T>.Indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Broadcast(T value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Load(T* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V512<T> value, T* destination) => value._v.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator +(V512<T> a, V512<T> b) => new(a._v + b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator -(V512<T> a, V512<T> b) => new(a._v - b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator *(V512<T> a, V512<T> b) => new(a._v * b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator /(V512<T> a, V512<T> b) => new(a._v / b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> MultiplyAdd(V512<T> a, V512<T> b, V512<T> c) => typeof(T) == typeof(float)
        ? new(Vector512.MultiplyAddEstimate(a._v.AsSingle(), b._v.AsSingle(), c._v.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double)
            ? new(Vector512.MultiplyAddEstimate(a._v.AsDouble(), b._v.AsDouble(), c._v.AsDouble()).As<double, T>())
            : new((a._v * b._v) + c._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref V512<T> sum, V512<T> a, V512<T> b)
    {
        if (typeof(T) == typeof(float))
            sum._v = Vector512.MultiplyAddEstimate(a._v.AsSingle(), b._v.AsSingle(), sum._v.AsSingle()).As<float, T>();
        else if (typeof(T) == typeof(double))
            sum._v = Vector512.MultiplyAddEstimate(a._v.AsDouble(), b._v.AsDouble(), sum._v.AsDouble()).As<double, T>();
        else
            sum._v += a._v * b._v;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Min(V512<T> a, V512<T> b) => new(Vector512.MinNative(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Max(V512<T> a, V512<T> b) => new(Vector512.MaxNative(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Abs(V512<T> a) => new(Vector512.Abs(a._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Sqrt(V512<T> a) => new(Vector512.Sqrt(a._v));

    // The low bits of n + shift are those of the exponent.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> PowerOfTwo(V512<T> shifted) => typeof(T) == typeof(float)
        ? new((shifted._v.AsInt32() << 23).As<int, T>())
        : new((shifted._v.AsInt64() << 52).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Scaled(V512<T> a, V512<T> n) => !Avx512F.IsSupported ? VectorMath.ScaledInTwoSteps<V512<T>, T>(a, n)
        : typeof(T) == typeof(float) ? new(Avx512F.Scale(a._v.AsSingle(), n._v.AsSingle()).As<float, T>())
        : new(Avx512F.Scale(a._v.AsDouble(), n._v.AsDouble()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> WhereGreater(V512<T> a, V512<T> b, V512<T> x, V512<T> y) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThan(a._v, b._v), x._v, y._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Exchanged(V512<T> a, int distance)
    {
        if (typeof(T) == typeof(float))
        {
            var x = a._v.AsSingle();
            return new((distance switch
            {
                1 => Vector512.Shuffle(x, Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)),
                2 => Vector512.Shuffle(x, Vector512.Create(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)),
                4 => Vector512.Shuffle(x, Vector512.Create(4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)),
                _ => Vector512.Shuffle(x, Vector512.Create(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)),
            }).As<float, T>());
        }
        else
        {
            var x = a._v.AsDouble();
            return new((distance switch
            {
                1 => Vector512.Shuffle(x, Vector512.Create(1L, 0L, 3L, 2L, 5L, 4L, 7L, 6L)),
                2 => Vector512.Shuffle(x, Vector512.Create(2L, 3L, 0L, 1L, 6L, 7L, 4L, 5L)),
                _ => Vector512.Shuffle(x, Vector512.Create(4L, 5L, 6L, 7L, 0L, 1L, 2L, 3L)),
            }).As<double, T>());
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(V512<T> a) => Vector512.Sum(a._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLane(V512<T> a) => V256<T>.MaxLane(new(Vector256.MaxNative(a._v.GetLower(), a._v.GetUpper())));

    // Estimates of 14 bits and one step of Newton's: cheaper than a division by half.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> PowerOver(V512<T> power, V512<T> a)
    {
        if (typeof(T) != typeof(float) || !Avx512F.IsSupported)
            return power / a;
        Vector512<float> x = a._v.AsSingle(), r = Avx512F.Reciprocal14(x), scaled = r * power._v.AsSingle();
        return new(Vector512.FusedMultiplyAdd(scaled, Vector512.FusedMultiplyAdd(-x, r, Vector512<float>.One), scaled).As<float, T>());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> ReciprocalSqrt(V512<T> a)
    {
        if (typeof(T) != typeof(float) || !Avx512F.IsSupported)
            return new(Vector512<T>.One / Vector512.Sqrt(a._v));
        Vector512<float> x = a._v.AsSingle(), r = Avx512F.ReciprocalSqrt14(x), half = Vector512.Create(0.5f) * r;
        return new(Vector512.FusedMultiplyAdd(half, Vector512.FusedMultiplyAdd(-x * r, r, Vector512<float>.One), r).As<float, T>());
    }
}
