using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Diffusion.Tensors.Simd;

/// <summary>128 bits: 4 floats or 2 doubles.</summary>
internal unsafe struct V128<T>(Vector128<T> value) : IVector<V128<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private Vector128<T> _v = value;

    public static int Count => Vector128<T>.Count;

    public static V128<T> Zero => new(Vector128<T>.Zero);

    public static V128<T> Indices => new(Vector128<T>.Indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Broadcast(T value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Load(T* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V128<T> value, T* destination) => value._v.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator +(V128<T> a, V128<T> b) => new(a._v + b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator -(V128<T> a, V128<T> b) => new(a._v - b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator *(V128<T> a, V128<T> b) => new(a._v * b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator /(V128<T> a, V128<T> b) => new(a._v / b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> MultiplyAdd(V128<T> a, V128<T> b, V128<T> c) => typeof(T) == typeof(float)
        ? new(Vector128.MultiplyAddEstimate(a._v.AsSingle(), b._v.AsSingle(), c._v.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double)
            ? new(Vector128.MultiplyAddEstimate(a._v.AsDouble(), b._v.AsDouble(), c._v.AsDouble()).As<double, T>())
            : new((a._v * b._v) + c._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref V128<T> sum, V128<T> a, V128<T> b)
    {
        if (typeof(T) == typeof(float))
            sum._v = Vector128.MultiplyAddEstimate(a._v.AsSingle(), b._v.AsSingle(), sum._v.AsSingle()).As<float, T>();
        else if (typeof(T) == typeof(double))
            sum._v = Vector128.MultiplyAddEstimate(a._v.AsDouble(), b._v.AsDouble(), sum._v.AsDouble()).As<double, T>();
        else
            sum._v += a._v * b._v;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Min(V128<T> a, V128<T> b) => new(Vector128.MinNative(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Max(V128<T> a, V128<T> b) => new(Vector128.MaxNative(a._v, b._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Abs(V128<T> a) => new(Vector128.Abs(a._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Sqrt(V128<T> a) => new(Vector128.Sqrt(a._v));

    // The low bits of n + shift are those of the exponent.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> PowerOfTwo(V128<T> shifted) => typeof(T) == typeof(float)
        ? new((shifted._v.AsInt32() << 23).As<int, T>())
        : new((shifted._v.AsInt64() << 52).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Scaled(V128<T> a, V128<T> n) => VectorMath.ScaledInTwoSteps<V128<T>, T>(a, n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> WhereGreater(V128<T> a, V128<T> b, V128<T> x, V128<T> y) =>
        new(Vector128.ConditionalSelect(Vector128.GreaterThan(a._v, b._v), x._v, y._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Exchanged(V128<T> a, int distance)
    {
        if (typeof(T) == typeof(float))
        {
            var x = a._v.AsSingle();
            return new((distance switch
            {
                1 => Vector128.Shuffle(x, Vector128.Create(1, 0, 3, 2)),
                _ => Vector128.Shuffle(x, Vector128.Create(2, 3, 0, 1)),
            }).As<float, T>());
        }
        else
        {
            var x = a._v.AsDouble();
            return new((distance switch
            {
                _ => Vector128.Shuffle(x, Vector128.Create(1L, 0L)),
            }).As<double, T>());
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(V128<T> a) => Vector128.Sum(a._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLane(V128<T> a)
    {
        if (typeof(T) == typeof(float))
        {
            var x = a._v.AsSingle();
            x = Vector128.MaxNative(x, Vector128.Shuffle(x, Vector128.Create(2, 3, 0, 1)));
            x = Vector128.MaxNative(x, Vector128.Shuffle(x, Vector128.Create(1, 0, 3, 2)));
            return x.As<float, T>()[0];
        }
        else
        {
            var x = a._v.AsDouble();
            return Vector128.MaxNative(x, Vector128.Shuffle(x, Vector128.Create(1L, 0))).As<double, T>()[0];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> PowerOver(V128<T> power, V128<T> a) => power / a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> ReciprocalSqrt(V128<T> a) => new(Vector128<T>.One / Vector128.Sqrt(a._v));
}
