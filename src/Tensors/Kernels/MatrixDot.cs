using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// Matrix products of a few columns, which would leave most lanes of a tile empty: each number is the dot product of a row
/// of A and a column of B, with vectors along K.
/// </summary>
internal static unsafe class MatrixDot
{
    /// <summary>Whether <see cref="Multiply"/> can do it, and faster than tiles: rows of A that are contiguous, and long enough for the sums at their ends not to matter.</summary>
    public static bool Applies<TVector, T>(int columns, int depth, nint aStep, int segments)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        columns <= 4 && aStep == 1 && TVector.Count > 1 && depth % TVector.Count == 0 && depth * segments >= 4 * TVector.Count;

    /// <summary>The same as <see cref="MatrixBlock.Multiply"/>, for rows of A without gaps: B[k, n] = b[k·ldb + n].</summary>
    public static void Multiply<TVector, T>(
        int rows, int columns, int depth, T* a, nint aRow, T* b, nint ldb, T* c, nint ldc, bool accumulate, T* bias, int segments, nint aSegment)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* column = Scratch<T>.Get(ScratchSlot.Column, (nint)depth * segments);
        for (int n = 0; n < columns; n++)
        {
            for (int k = 0; k < depth * segments; k++)
                column[k] = b[(k * ldb) + n];
            T offset = bias == null ? T.Zero : bias[n];
            for (int i = 0; i < rows; i += 4)
            {
                // Rows beyond the last repeat it and are not stored.
                int last = Math.Min(3, rows - 1 - i);
                T* rowA = a + (i * aRow), tile = c + (i * ldc) + n;
                var (s0, s1, s2, s3) = FourRows<TVector, T>(segments, depth, rowA, rowA + (Math.Min(1, last) * aRow), rowA + (Math.Min(2, last) * aRow), rowA + (last * aRow), aSegment, column);
                Put(s0, tile, accumulate, offset);
                if (last > 0)
                    Put(s1, tile + ldc, accumulate, offset);
                if (last > 1)
                    Put(s2, tile + (2 * ldc), accumulate, offset);
                if (last > 2)
                    Put(s3, tile + (3 * ldc), accumulate, offset);
            }
        }

        static void Put(T sum, T* target, bool accumulate, T offset) => *target = sum + (accumulate ? *target : offset);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (T S0, T S1, T S2, T S3) FourRows<TVector, T>(int segments, nint depth, T* a0, T* a1, T* a2, T* a3, nint aSegment, T* b)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector s0 = TVector.Zero, s1 = TVector.Zero, s2 = TVector.Zero, s3 = TVector.Zero;
        nint at = 0;
        for (int s = segments; s > 0; s--)
        {
            for (nint k = depth; k > 0; k -= TVector.Count)
            {
                TVector x = TVector.Load(b);
                s0 = TVector.MultiplyAdd(TVector.Load(a0 + at), x, s0);
                s1 = TVector.MultiplyAdd(TVector.Load(a1 + at), x, s1);
                s2 = TVector.MultiplyAdd(TVector.Load(a2 + at), x, s2);
                s3 = TVector.MultiplyAdd(TVector.Load(a3 + at), x, s3);
                at += TVector.Count;
                b += TVector.Count;
            }

            at += aSegment - depth;
        }

        return (TVector.Sum(s0), TVector.Sum(s1), TVector.Sum(s2), TVector.Sum(s3));
    }
}
