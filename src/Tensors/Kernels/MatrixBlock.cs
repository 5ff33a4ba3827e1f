using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>A matrix product on one thread, cut into tiles: what parallel products and convolutions are made of.</summary>
internal static unsafe class MatrixBlock
{
    private const int PanelsTogether = 4;

    // Long sums leave time to fetch what they will be added to or stored over; in short ones that costs more than it gains.
    private const int LongDepth = 192;

    /// <summary>The most rows of a tile: with two vectors in each, what the registers hold, 32 of 512 bits or 16 of fewer.</summary>
    public static int MostRows => Vector512.IsHardwareAccelerated ? 8 : 6;

    /// <summary>The columns of one panel of a packed B, and of one tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PanelWidth<TVector, T>()
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => 2 * TVector.Count;

    /// <summary>How many elements a packed B of <paramref name="depth"/> rows and <paramref name="columns"/> columns has.</summary>
    public static nint PackedLength<TVector, T>(int depth, int columns)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = PanelWidth<TVector, T>();
        return (nint)Parts.Count(columns, width) * width * depth;
    }

    /// <summary>
    /// Copies B[k, j] = b[k·bRow + j·bColumn] into panels: panel after panel, each row after row of 2·Count columns,
    /// the last panel filled up with zeros. B may be some of the rows of a larger one: <paramref name="panelDepth"/> rows,
    /// of which ours begin at <paramref name="panelRow"/>.
    /// </summary>
    public static void Pack<TVector, T>(int depth, int columns, T* b, nint bRow, nint bColumn, T* packed, int panelDepth = 0, int panelRow = 0)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = PanelWidth<TVector, T>(), wholePanels = bColumn == 1 ? columns / width : 0;
        nint panelLength = (nint)width * Math.Max(depth, panelDepth);
        packed += (nint)panelRow * width;
        for (int p = 0; p < wholePanels; p += PanelsTogether)
            CopyPanels<Pair<TVector, T>, T>(Math.Min(PanelsTogether, wholePanels - p), depth, b + (p * width), bRow, packed + (p * panelLength), panelLength);
        for (int j = wholePanels * width; j < columns; j += width)
        {
            int used = Math.Min(width, columns - j);
            T* panel = packed + (j / width * panelLength);
            if (bColumn == 1)
            {
                CopyColumnsThatExist(depth, used, b + j, bRow, panel, width, addToTarget: false, null);
            }
            else if (bRow == 1)
            {
                Transposition.Copy(used, depth, b + (j * bColumn), bColumn, panel, width);
            }
            else
            {
                for (int k = 0; k < depth; k++)
                {
                    for (int n = 0; n < used; n++)
                        panel[(k * width) + n] = b[(k * bRow) + ((j + n) * bColumn)];
                }
            }

            for (int k = 0; k < depth && used < width; k++)
                new Span<T>(panel + ((nint)k * width) + used, width - used).Clear();
        }
    }

    // A row of B goes to a few panels at once and the next rows are asked for: rows lie so far apart that the processor does not
    // fetch them ahead by itself.
    private static void CopyPanels<TRow, T>(int panels, int depth, T* b, nint bRow, T* packed, nint panelLength)
        where TRow : unmanaged, IVector<TRow, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        const int ElementsAhead = 512, LeastRowsAhead = 4;
        int rowsAhead = (int)Math.Max(LeastRowsAhead, ElementsAhead / bRow);
        for (int k = 0; k < depth; k++, b += bRow, packed += TRow.Count)
        {
            if (k + rowsAhead < depth)
                Prefetching.Fetch(b + (rowsAhead * bRow), (nint)panels * TRow.Count);
            for (int p = 0; p < panels; p++)
                TRow.Store(TRow.Load(b + (p * TRow.Count)), packed + (p * panelLength));
        }
    }

    /// <summary>
    /// Copies A[m, k] = a[m·aRow + k·aStep] into panels, one for each row of tiles that <see cref="Multiply"/> makes: column after
    /// column of the tiles' height, so that a tile reads one stream of memory. Takes as many elements as A has; one of the steps must be 1.
    /// </summary>
    public static void PackRows<TVector, T>(int rows, int depth, T* a, nint aRow, nint aStep, T* packed)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (tiles, tileRows, higher) = Tiles(rows);
        for (int i = 0; i < tiles; i++)
        {
            int height = i < higher ? tileRows + 1 : tileRows;
            if (aStep == 1)
            {
                Transposition.Copy(height, depth, a, aRow, packed, height);
            }
            else
            {
                CopyColumns(height, depth, a, aRow, aStep, packed);
            }

            a += height * aRow;
            packed += height * depth;
        }
    }

    // packed[k·height + r] = a[k·aStep + r·aRow]; where a column is contiguous, in vectors of which the last overlaps the one before.
    private static void CopyColumns<T>(int height, int depth, T* a, nint aRow, nint aStep, T* packed)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int count = aRow == 1 && height >= V128<T>.Count ? V128<T>.Count : 1, last = height - count;
        for (int k = 0; k < depth; k++, a += aStep, packed += height)
        {
            for (int r = 0; r < height; r += count)
            {
                int at = Math.Min(r, last);
                if (count == 1)
                    packed[at] = a[at * aRow];
                else
                    V128<T>.Store(V128<T>.Load(a + at), packed + at);
            }
        }
    }

    // Tiles of almost the same number of rows, none of which is much lower than the registers allow: the first ones have a row more.
    private static (int Count, int Rows, int Higher) Tiles(int rows)
    {
        int tiles = (rows + MostRows - 1) / MostRows, tileRows = rows / Math.Max(tiles, 1);
        return (tiles, tileRows, rows - (tiles * tileRows));
    }

    /// <summary>
    /// C[M, N] = A[M, K]·B[K, N] (+ C with <paramref name="accumulate"/>, or + bias[N] where it is not null), where
    /// A[m, k] = a[m·aRow + k·aStep] and C[m, n] = c[m·ldc + n]. With <paramref name="aRow"/> = 0, all of A is packed in panels
    /// as <see cref="PackRows"/> leaves them, in one segment. With <paramref name="ldb"/> = 0, B is packed in panels
    /// as <see cref="Pack"/> leaves them; else B[k, n] = b[k·ldb + n] and N must be a multiple of the panel width.
    /// K may come in <paramref name="segments"/> of <paramref name="depth"/> each, <paramref name="aSegment"/> apart in A
    /// and one after the other in B: windows of an image are rows of A, and the rows of a window are its segments.
    /// Where C is too large for the caches and K is short, <paramref name="rowsAhead"/> says how far ahead its rows are asked for.
    /// </summary>
    public static void Multiply<TVector, T>(
        int rows, int columns, int depth, T* a, nint aRow, nint aStep, T* b, nint ldb, T* c, nint ldc, bool accumulate, T* bias, int segments = 1, nint aSegment = 0, int rowsAhead = 0)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool packedA = aRow == 0;
        if (!packedA && MatrixDot.Applies<TVector, T>(columns, depth, aStep, segments))
        {
            MatrixDot.Multiply<TVector, T>(rows, columns, depth, a, aRow, b, ldb == 0 ? PanelWidth<TVector, T>() : ldb, c, ldc, accumulate, bias, segments, aSegment);
            return;
        }

        int width = PanelWidth<TVector, T>();
        nint ahead = (long)depth * segments >= LongDepth ? 0 : rowsAhead > 0 ? rowsAhead * ldc : -1;
        var (tiles, tileRows, higher) = Tiles(rows);
        T* edge = stackalloc T[8 * width];
        for (int j = 0; j < columns; j += width)
        {
            T* panel = ldb == 0 ? b + ((nint)j * depth * segments) : b + j;
            nint panelRow = ldb == 0 ? width : ldb;
            T* panelBias = bias == null ? null : bias + j;
            int used = Math.Min(width, columns - j);

            // Columns that are no whole number of vectors: each tile goes to a buffer, and what exists of it from there to C.
            bool whole = used == width || used == TVector.Count;
            int i = 0;
            T* tileA = a, tileC = c + j;
            while (i < tiles)
            {
                int height = i < higher ? tileRows + 1 : tileRows, count = !whole ? 1 : i < higher ? higher - i : tiles - i;
                nint rowStep = packedA ? 1 : aRow, step = packedA ? height : aStep, next = height * (packedA ? depth : aRow);
                T* target = whole ? tileC : edge, targetBias = whole ? panelBias : null;
                nint targetRow = whole ? ldc : width;
                if (used <= TVector.Count)
                    Tile<TVector, T>(height, count, next, segments, depth, tileA, rowStep, step, aSegment, panel, panelRow, target, targetRow, accumulate && whole, targetBias, whole ? ahead : -1);
                else
                    Tile<Pair<TVector, T>, T>(height, count, next, segments, depth, tileA, rowStep, step, aSegment, panel, panelRow, target, targetRow, accumulate && whole, targetBias, whole ? ahead : -1);
                if (!whole)
                    CopyColumnsThatExist(height, used, edge, width, tileC, ldc, accumulate, panelBias);
                i += count;
                tileA += count * next;
                tileC += count * height * ldc;
            }
        }
    }

    // Columns that are no whole panel, in vectors as long as they last: copied, or added to what is there, or to a row.
    private static void CopyColumnsThatExist<T>(int rows, int columns, T* source, nint sourceRow, T* target, nint targetRow, bool addToTarget, T* bias)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int r = 0; r < rows; r++, source += sourceRow, target += targetRow)
        {
            T* addend = addToTarget ? target : bias;
            int n = 0;
            for (; n <= columns - V128<T>.Count; n += V128<T>.Count)
            {
                V128<T> v = V128<T>.Load(source + n);
                V128<T>.Store(addend == null ? v : v + V128<T>.Load(addend + n), target + n);
            }

            for (; n < columns; n++)
                target[n] = addend == null ? source[n] : source[n] + addend[n];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile<TRow, T>(
        int rows, int tiles, nint aTile, int segments, int depth, T* a, nint aRow, nint aStep, nint aSegment, T* b, nint ldb, T* c, nint ldc, bool accumulate, T* bias, nint ahead)
        where TRow : unmanaged, IVector<TRow, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        switch (rows)
        {
            case 8: MatrixTile.Multiply<TRow, Rows8, T>(tiles, aTile, segments, depth, a, aRow, aStep, aSegment, b, ldb, c, ldc, accumulate, bias, ahead); break;
            case 7: MatrixTile.Multiply<TRow, Rows7, T>(tiles, aTile, segments, depth, a, aRow, aStep, aSegment, b, ldb, c, ldc, accumulate, bias, ahead); break;
            case 6: MatrixTile.Multiply<TRow, Rows6, T>(tiles, aTile, segments, depth, a, aRow, aStep, aSegment, b, ldb, c, ldc, accumulate, bias, ahead); break;
            case 5: MatrixTile.Multiply<TRow, Rows5, T>(tiles, aTile, segments, depth, a, aRow, aStep, aSegment, b, ldb, c, ldc, accumulate, bias, ahead); break;
            case 4: MatrixTile.Multiply<TRow, Rows4, T>(tiles, aTile, segments, depth, a, aRow, aStep, aSegment, b, ldb, c, ldc, accumulate, bias, ahead); break;
            case 3: MatrixTile.Multiply<TRow, Rows3, T>(tiles, aTile, segments, depth, a, aRow, aStep, aSegment, b, ldb, c, ldc, accumulate, bias, ahead); break;
            case 2: MatrixTile.Multiply<TRow, Rows2, T>(tiles, aTile, segments, depth, a, aRow, aStep, aSegment, b, ldb, c, ldc, accumulate, bias, ahead); break;
            default: MatrixTile.Multiply<TRow, Rows1, T>(tiles, aTile, segments, depth, a, aRow, aStep, aSegment, b, ldb, c, ldc, accumulate, bias, ahead); break;
        }
    }
}
