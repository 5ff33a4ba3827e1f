using System.Numerics;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>Max pooling of images [N, H, W, C]: the largest number under a window, for each channel by itself.</summary>
/// <remarks>
/// Channels are last, so a window is a few rows of channels. Which tap was the largest is kept as a number, kh·Kw + kw, and
/// so is chosen by the same comparison as the largest itself.
/// </remarks>
internal static unsafe class MaxPool2d
{
    /// <summary>
    /// y [N, Hout, Wout, C] from x. place, as y, receives which tap is the largest, the first where several are equal; empty
    /// where no backward pass follows. NaN in a window makes its maximum NaN, and its place any tap of the window.
    /// </summary>
    public static void Forward<T>(in Pool2dShape shape, ReadOnlySpan<T> x, Span<T> y, Span<T> place)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, x.Length, y.Length, place.IsEmpty ? y.Length : place.Length);
        if (!place.IsEmpty && typeof(T) == typeof(float) && (long)shape.Kernel.Height * shape.Kernel.Width > 1 << 24)
            throw new ArgumentException($"The taps of a window of {shape.Kernel} are more than the {1 << 24} that can be told apart in single precision, which gradients need.", nameof(shape));
        int rows = shape.Batch * shape.OutSize.Height, perTask = Math.Max(1, Elementwise.TaskLength / Math.Max(1, shape.OutSize.Width * shape.Channels));
        fixed (T* px = x, py = y, pPlace = place)
        {
            var kernel = new ForwardKernel<T> { Shape = shape, X = px, Y = py, Place = place.IsEmpty ? null : pPlace, Rows = rows, RowsPerTask = perTask };
            Workers.Run<ForwardKernel<T>, T>(kernel, Parts.Count(rows, perTask), shape.Channels);
        }
    }

    /// <summary>dx from dy and what <see cref="Forward"/> kept: the largest tap gets dy. dx is overwritten or added to.</summary>
    public static void Backward<T>(in Pool2dShape shape, ReadOnlySpan<T> place, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, dx.Length, dy.Length, place.Length);
        int perTask = ImagesPerTask(shape);
        fixed (T* pPlace = place, pdy = dy, pdx = dx)
        {
            var kernel = new BackwardKernel<T> { Shape = shape, Place = pPlace, DY = pdy, DX = pdx, Accumulate = accumulate, ImagesPerTask = perTask };
            Workers.Run<BackwardKernel<T>, T>(kernel, Parts.Count(shape.Batch, perTask), shape.Channels);
        }
    }

    // Windows may overlap, so an image's gradient is one task's.
    internal static int ImagesPerTask(in Pool2dShape shape) => Math.Max(1, Elementwise.TaskLength / Math.Max(1, shape.Size.Area * shape.Channels));

    private static void Check(in Pool2dShape shape, int x, int y, int place)
    {
        if (x != shape.Input.Length || y != shape.Output.Length || place != shape.Output.Length)
            throw new ArgumentException($"Max pooling of {shape.Input} to {shape.Output} got spans of {x}, {y} and {place} elements.");
    }

    private struct ForwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Pool2dShape Shape;
        public T* X, Y, Place;
        public int Rows, RowsPerTask;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int channels = Shape.Channels, kernelWidth = Shape.Kernel.Width, outWidth = Shape.OutSize.Width, outHeight = Shape.OutSize.Height;
            nint rowLength = (nint)Shape.Size.Width * channels;
            TVector limit = VectorMath.Constant<TVector, T>(1e30);
            var (from, to) = Parts.Range(task, RowsPerTask, Rows);
            for (int r = from; r < to; r++)
            {
                var (fromH, toH, row) = Shape.Rows(r % outHeight);
                T* image = X + ((nint)(r / outHeight) * Shape.Size.Height * rowLength);
                for (int j = 0; j < outWidth; j++)
                {
                    var (fromW, toW, column) = Shape.Columns(j);
                    nint at = (((nint)r * outWidth) + j) * channels;
                    for (nint c = 0; c < channels; c = Tail.Next<TVector, T>(c, channels))
                    {
                        T* window = image + (row * rowLength) + ((nint)column * channels) + c;
                        TVector best = TVector.Load(window + (fromH * rowLength) + ((nint)fromW * channels));
                        TVector tap = TVector.Broadcast(T.CreateTruncating(((long)fromH * kernelWidth) + fromW)), nan = TVector.Zero;
                        for (int kh = fromH; kh < toH; kh++)
                        {
                            for (int kw = fromW; kw < toW; kw++)
                            {
                                TVector x = TVector.Load(window + (kh * rowLength) + ((nint)kw * channels));
                                if (Place != null)
                                    tap = TVector.WhereGreater(x, best, TVector.Broadcast(T.CreateTruncating(((long)kh * kernelWidth) + kw)), tap);
                                best = TVector.WhereGreater(x, best, x, best);

                                // A comparison overlooks NaN. This is 0 for every number, an infinite one included (see IVector.Min).
                                nan = TVector.MultiplyAdd(TVector.Min(limit, TVector.Max(TVector.Zero - limit, x)), TVector.Zero, nan);
                            }
                        }

                        TVector.Store(best + nan, Y + at + c);
                        if (Place != null)
                            TVector.Store(tap, Place + at + c);
                    }
                }
            }
        }
    }

    private struct BackwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Pool2dShape Shape;
        public T* Place, DY, DX;
        public bool Accumulate;
        public int ImagesPerTask;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int channels = Shape.Channels, kernelWidth = Shape.Kernel.Width, outWidth = Shape.OutSize.Width, outHeight = Shape.OutSize.Height;
            int imageLength = Shape.Size.Area * channels;
            nint rowLength = (nint)Shape.Size.Width * channels;
            TVector half = VectorMath.Constant<TVector, T>(0.5);
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
                        nint at = (((((nint)n * outHeight) + i) * outWidth) + j) * channels;
                        for (nint c = 0; c < channels; c = Tail.Next<TVector, T>(c, channels))
                        {
                            TVector dy = Tail.OnlyNew<TVector, T>(TVector.Load(DY + at + c), c), place = TVector.Load(Place + at + c);
                            for (int kh = fromH; kh < toH; kh++)
                            {
                                for (int kw = fromW; kw < toW; kw++)
                                {
                                    // dy where |place - tap| < 1/2, else 0.
                                    TVector distance = TVector.Abs(place - TVector.Broadcast(T.CreateTruncating(((long)kh * kernelWidth) + kw)));
                                    T* dx = image + ((row + kh) * rowLength) + ((nint)(column + kw) * channels) + c;
                                    TVector.Store(TVector.Load(dx) + TVector.WhereGreater(half, distance, dy, TVector.Zero), dx);
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
