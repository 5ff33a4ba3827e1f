using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>Softmax and its logarithm along the rows of a matrix, with the row's maximum subtracted first so that nothing overflows.</summary>
internal static unsafe class Softmax
{
    /// <summary>y[r, c] = e^(x[r, c]) / Σ_c' e^(x[r, c']), or x[r, c] - ln Σ e^x with <paramref name="logarithm"/>. y may be x.</summary>
    public static void Forward<T>(int rows, int columns, bool logarithm, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(rows, columns, x.Length, y.Length);
        fixed (T* px = x, py = y)
        {
            var kernel = new ForwardKernel<T> { Rows = rows, Columns = columns, Logarithm = logarithm, X = px, Y = py, RowsPerTask = RowsPerTask(columns) };
            Workers.Run<ForwardKernel<T>, T>(kernel, Tasks(rows, columns));
        }
    }

    /// <summary>
    /// From y and dy: dx = y·(dy - Σ dy·y), or for the logarithm dx = dy - e^y·Σ dy; overwritten or added to. Sums are over the row.
    /// </summary>
    public static void Backward<T>(int rows, int columns, bool logarithm, ReadOnlySpan<T> y, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(rows, columns, y.Length, dx.Length);
        Check(rows, columns, dy.Length, dx.Length);
        fixed (T* py = y, pdy = dy, pdx = dx)
        {
            var kernel = new BackwardKernel<T>
            {
                Rows = rows,
                Columns = columns,
                Logarithm = logarithm,
                Y = py,
                DY = pdy,
                DX = pdx,
                Accumulate = accumulate,
                RowsPerTask = RowsPerTask(columns),
            };
            Workers.Run<BackwardKernel<T>, T>(kernel, Tasks(rows, columns), columns);
        }
    }

    private static int RowsPerTask(int columns) => Math.Max(1, Elementwise.TaskLength / Math.Max(1, columns));

    // Rows without columns have no maximum, and nothing to do.
    private static int Tasks(int rows, int columns) => columns == 0 ? 0 : Parts.Count(rows, RowsPerTask(columns));

    private static void Check(int rows, int columns, int x, int y)
    {
        if (rows < 0 || columns < 0 || (long)rows * columns != x || x != y)
            throw new ArgumentException($"Softmax over [{rows}, {columns}] got spans of {x} and {y} elements.");
    }

    private struct ForwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Rows, Columns, RowsPerTask;
        public bool Logarithm;
        public T* X, Y;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            var (from, to) = Parts.Range(task, RowsPerTask, Rows);
            nint at = (nint)from * Columns;
            SoftmaxRows.Forward<TVector, T>(to - from, Columns, Columns, Logarithm, T.One, X + at, Y + at, null);
        }
    }

    private struct BackwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Rows, Columns, RowsPerTask;
        public bool Logarithm, Accumulate;
        public T* Y, DY, DX;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            var (from, to) = Parts.Range(task, RowsPerTask, Rows);
            for (int r = from; r < to; r++)
                OneRow<TVector>(Y + ((nint)r * Columns), DY + ((nint)r * Columns), DX + ((nint)r * Columns));
        }

        private readonly void OneRow<TVector>(T* y, T* dy, T* dx)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int back = Columns - TVector.Count;
            TVector total = TVector.Zero;
            for (nint c = 0; c < back; c += TVector.Count)
                total = Logarithm ? total + TVector.Load(dy + c) : TVector.MultiplyAdd(TVector.Load(y + c), TVector.Load(dy + c), total);
            TVector lastY = TVector.Load(y + back), last = TVector.Load(dy + back), onlyNew = Tail.OnlyNew<TVector, T>(last, back);
            total = Logarithm ? total + onlyNew : TVector.MultiplyAdd(lastY, onlyNew, total);

            TVector sum = TVector.Broadcast(TVector.Sum(total));
            last = Gradient(lastY, last, sum);
            if (Accumulate)
                last += TVector.Load(dx + back);
            for (nint c = 0; c < back; c += TVector.Count)
            {
                TVector d = Gradient(TVector.Load(y + c), TVector.Load(dy + c), sum);
                TVector.Store(Accumulate ? d + TVector.Load(dx + c) : d, dx + c);
            }

            TVector.Store(last, dx + back);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly TVector Gradient<TVector>(TVector y, TVector dy, TVector sum)
            where TVector : unmanaged, IVector<TVector, T> =>
            Logarithm ? dy - (VectorMath.ExpUpToZero<TVector, T>(y) * sum) : y * (dy - sum);
    }
}
