using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Diffusion.Tensors.Simd;

/// <summary>Copies of matrices with rows and columns exchanged, by squares of 4 by 4 floats or 2 by 2 doubles in registers.</summary>
internal static unsafe class Transposition
{
    /// <summary>target[j·targetRow + i] = source[i·sourceRow + j] for i below <paramref name="rows"/> and j below <paramref name="columns"/>. The two must not overlap.</summary>
    public static void Copy<T>(int rows, int columns, T* source, nint sourceRow, T* target, nint targetRow)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int side = Vector128.IsHardwareAccelerated ? Vector128<T>.Count : 1;
        if (side == 1 || rows < side || columns < side)
        {
            for (int i = 0; i < rows; i++)
            {
                T* from = source + (i * sourceRow), to = target + i;
                for (int j = 0; j < columns; j++, to += targetRow)
                    *to = from[j];
            }

            return;
        }

        // The last square of a row or column overlaps the one before it where the size is no multiple.
        for (int i = 0; i < rows; i += side)
        {
            int row = Math.Min(i, rows - side);
            T* from = source + (row * sourceRow), to = target + row;
            for (int j = 0; j <= columns - side; j += side)
                Square(from + j, sourceRow, to + (j * targetRow), targetRow);
            if (columns % side != 0)
                Square(from + columns - side, sourceRow, to + ((columns - side) * targetRow), targetRow);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Square<T>(T* source, nint sourceRow, T* target, nint targetRow)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
        {
            float* from = (float*)source, to = (float*)target;
            var (even0, even1) = Zip(Vector128.Load(from), Vector128.Load(from + (2 * sourceRow)));
            var (odd0, odd1) = Zip(Vector128.Load(from + sourceRow), Vector128.Load(from + (3 * sourceRow)));
            var (c0, c1) = Zip(even0, odd0);
            var (c2, c3) = Zip(even1, odd1);
            c0.Store(to);
            c1.Store(to + targetRow);
            c2.Store(to + (2 * targetRow));
            c3.Store(to + (3 * targetRow));
        }
        else
        {
            double* from = (double*)source, to = (double*)target;
            Vector128<double> first = Vector128.Load(from), second = Vector128.Load(from + sourceRow);
            Vector128.Create(first.GetLower(), second.GetLower()).Store(to);
            Vector128.Create(first.GetUpper(), second.GetUpper()).Store(to + targetRow);
        }
    }

    // (a0, b0, a1, b1) and (a2, b2, a3, b3)
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<float> Low, Vector128<float> High) Zip(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b))
        : AdvSimd.Arm64.IsSupported ? (AdvSimd.Arm64.ZipLow(a, b), AdvSimd.Arm64.ZipHigh(a, b))
        : (Vector128.Create(a[0], b[0], a[1], b[1]), Vector128.Create(a[2], b[2], a[3], b[3]));
}
