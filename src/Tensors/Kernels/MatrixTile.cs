using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>How many rows a tile has, as a type: the JIT compiles a tile for each and drops what is not used.</summary>
internal interface ITileRows
{
    static abstract int Rows { get; }
}

internal readonly struct Rows8 : ITileRows
{
    public static int Rows => 8;
}

internal readonly struct Rows7 : ITileRows
{
    public static int Rows => 7;
}

internal readonly struct Rows6 : ITileRows
{
    public static int Rows => 6;
}

internal readonly struct Rows5 : ITileRows
{
    public static int Rows => 5;
}

internal readonly struct Rows4 : ITileRows
{
    public static int Rows => 4;
}

internal readonly struct Rows3 : ITileRows
{
    public static int Rows => 3;
}

internal readonly struct Rows2 : ITileRows
{
    public static int Rows => 2;
}

internal readonly struct Rows1 : ITileRows
{
    public static int Rows => 1;
}

/// <summary>How many vectors wide a tile is, as a type.</summary>
internal interface ITileVectors
{
    static abstract bool Two { get; }
}

internal readonly struct OneVector : ITileVectors
{
    public static bool Two => false;
}

internal readonly struct TwoVectors : ITileVectors
{
    public static bool Two => true;
}

/// <summary>The heart of every matrix product: a tile of C, up to 8 rows by 2 vectors, held in registers over the whole of K.</summary>
internal static unsafe class MatrixTile
{
    private const int LongDepth = 192;

    /// <summary>
    /// tile[rows, 2·Count] = Σ_s Σ_k A[r, s, k]·B[s, k, :], stored at c + r·ldc. K may come in segments: A[r, s, k] is
    /// a[r·aRow + s·aSegment + k·aStep], while the rows of B go on, ldb apart, from one segment to the next. With
    /// <paramref name="accumulate"/> the tile is added to what c holds; else, where <paramref name="bias"/> is not null,
    /// its 2·Count numbers are added to each row. A tile of one vector is the left half of that; B stays as it is.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TVector, TRows, TVectors, T>(
        int segments, nint depth, T* a, nint aRow, nint aStep, nint aSegment, T* b, nint ldb, T* c, nint ldc, bool accumulate, T* bias)
        where TVector : unmanaged, IVector<TVector, T>
        where TRows : unmanaged, ITileRows
        where TVectors : unmanaged, ITileVectors
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int count = TVector.Count;
        T* a0 = a, a1 = a + aRow, a2 = a + (2 * aRow), a3 = a + (3 * aRow);
        T* a4 = a + (4 * aRow), a5 = a + (5 * aRow), a6 = a + (6 * aRow), a7 = a + (7 * aRow);

        // Named locals: indexed accumulators would live in memory.
        TVector c00 = TVector.Zero, c01 = TVector.Zero, c10 = TVector.Zero, c11 = TVector.Zero;
        TVector c20 = TVector.Zero, c21 = TVector.Zero, c30 = TVector.Zero, c31 = TVector.Zero;
        TVector c40 = TVector.Zero, c41 = TVector.Zero, c50 = TVector.Zero, c51 = TVector.Zero;
        TVector c60 = TVector.Zero, c61 = TVector.Zero, c70 = TVector.Zero, c71 = TVector.Zero;

        // Long sums leave time to fetch what they will be added to or stored over; in short ones it costs more than it gains.
        if (depth * segments >= LongDepth)
        {
            for (int r = 0; r < TRows.Rows; r++)
                Prefetching.Fetch(c + (r * ldc), TVectors.Two ? 2 * count : count);
        }

        nint at = 0;
        for (int s = segments; s > 0; s--)
        {
            for (nint k = depth; k > 0; k--)
            {
                TVector b0 = TVector.Load(b), b1 = TVectors.Two ? TVector.Load(b + count) : TVector.Zero;
                TVector x = TVector.Broadcast(a0[at]);
                TVector.AddProduct(ref c00, x, b0);
                if (TVectors.Two)
                    TVector.AddProduct(ref c01, x, b1);
                if (TRows.Rows > 1)
                {
                    x = TVector.Broadcast(a1[at]);
                    TVector.AddProduct(ref c10, x, b0);
                    if (TVectors.Two)
                        TVector.AddProduct(ref c11, x, b1);
                }

                if (TRows.Rows > 2)
                {
                    x = TVector.Broadcast(a2[at]);
                    TVector.AddProduct(ref c20, x, b0);
                    if (TVectors.Two)
                        TVector.AddProduct(ref c21, x, b1);
                }

                if (TRows.Rows > 3)
                {
                    x = TVector.Broadcast(a3[at]);
                    TVector.AddProduct(ref c30, x, b0);
                    if (TVectors.Two)
                        TVector.AddProduct(ref c31, x, b1);
                }

                if (TRows.Rows > 4)
                {
                    x = TVector.Broadcast(a4[at]);
                    TVector.AddProduct(ref c40, x, b0);
                    if (TVectors.Two)
                        TVector.AddProduct(ref c41, x, b1);
                }

                if (TRows.Rows > 5)
                {
                    x = TVector.Broadcast(a5[at]);
                    TVector.AddProduct(ref c50, x, b0);
                    if (TVectors.Two)
                        TVector.AddProduct(ref c51, x, b1);
                }

                if (TRows.Rows > 6)
                {
                    x = TVector.Broadcast(a6[at]);
                    TVector.AddProduct(ref c60, x, b0);
                    if (TVectors.Two)
                        TVector.AddProduct(ref c61, x, b1);
                }

                if (TRows.Rows > 7)
                {
                    x = TVector.Broadcast(a7[at]);
                    TVector.AddProduct(ref c70, x, b0);
                    if (TVectors.Two)
                        TVector.AddProduct(ref c71, x, b1);
                }

                at += aStep;
                b += ldb;
            }

            at += aSegment - (depth * aStep);
        }

        StoreRow(c00, c01, c, accumulate, bias);
        if (TRows.Rows > 1)
            StoreRow(c10, c11, c + ldc, accumulate, bias);
        if (TRows.Rows > 2)
            StoreRow(c20, c21, c + (2 * ldc), accumulate, bias);
        if (TRows.Rows > 3)
            StoreRow(c30, c31, c + (3 * ldc), accumulate, bias);
        if (TRows.Rows > 4)
            StoreRow(c40, c41, c + (4 * ldc), accumulate, bias);
        if (TRows.Rows > 5)
            StoreRow(c50, c51, c + (5 * ldc), accumulate, bias);
        if (TRows.Rows > 6)
            StoreRow(c60, c61, c + (6 * ldc), accumulate, bias);
        if (TRows.Rows > 7)
            StoreRow(c70, c71, c + (7 * ldc), accumulate, bias);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void StoreRow(TVector left, TVector right, T* row, bool accumulate, T* bias)
        {
            T* addend = accumulate ? row : bias;
            if (addend != null)
            {
                left += TVector.Load(addend);
                if (TVectors.Two)
                    right += TVector.Load(addend + TVector.Count);
            }

            TVector.Store(left, row);
            if (TVectors.Two)
                TVector.Store(right, row + TVector.Count);
        }
    }
}
