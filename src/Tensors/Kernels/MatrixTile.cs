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

/// <summary>The heart of every matrix product: tiles of C, up to 8 rows of one or two vectors, each held in registers over the whole of K.</summary>
internal static unsafe class MatrixTile
{
    /// <summary>
    /// Each tile[rows, Count] = Σ_s Σ_k A[r, s, k]·B[s, k, :], stored at c + r·ldc. K may come in segments: A[r, s, k] is
    /// a[r·aRow + s·aSegment + k·aStep], while the rows of B go on, ldb apart, from one segment to the next. With
    /// <paramref name="accumulate"/> the tile is added to what c holds; else, where <paramref name="bias"/> is not null,
    /// its Count numbers are added to each row. A row of a tile is a <typeparamref name="TRow"/>: a vector, or a pair of them.
    /// The tiles are one below the other: in A, <paramref name="aTile"/> apart. While a tile is made, what lies
    /// <paramref name="ahead"/> elements after it in C is asked for; nothing where that is negative.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TRow, TRows, T>(
        int tiles, nint aTile, int segments, nint depth, T* a, nint aRow, nint aStep, nint aSegment, T* b, nint ldb, T* c, nint ldc, bool accumulate, T* bias, nint ahead)
        where TRow : unmanaged, IVector<TRow, T>
        where TRows : unmanaged, ITileRows
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (; tiles > 0; tiles--, a += aTile, c += TRows.Rows * ldc)
        {
            T* a0 = a, a1 = a + aRow, a2 = a + (2 * aRow), a3 = a + (3 * aRow);
            T* a4 = a + (4 * aRow), a5 = a + (5 * aRow), a6 = a + (6 * aRow), a7 = a + (7 * aRow);

            // Named locals: indexed accumulators would live in memory.
            TRow c0 = TRow.Zero, c1 = TRow.Zero, c2 = TRow.Zero, c3 = TRow.Zero, c4 = TRow.Zero, c5 = TRow.Zero, c6 = TRow.Zero, c7 = TRow.Zero;

            if (ahead >= 0)
            {
                for (int r = 0; r < TRows.Rows; r++)
                    Prefetching.Fetch(c + ahead + (r * ldc), TRow.Count);
            }

            nint at = 0;
            T* row = b;
            for (int s = segments; s > 0; s--)
            {
                // Four at a time: the counting and stepping would be a fifth of the loop's instructions.
                nint k = depth;
                for (; k >= 4; k -= 4)
                {
                    Step(ref at, aStep, ref row, ldb, a0, a1, a2, a3, a4, a5, a6, a7, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7);
                    Step(ref at, aStep, ref row, ldb, a0, a1, a2, a3, a4, a5, a6, a7, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7);
                    Step(ref at, aStep, ref row, ldb, a0, a1, a2, a3, a4, a5, a6, a7, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7);
                    Step(ref at, aStep, ref row, ldb, a0, a1, a2, a3, a4, a5, a6, a7, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7);
                }

                for (; k > 0; k--)
                {
                    Step(ref at, aStep, ref row, ldb, a0, a1, a2, a3, a4, a5, a6, a7, ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7);
                }

                at += aSegment - (depth * aStep);
            }

            T* addend = accumulate ? c : bias;
            nint addendRow = accumulate ? ldc : 0;
            if (addend != null)
            {
                c0 += TRow.Load(addend);
                if (TRows.Rows > 1)
                    c1 += TRow.Load(addend + addendRow);
                if (TRows.Rows > 2)
                    c2 += TRow.Load(addend + (2 * addendRow));
                if (TRows.Rows > 3)
                    c3 += TRow.Load(addend + (3 * addendRow));
                if (TRows.Rows > 4)
                    c4 += TRow.Load(addend + (4 * addendRow));
                if (TRows.Rows > 5)
                    c5 += TRow.Load(addend + (5 * addendRow));
                if (TRows.Rows > 6)
                    c6 += TRow.Load(addend + (6 * addendRow));
                if (TRows.Rows > 7)
                    c7 += TRow.Load(addend + (7 * addendRow));
            }

            TRow.Store(c0, c);
            if (TRows.Rows > 1)
                TRow.Store(c1, c + ldc);
            if (TRows.Rows > 2)
                TRow.Store(c2, c + (2 * ldc));
            if (TRows.Rows > 3)
                TRow.Store(c3, c + (3 * ldc));
            if (TRows.Rows > 4)
                TRow.Store(c4, c + (4 * ldc));
            if (TRows.Rows > 5)
                TRow.Store(c5, c + (5 * ldc));
            if (TRows.Rows > 6)
                TRow.Store(c6, c + (6 * ldc));
            if (TRows.Rows > 7)
                TRow.Store(c7, c + (7 * ldc));
        }

        // One k: a column of A times a row of B; then on to the next.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Step(
            ref nint at, nint aStep, ref T* b, nint ldb, T* a0, T* a1, T* a2, T* a3, T* a4, T* a5, T* a6, T* a7,
            ref TRow c0, ref TRow c1, ref TRow c2, ref TRow c3, ref TRow c4, ref TRow c5, ref TRow c6, ref TRow c7)
        {
            TRow row = TRow.Load(b);
            TRow.AddProduct(ref c0, TRow.Broadcast(a0[at]), row);
            if (TRows.Rows > 1)
                TRow.AddProduct(ref c1, TRow.Broadcast(a1[at]), row);
            if (TRows.Rows > 2)
                TRow.AddProduct(ref c2, TRow.Broadcast(a2[at]), row);
            if (TRows.Rows > 3)
                TRow.AddProduct(ref c3, TRow.Broadcast(a3[at]), row);
            if (TRows.Rows > 4)
                TRow.AddProduct(ref c4, TRow.Broadcast(a4[at]), row);
            if (TRows.Rows > 5)
                TRow.AddProduct(ref c5, TRow.Broadcast(a5[at]), row);
            if (TRows.Rows > 6)
                TRow.AddProduct(ref c6, TRow.Broadcast(a6[at]), row);
            if (TRows.Rows > 7)
                TRow.AddProduct(ref c7, TRow.Broadcast(a7[at]), row);
            at += aStep;
            b += ldb;
        }
    }
}
