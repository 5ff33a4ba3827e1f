using System.Numerics;
using System.Numerics.Tensors;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>Matrix products with a small C and a long K, as gradients of weights are: too few blocks of C for the threads, so K is cut.</summary>
/// <remarks>
/// K is cut into parts. A task walks over one of them in blocks of K, which stay in the second-level cache, and adds up a C of its
/// own. These are added in order: how many there are depends on the problem alone.
/// </remarks>
internal unsafe struct DeepProduct<T> : IKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // The largest C, the shortest K and how much longer it is than C's sides; the most parts, and the shortest.
    private const int LargestC = 1 << 15, ShortestDepth = 2048, Deeper = 8, MostParts = 16, ShortestPart = 512;

    // The most elements of A and B in a block of K: 256 KB of float.
    private const int MostBlock = 1 << 16;

    private int _rows, _columns, _depth, _partDepth, _block;
    private T* _a, _b, _sums;
    private nint _aRow, _aStep, _bRow, _bColumn;

    /// <summary>Whether a product is one of these.</summary>
    public static bool Applies(int rows, int columns, int depth) =>
        depth >= ShortestDepth && (long)rows * columns <= LargestC && depth / Deeper >= Math.Max(rows, columns);

    /// <summary>C[m, n] = Σ_k a[m·aRow + k·aStep]·b[k·bRow + n·bColumn], added to C with <paramref name="accumulate"/>, or to bias[n] where it is not null.</summary>
    public static void Multiply(int rows, int columns, int depth, T* a, nint aRow, nint aStep, T* b, nint bRow, nint bColumn, T* c, nint ldc, bool accumulate, T* bias)
    {
        int parts = Math.Clamp(depth / ShortestPart, 1, MostParts), partDepth = (depth + parts - 1) / parts, size = rows * columns;
        parts = (depth + partDepth - 1) / partDepth;
        var kernel = new DeepProduct<T>
        {
            _rows = rows,
            _columns = columns,
            _depth = depth,
            _partDepth = partDepth,
            _block = Math.Clamp(MostBlock / (rows + columns) / 8 * 8, 64, MatrixProduct.DepthBlock),
            _a = a,
            _aRow = aRow,
            _aStep = aStep,
            _b = b,
            _bRow = bRow,
            _bColumn = bColumn,
            _sums = Scratch<T>.Get(ScratchSlot.Sums, (nint)parts * size),
        };
        Workers.Run<DeepProduct<T>, T>(kernel, parts);

        var total = new Span<T>(kernel._sums, size);
        for (int part = 1; part < parts; part++)
            TensorPrimitives.Add(total, new ReadOnlySpan<T>(kernel._sums + ((nint)part * size), size), total);
        for (int m = 0; m < rows; m++)
        {
            var target = new Span<T>(c + (m * ldc), columns);
            var row = total.Slice(m * columns, columns);
            if (accumulate)
                TensorPrimitives.Add(target, row, target);
            else if (bias != null)
                TensorPrimitives.Add(new ReadOnlySpan<T>(bias, columns), row, target);
            else
                row.CopyTo(target);
        }
    }

    /// <inheritdoc/>
    public readonly void Run<TVector>(int task)
        where TVector : unmanaged, IVector<TVector, T>
    {
        T* packed = Scratch<T>.Get(ScratchSlot.PackedA, MatrixBlock.PackedLength<TVector, T>(_block, _columns));
        T* sum = _sums + ((nint)task * _rows * _columns);
        int from = task * _partDepth, to = Math.Min(_depth, from + _partDepth);
        for (int k = from; k < to; k += _block)
        {
            // Rows of A that follow each other in memory are read a few columns at a time, so they are asked for whole.
            int depth = Math.Min(_block, to - k);
            T* a = _a + (k * _aStep);
            if (_aRow == 1 && _aStep == _rows)
                Prefetching.Fetch(a, (nint)depth * _rows);
            MatrixBlock.Pack<TVector, T>(depth, _columns, _b + (k * _bRow), _bRow, _bColumn, packed);
            MatrixBlock.Multiply<TVector, T>(_rows, _columns, depth, a, _aRow, _aStep, packed, 0, sum, _columns, accumulate: k > from, null);
        }
    }
}
