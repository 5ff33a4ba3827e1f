using System.Numerics;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>The sizes of a nearest up-sampling of images [N, H, W, C].</summary>
internal readonly record struct UpsampleShape
{
    /// <summary>Makes and checks the sizes.</summary>
    /// <exception cref="ArgumentException">A factor below 1, a negative size, or more elements than a shape has.</exception>
    public UpsampleShape(int batch, Size2d size, int channels, Size2d factor)
    {
        if (factor.Height < 1 || factor.Width < 1)
            throw new ArgumentOutOfRangeException(nameof(factor), $"The factor of an up-sampling is {factor}; it must be at least 1.");
        long height = (long)size.Height * factor.Height, width = (long)size.Width * factor.Width;
        if (height > int.MaxValue || width > int.MaxValue)
            throw new ArgumentException($"Up-sampling images of {size} by {factor} gives {height}x{width} positions; there are at most {int.MaxValue} along each.", nameof(factor));
        (Batch, Size, Channels, Factor) = (batch, size, channels, factor);
        Input = [batch, size.Height, size.Width, channels];
        Output = [batch, (int)height, (int)width, channels];
        _ = Output.With(0, Math.Max(batch, 1));
    }

    /// <summary>N.</summary>
    public int Batch { get; }

    /// <summary>H and W.</summary>
    public Size2d Size { get; }

    /// <summary>C.</summary>
    public int Channels { get; }

    /// <summary>How many positions each position becomes, along both.</summary>
    public Size2d Factor { get; }

    /// <summary>[N, H, W, C].</summary>
    public Shape Input { get; }

    /// <summary>[N, H·factor, W·factor, C].</summary>
    public Shape Output { get; }
}

/// <summary>Nearest up-sampling by whole factors: each position becomes a block of copies of its channels.</summary>
internal static unsafe class UpsampleNearest
{
    /// <summary>y [N, H·factor, W·factor, C] from x [N, H, W, C].</summary>
    public static void Forward<T>(in UpsampleShape shape, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, x.Length, y.Length);
        fixed (T* px = x, py = y)
        {
            var kernel = new ForwardKernel<T> { Shape = shape, X = px, Y = py, RowsPerTask = RowsPerTask(shape) };
            Workers.Run<ForwardKernel<T>, T>(kernel, Tasks(shape), shape.Channels);
        }
    }

    /// <summary>dx from dy: the sum over each block. dx is overwritten or added to.</summary>
    public static void Backward<T>(in UpsampleShape shape, ReadOnlySpan<T> dy, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, dx.Length, dy.Length);
        fixed (T* pdy = dy, pdx = dx)
        {
            var kernel = new BackwardKernel<T> { Shape = shape, DY = pdy, DX = pdx, Accumulate = accumulate, RowsPerTask = RowsPerTask(shape) };
            Workers.Run<BackwardKernel<T>, T>(kernel, Tasks(shape), shape.Channels);
        }
    }

    // Tasks are rows of the small image, whose blocks are nobody else's.
    private static int RowsPerTask(in UpsampleShape shape) =>
        Math.Max(1, Elementwise.TaskLength / Math.Max(1, (int)Math.Min((long)shape.Size.Width * shape.Channels * shape.Factor.Height * shape.Factor.Width, Elementwise.TaskLength)));

    private static int Tasks(in UpsampleShape shape) => shape.Output.Length == 0 ? 0 : Parts.Count(shape.Batch * shape.Size.Height, RowsPerTask(shape));

    private static void Check(in UpsampleShape shape, int x, int y)
    {
        if (x != shape.Input.Length || y != shape.Output.Length)
            throw new ArgumentException($"Up-sampling of {shape.Input} to {shape.Output} got spans of {x} and {y} elements.");
    }

    private struct ForwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public UpsampleShape Shape;
        public T* X, Y;
        public int RowsPerTask;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int channels = Shape.Channels, width = Shape.Size.Width, outLength = width * Shape.Factor.Width * channels;
            var (from, to) = Parts.Range(task, RowsPerTask, Shape.Batch * Shape.Size.Height);
            for (int r = from; r < to; r++)
            {
                T* x = X + ((nint)r * width * channels), y = Y + ((nint)r * Shape.Factor.Height * outLength);
                for (int j = 0; j < width; j++)
                {
                    for (nint c = 0; c < channels; c = Tail.Next<TVector, T>(c, channels))
                    {
                        TVector value = TVector.Load(x + (j * channels) + c);
                        T* copies = y + ((nint)j * Shape.Factor.Width * channels) + c;
                        for (int copy = 0; copy < Shape.Factor.Width; copy++)
                            TVector.Store(value, copies + (copy * channels));
                    }
                }

                for (int copy = 1; copy < Shape.Factor.Height; copy++)
                    new ReadOnlySpan<T>(y, outLength).CopyTo(new Span<T>(y + ((nint)copy * outLength), outLength));
            }
        }
    }

    private struct BackwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public UpsampleShape Shape;
        public T* DY, DX;
        public bool Accumulate;
        public int RowsPerTask;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int channels = Shape.Channels, width = Shape.Size.Width, outLength = width * Shape.Factor.Width * channels;
            var (from, to) = Parts.Range(task, RowsPerTask, Shape.Batch * Shape.Size.Height);
            for (int r = from; r < to; r++)
            {
                T* dx = DX + ((nint)r * width * channels), dy = DY + ((nint)r * Shape.Factor.Height * outLength);
                for (int j = 0; j < width; j++)
                {
                    for (nint c = 0; c < channels; c = Tail.Next<TVector, T>(c, channels))
                    {
                        T* block = dy + ((nint)j * Shape.Factor.Width * channels) + c;
                        TVector sum = Accumulate ? TVector.Load(dx + (j * channels) + c) : TVector.Zero;
                        for (int i = 0; i < Shape.Factor.Height; i++)
                        {
                            // The same of the next row of blocks is asked for.
                            T* row = block + ((nint)i * outLength), nextRow = row + ((nint)Shape.Factor.Height * outLength);
                            for (int k = 0; k < Shape.Factor.Width; k++)
                            {
                                Prefetching.FetchLine(nextRow + (k * channels));
                                sum += TVector.Load(row + (k * channels));
                            }
                        }

                        Tail.StoreNew(sum, dx + (j * channels), c);
                    }
                }
            }
        }
    }
}
