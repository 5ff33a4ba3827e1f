using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Diffusion.Tensors.Simd;

/// <summary>256 bits: 8 floats or 4 doubles.</summary>
internal unsafe struct V256<T>(Vector256<T> value) : IVector<V256<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private Vector256<T> _v = value;

    public static int Count => Vector256<T>.Count;

    public static V256<T> Zero => new(Vector256<T>.Zero);

    public static V256<T> Indices => new(Vector256<T>.Indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Broadcast(T value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Load(T* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V256<T> value, T* destination) => value._v.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator +(V256<T> a, V256<T> b) => new(a._v + b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator -(V256<T> a, V256<T> b) => new(a._v - b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator *(V256<T> a, V256<T> b) => new(a._v * b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator /(V256<T> a, V256<T> b) => new(a._v / b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> MultiplyAdd(V256<T> a, V256<T> b, V256<T> c) => typeof(T) == typeof(float)
        ? new(Vector256.MultiplyAddEstimate(a._v.AsSingle(), b._v.AsSingle(), c._v.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double)
            ? new(Vector256.MultiplyAddEstimate(a._v.AsDouble(), b._v.AsDouble(), c._v.AsDouble()).As<double, T>())
            : new((a._v * b._v) + c._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref V256<T> sum, V256<T> a, V256<T> b)
    {
        if (typeof(T) == typeof(float))
            sum._v = Vector256.MultiplyAddEstimate(a._v.AsSingle(), b._v.AsSingle(), sum._v.AsSingle()).As<float, T>();
        else if (typeof(T) == typeof(double))
            sum._v = Vector256.MultiplyAddEstimate(a._v.AsDouble(), b._v.AsDouble(), sum._v.AsDouble()).As<double, T>();
        else
            sum._v += a._v * b._v;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Min(V256<T> a, V256<T> b) => new(Vector256.MinNative(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Max(V256<T> a, V256<T> b) => new(Vector256.MaxNative(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Abs(V256<T> a) => new(Vector256.Abs(a._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Sqrt(V256<T> a) => new(Vector256.Sqrt(a._v));

    // The low bits of n + shift are those of the exponent.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> PowerOfTwo(V256<T> shifted) => typeof(T) == typeof(float)
        ? new((shifted._v.AsInt32() << 23).As<int, T>())
        : new((shifted._v.AsInt64() << 52).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Scaled(V256<T> a, V256<T> n) => VectorMath.ScaledInTwoSteps<V256<T>, T>(a, n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> WhereGreater(V256<T> a, V256<T> b, V256<T> x, V256<T> y) =>
        new(Vector256.ConditionalSelect(Vector256.GreaterThan(a._v, b._v), x._v, y._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Exchanged(V256<T> a, int distance)
    {
        if (typeof(T) == typeof(float))
        {
            var x = a._v.AsSingle();
            return new((distance switch
            {
                1 => Vector256.Shuffle(x, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)),
                2 => Vector256.Shuffle(x, Vector256.Create(2, 3, 0, 1, 6, 7, 4, 5)),
                _ => Vector256.Shuffle(x, Vector256.Create(4, 5, 6, 7, 0, 1, 2, 3)),
            }).As<float, T>());
        }
        else
        {
            var x = a._v.AsDouble();
            return new((distance switch
            {
                1 => Vector256.Shuffle(x, Vector256.Create(1L, 0L, 3L, 2L)),
                _ => Vector256.Shuffle(x, Vector256.Create(2L, 3L, 0L, 1L)),
            }).As<double, T>());
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(V256<T> a) => Vector256.Sum(a._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLane(V256<T> a) => V128<T>.MaxLane(new(Vector128.MaxNative(a._v.GetLower(), a._v.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> PowerOver(V256<T> power, V256<T> a) => power / a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> ReciprocalSqrt(V256<T> a) => new(Vector256<T>.One / Vector256.Sqrt(a._v));
}
