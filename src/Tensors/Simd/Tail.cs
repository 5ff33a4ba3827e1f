using System.Numerics;
using System.Runtime.CompilerServices;

namespace Diffusion.Tensors.Simd;

/// <summary>The end of a row that is no whole number of vectors: the last vector reaches back into the one before it.</summary>
/// <remarks>
/// So an odd width costs one vector more, and no single numbers. What is stored is the same where the two overlap, so it may be
/// stored twice; but where it takes the place of an operand, the last vector is computed, or loaded, before anything is
/// stored. What is added to something counts once: <see cref="OnlyNew"/>.
/// </remarks>
internal static class Tail
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
        where T : unmanaged, IFloatingPointIeee754<T> => NewOr<TVector, T>(value, TVector.Zero, c);

    /// <summary>The lanes of the vector at <paramref name="c"/> that none before it has; the others are those of <paramref name="old"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector NewOr<TVector, T>(TVector value, TVector old, nint c)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Up to the next multiple of vectors, all is the vector's before.
        nint shared = -c & (TVector.Count - 1);
        return shared == 0 ? value : TVector.WhereGreater(TVector.Indices, TVector.Broadcast(T.CreateTruncating(shared - 1)), value, old);
    }
}
