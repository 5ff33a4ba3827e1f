using System.Numerics;
using System.Runtime.CompilerServices;

namespace Diffusion.Tensors.Simd;

/// <summary>A vector of one number, for processors without vector instructions (or with <c>DOTNET_EnableHWIntrinsic=0</c>).</summary>
internal readonly unsafe struct V1<T>(T value) : IVector<V1<T>, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T _v = value;

    public static int Count => 1;

    public static V1<T> Zero => new(T.Zero);

    public static V1<T> Indices => new(T.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V1<T> Broadcast(T value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V1<T> Load(T* source) => new(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V1<T> value, T* destination) => *destination = value._v;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V1<T> operator +(V1<T> a, V1<T> b) => new(a._v + b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V1<T> operator -(V1<T> a, V1<T> b) => new(a._v - b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V1<T> operator *(V1<T> a, V1<T> b) => new(a._v * b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V1<T> operator /(V1<T> a, V1<T> b) => new(a._v / b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V1<T> MultiplyAdd(V1<T> a, V1<T> b, V1<T> c) => new((a._v * b._v) + c._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddProduct(ref V1<T> sum, V1<T> a, V1<T> b) => sum = MultiplyAdd(a, b, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V1<T> Min(V1<T> a, V1<T> b) => new(a._v < b._v ? a._v : b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V1<T> Max(V1<T> a, V1<T> b) => new(a._v > b._v ? a._v : b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V1<T> Abs(V1<T> a) => new(T.Abs(a._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V1<T> Sqrt(V1<T> a) => new(T.Sqrt(a._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V1<T> PowerOfTwo(V1<T> shifted) => typeof(T) == typeof(float)
        ? new((T)(object)BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits((float)(object)shifted._v) << 23))
        : new((T)(object)BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits((double)(object)shifted._v) << 52));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V1<T> Scaled(V1<T> a, V1<T> n) => VectorMath.ScaledInTwoSteps<V1<T>, T>(a, n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V1<T> WhereGreater(V1<T> a, V1<T> b, V1<T> x, V1<T> y) => a._v > b._v ? x : y;

    // There is no other lane to exchange with.
    public static V1<T> Exchanged(V1<T> a, int distance) => throw new NotSupportedException("A vector of one number has no lanes to exchange.");

    public static T Sum(V1<T> a) => a._v;

    public static V1<T> PowerOver(V1<T> power, V1<T> a) => power / a;

    public static V1<T> ReciprocalSqrt(V1<T> a) => new(T.One / T.Sqrt(a._v));

    public static T MaxLane(V1<T> a) => a._v;
}
