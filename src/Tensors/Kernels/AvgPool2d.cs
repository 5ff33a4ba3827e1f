using System.Numerics;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>Average pooling of images [N, H, W, C]: the mean under a window, for each channel by itself.</summary>
internal static unsafe class AvgPool2d
{
    /// <summary>
    /// y [N, Hout, Wout, C] from x. A window's sum is divided by the number of its taps, those in the padding included (as
    /// zeros) or, without <paramref name="countPadding"/>, only those in the image.
    /// </summary>
    public static void Forward<T>(in Pool2dShape shape, bool countPadding, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, x.Length, y.Length);
        int rows = shape.Batch * shape.OutSize.Height, perTask = Math.Max(1, Elementwise.TaskLength / Math.Max(1, shape.OutSize.Width * shape.Channels));
        fixed (T* px = x, py = y)
        {
            var kernel = new ForwardKernel<T> { Shape = shape, X = px, Y = py, CountPadding = countPadding, Rows = rows, RowsPerTask = perTask };
            Workers.Run<ForwardKernel<T>, T>(kernel, Parts.Count(rows, perTask), shape.Channels);
        }
    }

    /// <summary>dx from dy: each tap in the image gets an equal share. dx is overwritten or added to.</summary>
    public static void Backward<T>(in Pool2dShape shape, bool countPadding, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, dx.Length, dy.Length);
        int perTask = MaxPool2d.ImagesPerTask(shape);
        fixed (T* pdy = dy, pdx = dx)
        {
            var kernel = new BackwardKernel<T> { Shape = shape, DY = pdy, DX = pdx, CountPadding = countPadding, Accumulate = accumulate, ImagesPerTask = perTask };
            Workers.Run<BackwardKernel<T>, T>(kernel, Parts.Count(shape.Batch, perTask), shape.Channels);
        }
    }

    private static void Check(in Pool2dShape shape, int x, int y)
    {
        if (x != shape.Input.Length || y != shape.Output.Length)
            throw new ArgumentException($"Average pooling of {shape.Input} to {shape.Output} got spans of {x} and {y} elements.");
    }

    private struct ForwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Pool2dShape Shape;
        public T* X, Y;
        public bool CountPadding;
        public int Rows, RowsPerTask;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int channels = Shape.Channels, outWidth = Shape.OutSize.Width, outHeight = Shape.OutSize.Height;
            nint rowLength = (nint)Shape.Size.Width * channels;
            var (from, to) = Parts.Range(task, RowsPerTask, Rows);
            for (int r = from; r < to; r++)
            {
                var (fromH, toH, row) = Shape.Rows(r % outHeight);
                T* rows = X + ((((nint)(r / outHeight) * Shape.Size.Height) + row + fromH) * rowLength);
                for (int j = 0; j < outWidth; j++)
                {
                    var (fromW, toW, column) = Shape.Columns(j);
                    TVector share = TVector.Broadcast(T.One / T.CreateTruncating(CountPadding ? (long)Shape.Kernel.Height * Shape.Kernel.Width : (long)(toH - fromH) * (toW - fromW)));
                    T* y = Y + ((((nint)r * outWidth) + j) * channels), window = rows + ((nint)(column + fromW) * channels);
                    nint nextRow = rowLength - ((nint)(toW - fromW) * channels);
                    for (nint c = 0; c < channels; c = Tail.Next<TVector, T>(c, channels))
                    {
                        T* tap = window + c;
                        TVector sum = TVector.Zero;
                        for (int kh = fromH; kh < toH; kh++, tap += nextRow)
                        {
                            for (int kw = fromW; kw < toW; kw++, tap += channels)
                                sum += TVector.Load(tap);
                        }

                        TVector.Store(sum * share, y + c);
                    }
                }
            }
        }
    }

    private struct BackwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Pool2dShape Shape;
        public T* DY, DX;
        public bool CountPadding, Accumulate;
        public int ImagesPerTask;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int channels = Shape.Channels, outWidth = Shape.OutSize.Width, outHeight = Shape.OutSize.Height;
            int imageLength = Shape.Size.Area * channels;
            nint rowLength = (nint)Shape.Size.Width * channels;
            var (from, to) = Parts.Range(task, ImagesPerTask, Shape.Batch);
            for (int n = from; n < to; n++)
            {
                T* image = DX + ((nint)n * imageLength);
                if (!Accumulate)
                    new Span<T>(image, imageLength).Clear();
                for (int i = 0; i < outHeight; i++)
                {
                    var (fromH, toH, row) = Shape.Rows(i);
                    for (int j = 0; j < outWidth; j++)
                    {
                        var (fromW, toW, column) = Shape.Columns(j);
                        TVector share = TVector.Broadcast(T.One / T.CreateTruncating(CountPadding ? (long)Shape.Kernel.Height * Shape.Kernel.Width : (long)(toH - fromH) * (toW - fromW)));
                        T* dy = DY + ((((((nint)n * outHeight) + i) * outWidth) + j) * channels);
                        for (nint c = 0; c < channels; c = Tail.Next<TVector, T>(c, channels))
                        {
                            TVector d = Tail.OnlyNew<TVector, T>(TVector.Load(dy + c) * share, c);
                            for (int kh = fromH; kh < toH; kh++)
                            {
                                for (int kw = fromW; kw < toW; kw++)
                                {
                                    T* dx = image + ((row + kh) * rowLength) + ((nint)(column + kw) * channels) + c;
                                    TVector.Store(TVector.Load(dx) + d, dx);
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
