using System.Numerics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>Layer normalisation (Ba et al., arXiv:1607.06450) of the rows of a matrix [R, C].</summary>
internal static unsafe class LayerNorm
{
    // Rows of gradients are summed in at most this many blocks, and the blocks in order.
    private const int MaxTasks = 64;

    /// <summary>
    /// h = (x - mean) / √(var + epsilon) with mean and (biased) variance of each row; y = h·gamma + beta. mean and rstd, [R],
    /// receive what the backward pass needs; both may be empty where there is none. x, y: [R, C]; gamma, beta: [C]. y may be x.
    /// </summary>
    public static void Forward<T>(
        int rows, int columns, T epsilon, ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, ReadOnlySpan<T> beta, Span<T> y, Span<T> mean, Span<T> rstd)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool keeps = !mean.IsEmpty || !rstd.IsEmpty;
        Check(rows, columns, x.Length, y.Length, gamma.Length, beta.Length, keeps ? mean.Length : rows, keeps ? rstd.Length : rows);
        fixed (T* px = x, pGamma = gamma, pBeta = beta, py = y, pMean = mean, pRstd = rstd)
        {
            var kernel = new ForwardKernel<T>
            {
                Rows = rows,
                Columns = columns,
                RowsPerTask = RowsPerTask(rows, columns),
                Epsilon = epsilon,
                X = px,
                Gamma = pGamma,
                Beta = pBeta,
                Y = py,
                Mean = keeps ? pMean : null,
                Rstd = pRstd,
            };
            Workers.Run<ForwardKernel<T>, T>(kernel, Tasks(rows, columns), columns);
        }
    }

    /// <summary>
    /// The gradients of <see cref="Forward"/>, from dy, the inputs and what was kept: dx is overwritten or added to; dgamma
    /// and dbeta likewise.
    /// </summary>
    /// <remarks>With q = dy·gamma and means along the row: dx = (q - mean(q) - h·mean(q·h))·rstd; dgamma = Σ dy·h; dbeta = Σ dy over rows.</remarks>
    public static void Backward<T>(
        int rows, int columns, ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, ReadOnlySpan<T> mean, ReadOnlySpan<T> rstd, ReadOnlySpan<T> dy,
        Span<T> dx, bool accumulateX, Span<T> dgamma, Span<T> dbeta, bool accumulateParameters)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(rows, columns, x.Length, dy.Length, gamma.Length, dbeta.Length, mean.Length, rstd.Length);
        Check(rows, columns, x.Length, dx.Length, dgamma.Length, dbeta.Length, mean.Length, rstd.Length);
        int tasks = Tasks(rows, columns);
        T* partial = Scratch<T>.Get(ScratchSlot.Statistics, (nint)tasks * 2 * columns);
        fixed (T* px = x, pGamma = gamma, pMean = mean, pRstd = rstd, pdy = dy, pdx = dx)
        {
            var kernel = new BackwardKernel<T>
            {
                Rows = rows,
                Columns = columns,
                RowsPerTask = RowsPerTask(rows, columns),
                X = px,
                Gamma = pGamma,
                Mean = pMean,
                Rstd = pRstd,
                DY = pdy,
                DX = pdx,
                Accumulate = accumulateX,
                Partial = partial,
            };
            Workers.Run<BackwardKernel<T>, T>(kernel, tasks, columns);
        }

        for (int c = 0; c < columns; c++)
        {
            T sumGamma = accumulateParameters ? dgamma[c] : T.Zero, sumBeta = accumulateParameters ? dbeta[c] : T.Zero;
            for (int task = 0; task < tasks; task++)
            {
                sumGamma += partial[((nint)task * 2 * columns) + c];
                sumBeta += partial[((((nint)task * 2) + 1) * columns) + c];
            }

            (dgamma[c], dbeta[c]) = (sumGamma, sumBeta);
        }
    }

    private static int RowsPerTask(int rows, int columns) => Math.Max(Parts.Count(rows, MaxTasks), Math.Max(1, Elementwise.TaskLength / Math.Max(1, columns)));

    private static int Tasks(int rows, int columns) => columns == 0 ? 0 : Parts.Count(rows, RowsPerTask(rows, columns));

    private static void Check(int rows, int columns, int x, int y, int gamma, int beta, int mean, int rstd)
    {
        if (rows < 0 || columns < 0 || (long)rows * columns != x || y != x || gamma != columns || beta != columns || mean != rows || rstd != rows)
            throw new ArgumentException($"Layer normalisation of [{rows}, {columns}] got spans of other lengths: x {x}, y {y}, gamma {gamma}, beta {beta}, mean {mean}, rstd {rstd}.");
    }

    private struct ForwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Rows, Columns, RowsPerTask;
        public T Epsilon;
        public T* X, Gamma, Beta, Y, Mean, Rstd;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int back = Columns - TVector.Count;
            var (from, to) = Parts.Range(task, RowsPerTask, Rows);
            T inverse = T.One / T.CreateChecked(Columns);
            for (int r = from; r < to; r++)
            {
                // The last vector is loaded first: y may be x.
                T* x = X + ((nint)r * Columns), y = Y + ((nint)r * Columns);
                TVector last = TVector.Load(x + back), total = TVector.Zero;
                for (nint c = 0; c < back; c += TVector.Count)
                    total += TVector.Load(x + c);
                T mean = TVector.Sum(total + Tail.OnlyNew<TVector, T>(last, back)) * inverse;

                // Squares of distances from the mean, so that a large mean does not swallow the variance.
                TVector middle = TVector.Broadcast(mean), squares = TVector.Zero;
                for (nint c = 0; c < back; c += TVector.Count)
                {
                    TVector d = TVector.Load(x + c) - middle;
                    squares = TVector.MultiplyAdd(d, d, squares);
                }

                last -= middle;
                TVector lastNew = Tail.OnlyNew<TVector, T>(last, back);
                T rstd = T.One / T.Sqrt((TVector.Sum(TVector.MultiplyAdd(lastNew, lastNew, squares)) * inverse) + Epsilon);
                TVector scale = TVector.Broadcast(rstd);
                for (nint c = 0; c < back; c += TVector.Count)
                    TVector.Store(TVector.MultiplyAdd((TVector.Load(x + c) - middle) * scale, TVector.Load(Gamma + c), TVector.Load(Beta + c)), y + c);
                TVector.Store(TVector.MultiplyAdd(last * scale, TVector.Load(Gamma + back), TVector.Load(Beta + back)), y + back);
                if (Mean != null)
                    (Mean[r], Rstd[r]) = (mean, rstd);
            }
        }
    }

    private struct BackwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public int Rows, Columns, RowsPerTask;
        public bool Accumulate;
        public T* X, Gamma, Mean, Rstd, DY, DX, Partial;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int back = Columns - TVector.Count;
            var (from, to) = Parts.Range(task, RowsPerTask, Rows);
            T inverse = T.One / T.CreateChecked(Columns);
            T* dGamma = Partial + ((nint)task * 2 * Columns), dBeta = dGamma + Columns;
            new Span<T>(dGamma, 2 * Columns).Clear();

            // The sums of the last vector stay in registers over all rows.
            TVector lastGamma = TVector.Zero, lastBeta = TVector.Zero;
            for (int r = from; r < to; r++)
            {
                T* x = X + ((nint)r * Columns), dy = DY + ((nint)r * Columns), dx = DX + ((nint)r * Columns);
                TVector middle = TVector.Broadcast(Mean[r]), scale = TVector.Broadcast(Rstd[r]), totalQ = TVector.Zero, totalQH = TVector.Zero;
                for (nint c = 0; c < back; c += TVector.Count)
                {
                    TVector h = (TVector.Load(x + c) - middle) * scale, d = TVector.Load(dy + c), q = d * TVector.Load(Gamma + c);
                    totalQ += q;
                    totalQH = TVector.MultiplyAdd(q, h, totalQH);
                    TVector.Store(TVector.MultiplyAdd(d, h, TVector.Load(dGamma + c)), dGamma + c);
                    TVector.Store(TVector.Load(dBeta + c) + d, dBeta + c);
                }

                TVector lastH = (TVector.Load(x + back) - middle) * scale, last = TVector.Load(dy + back), lastQ = last * TVector.Load(Gamma + back);
                TVector onlyNew = Tail.OnlyNew<TVector, T>(lastQ, back);
                T sumQ = TVector.Sum(totalQ + onlyNew), sumQH = TVector.Sum(TVector.MultiplyAdd(onlyNew, lastH, totalQH));
                lastGamma = TVector.MultiplyAdd(last, lastH, lastGamma);
                lastBeta += last;

                TVector meanQ = TVector.Broadcast(sumQ * inverse), meanQH = TVector.Broadcast(sumQH * inverse);
                last = (lastQ - meanQ - (lastH * meanQH)) * scale;
                if (Accumulate)
                    last += TVector.Load(dx + back);
                for (nint c = 0; c < back; c += TVector.Count)
                {
                    TVector d = ((TVector.Load(dy + c) * TVector.Load(Gamma + c)) - meanQ - ((TVector.Load(x + c) - middle) * scale * meanQH)) * scale;
                    TVector.Store(Accumulate ? TVector.Load(dx + c) + d : d, dx + c);
                }

                TVector.Store(last, dx + back);
            }

            TVector.Store(lastGamma, dGamma + back);
            TVector.Store(lastBeta, dBeta + back);
        }
    }
}
