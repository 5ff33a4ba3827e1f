using System.Numerics;

namespace Diffusion.Tensors.Simd;

/// <summary>
/// What the kernels ask of a vector of numbers. Kernels are written once over this interface; the JIT compiles them for
/// each width, and every operation becomes one instruction.
/// </summary>
/// <remarks>
/// Implemented by <see cref="V512{T}"/>, <see cref="V256{T}"/>, <see cref="V128{T}"/> and, where the processor offers no
/// vectors at all, <see cref="V1{T}"/>; and by a <see cref="Pair{TVector, T}"/> of any of them.
/// </remarks>
internal unsafe interface IVector<TSelf, T>
    where TSelf : unmanaged, IVector<TSelf, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>How many numbers a vector holds.</summary>
    static abstract int Count { get; }

    static abstract TSelf Zero { get; }

    /// <summary>0, 1, 2 and so on: the number of each lane.</summary>
    static abstract TSelf Indices { get; }

    static abstract TSelf Broadcast(T value);

    static abstract TSelf Load(T* source);

    static abstract void Store(TSelf value, T* destination);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>a·b + c, with one rounding where the processor has it.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>
    /// sum += a·b, as <see cref="MultiplyAdd"/> does it, but in place: the JIT then moves no register behind each of them. (It
    /// does where this is written as a call of the other, so the expression stands twice.)
    /// </summary>
    static abstract void AddProduct(ref TSelf sum, TSelf a, TSelf b);

    /// <summary>The smaller; where either is NaN, the second on x86.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    /// <summary>The larger; where either is NaN, the second on x86.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    static abstract TSelf Abs(TSelf a);

    static abstract TSelf Sqrt(TSelf a);

    /// <summary>power/a to within two units in the last place, for powers of two, and normal a whose reciprocal is normal.</summary>
    static abstract TSelf PowerOver(TSelf power, TSelf a);

    /// <summary>1/√a to within two units in the last place, for normal a &gt; 0.</summary>
    static abstract TSelf ReciprocalSqrt(TSelf a);

    /// <summary>2^n from n + <see cref="VectorMath.PowerShift{T}"/>, for integers n whose power is a normal number. Of NaN, any number.</summary>
    static abstract TSelf PowerOfTwo(TSelf shifted);

    /// <summary>a·2^n with one rounding, for a near 1 and integers n from twice the smallest exponent to twice the largest: infinities, denormal numbers and 0 included.</summary>
    static abstract TSelf Scaled(TSelf a, TSelf n);

    /// <summary>Where a &gt; b, x, else y.</summary>
    static abstract TSelf WhereGreater(TSelf a, TSelf b, TSelf x, TSelf y);

    /// <summary>Lanes exchanged in pairs: each becomes the one whose number differs in the bit <paramref name="distance"/>, a power of two below <see cref="Count"/>.</summary>
    static abstract TSelf Exchanged(TSelf a, int distance);

    /// <summary>The sum of all lanes, added in pairs.</summary>
    static abstract T Sum(TSelf a);

    /// <summary>The largest lane; where one is NaN, that or another.</summary>
    static abstract T MaxLane(TSelf a);
}
