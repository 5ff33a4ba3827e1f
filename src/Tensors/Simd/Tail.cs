using System.Numerics;
using System.Runtime.CompilerServices;

namespace Diffusion.Tensors.Simd;

/// <summary>The end of a row that is no whole number of vectors: the last vector reaches back into the one before it.</summary>
/// <remarks>
/// So an odd width costs one vector more, and no single numbers. What is stored is the same where the two overlap, so it may be
/// stored twice; but where it takes the place of an operand, the last vector is computed, or loaded, before anything is
/// stored. What is added to something counts once: <see cref="OnlyNew"/>, <see cref="StoreNew"/>.
/// </remarks>
internal static unsafe class Tail
{
    /// <summary>Where the vector after that at <paramref name="c"/> begins, or the length of the row where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Next<TVector, T>(nint c, nint length)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        c += TVector.Count;
        return c < length ? Math.Min(c, length - TVector.Count) : length;
    }

    /// <summary>The lanes of the vector at <paramref name="c"/> that none before it has; the others are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector OnlyNew<TVector, T>(TVector value, nint c)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        Shared<TVector, T>(c) == 0 ? value : Chosen<TVector, T>(value, TVector.Zero, c);

    /// <summary>row[c] and on = the lanes of a vector that none before it has stored.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreNew<TVector, T>(TVector value, T* row, nint c)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        TVector.Store(Shared<TVector, T>(c) == 0 ? value : Chosen<TVector, T>(value, TVector.Load(row + c), c), row + c);

    // Up to the next multiple of vectors, all is the vector's before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Shared<TVector, T>(nint c)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => -c & (TVector.Count - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Chosen<TVector, T>(TVector value, TVector old, nint c)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        TVector.WhereGreater(TVector.Indices, TVector.Broadcast(T.CreateTruncating(Shared<TVector, T>(c) - 1)), value, old);
}
