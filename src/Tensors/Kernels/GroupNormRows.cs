using System.Numerics;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// Rows of up to two tables [R, C] that are added to all positions of a sample before it is normalised: how step and class
/// reach a layer. Indices, one for each sample, must be in range: the caller has checked them. The default adds nothing.
/// </summary>
internal readonly ref struct GroupNormRows<T>(ReadOnlySpan<T> table1, ReadOnlySpan<int> index1, ReadOnlySpan<T> table2 = default, ReadOnlySpan<int> index2 = default)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public ReadOnlySpan<T> Table1 { get; } = table1;

    public ReadOnlySpan<int> Index1 { get; } = index1;

    public ReadOnlySpan<T> Table2 { get; } = table2;

    public ReadOnlySpan<int> Index2 { get; } = index2;

    /// <summary>Whether there is a row of a table for each sample, of as many tables as are given.</summary>
    public bool Fits(in GroupNormShape shape) => Fits(shape, Table1.Length, Index1.Length) && Fits(shape, Table2.Length, Index2.Length);

    private static bool Fits(in GroupNormShape shape, int table, int index) =>
        table == 0 ? index == 0 || shape.Channels == 0 : index == shape.Batch && table % shape.Channels == 0;
}

/// <summary>The same for the tasks of a kernel.</summary>
internal unsafe struct GroupNormRowPointers<T>(T* table1, int* index1, T* table2, int* index2)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Whether nothing is added to any sample.</summary>
    public readonly bool IsEmpty => table1 == null && table2 == null;

    /// <summary>shift[c] = what is added to channel c of a sample.</summary>
    public readonly void Sum<TVector>(int sample, int channels, T* shift)
        where TVector : unmanaged, IVector<TVector, T>
    {
        T* row1 = table1 == null ? null : table1 + ((nint)index1[sample] * channels), row2 = table2 == null ? null : table2 + ((nint)index2[sample] * channels);
        for (nint c = 0; c < channels; c = Tail.Next<TVector, T>(c, channels))
        {
            TVector sum = row1 == null ? TVector.Zero : TVector.Load(row1 + c);
            TVector.Store(row2 == null ? sum : sum + TVector.Load(row2 + c), shift + c);
        }
    }
}
