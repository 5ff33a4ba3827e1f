using System.Numerics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// One-dimensional convolution, y[n, l, o] = bias[o] + Σ_k Σ_c x[n, l·stride + k·dilation - padding, c]·W[k, c, o], and its
/// gradients. x: [N, L, Cin], y: [N, Lout, Cout], W: [K, Cin/groups, Cout], all dense and row-major.
/// </summary>
/// <remarks>
/// With channels last a convolution is the matrix product of MatrixBlock: output positions are the rows, and the rows of A
/// are windows of the sequence, which may overlap in memory. Without dilation and groups all taps make one product of depth
/// K·Cin; else each tap is a product of its own. Where windows follow each other through the whole batch (one output per
/// sequence, or windows side by side) the batch is one product. No copy is made but of a sequence with zeros around it.
/// </remarks>
internal static unsafe class Conv1d
{
    /// <summary>y = conv(x, W) + bias; bias, [Cout], may be empty.</summary>
    public static void Forward<T>(in Conv1dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> weight, ReadOnlySpan<T> bias, Span<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, x.Length, weight.Length, y.Length);
        CheckBias(bias.Length, shape.OutChannels);
        fixed (T* px = x, pw = weight, pb = bias, py = y)
            Forward(shape, px, ConvWeights<T>.Direct(shape, pw), bias.IsEmpty ? null : pb, py, accumulate: false);
    }

    /// <summary>dx = the transposed convolution of dy with W; overwritten or added to.</summary>
    public static void InputGradient<T>(in Conv1dShape shape, ReadOnlySpan<T> dy, ReadOnlySpan<T> weight, Span<T> dx, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, dx.Length, weight.Length, dy.Length);
        fixed (T* pdy = dy, pw = weight, pdx = dx)
            InputGradient(shape, pdy, ConvWeights<T>.Direct(shape, pw), pdx, accumulate, null);
    }

    /// <summary>dW[k, c, o] = Σ_n Σ_l x[n, l·stride + k·dilation - padding, c]·dy[n, l, o]; overwritten or added to.</summary>
    public static void WeightGradient<T>(in Conv1dShape shape, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dWeight, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, x.Length, dWeight.Length, dy.Length);
        fixed (T* px = x, pdy = dy, pdw = dWeight)
            WeightGradient(shape, px, pdy, ConvWeights<T>.Direct(shape, pdw), accumulate);
    }

    internal static void Forward<T>(in Conv1dShape shape, T* x, ConvWeights<T> weight, T* bias, T* y, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (shape.Batch == 0)
            return;
        if (WindowStep(shape) is int step && weight.IsMatrix(shape))
        {
            MatrixProduct.Multiply(
                shape.Batch * shape.OutLength, shape.OutChannels, shape.Kernel * shape.InChannels,
                x, step, 1, weight.Pointer, weight.In, weight.Out, y, shape.OutChannels, accumulate, bias);
            return;
        }

        int perTask = RowsPerTask(shape);
        var kernel = new ForwardKernel<T>
        {
            Shape = shape,
            X = x,
            Y = y,
            Bias = bias,
            Accumulate = accumulate,
            Packed = weight.Pack(shape, backward: false),
            RowsPerTask = perTask,
        };
        Workers.Run<ForwardKernel<T>, T>(kernel, shape.Batch * ((shape.OutLength + perTask - 1) / perTask));
    }

    internal static void InputGradient<T>(in Conv1dShape shape, T* dy, ConvWeights<T> weight, T* dx, bool accumulate, T* bias)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (shape.Batch == 0)
            return;
        if (WindowStep(shape) is int step && step == shape.Kernel * shape.InChannels && weight.IsMatrix(shape) && (bias == null || shape.Kernel == 1))
        {
            // Windows side by side: [N·Lout, Cout]·[Cout, K·Cin].
            MatrixProduct.Multiply(
                shape.Batch * shape.OutLength, step, shape.OutChannels,
                dy, shape.OutChannels, 1, weight.Pointer, weight.Out, weight.In, dx, step, accumulate, bias);
            return;
        }

        var kernel = new InputGradientKernel<T>
        {
            Shape = shape,
            DY = dy,
            DX = dx,
            Bias = bias,
            Accumulate = accumulate,
            Packed = weight.Pack(shape, backward: true),
        };
        Workers.Run<InputGradientKernel<T>, T>(kernel, shape.Batch);
    }

    internal static void WeightGradient<T>(in Conv1dShape shape, T* x, T* dy, ConvWeights<T> dWeight, bool accumulate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (WindowStep(shape) is int step && dWeight.IsMatrix(shape))
        {
            // [K·Cin, N·Lout]·[N·Lout, Cout]: the first operand, transposed or not, is whichever makes the result's rows.
            int windows = shape.Batch * shape.OutLength, depth = shape.Kernel * shape.InChannels;
            if (dWeight.Out == 1)
                MatrixProduct.Multiply(depth, shape.OutChannels, windows, x, 1, step, dy, shape.OutChannels, 1, dWeight.Pointer, dWeight.In, accumulate, null);
            else
                MatrixProduct.Multiply(shape.OutChannels, depth, windows, dy, 1, shape.OutChannels, x, step, 1, dWeight.Pointer, dWeight.Out, accumulate, null);
            return;
        }

        int rows = dWeight.Out == 1 ? shape.GroupIn : shape.GroupOut;
        var kernel = new WeightGradientKernel<T>
        {
            Shape = shape,
            X = Padded(shape, x),
            DY = dy,
            DWeight = dWeight,
            Accumulate = accumulate,
            RowsPerTask = Math.Min(rows, 16),
        };
        kernel.RowTasks = (rows + kernel.RowsPerTask - 1) / kernel.RowsPerTask;
        Workers.Run<WeightGradientKernel<T>, T>(kernel, shape.Groups * shape.Kernel * kernel.RowTasks);
    }

    // The distance in memory of two windows, where all windows of the batch are evenly spaced and need no zeros; else null.
    private static int? WindowStep(in Conv1dShape shape)
    {
        if (shape.Padding != 0 || shape.Groups != 1 || (shape.Dilation != 1 && shape.Kernel != 1))
            return null;
        if (shape.OutLength == 1)
            return shape.Length * shape.InChannels;
        return shape.OutLength * shape.Stride == shape.Length ? shape.Stride * shape.InChannels : null;
    }

    private static int RowsPerTask(in Conv1dShape shape)
    {
        int parts = Math.Max(1, 8 / shape.Batch);
        return Math.Max(8, ((((shape.OutLength + parts - 1) / parts) + 7) / 8) * 8);
    }

    // The batch with zeros around each sequence: [N, L + 2·padding, Cin].
    private static T* Padded<T>(in Conv1dShape shape, T* x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (shape.Padding == 0)
            return x;
        int padded = shape.PaddedLength * shape.InChannels, length = shape.Length * shape.InChannels, edge = shape.Padding * shape.InChannels;
        T* copy = Scratch<T>.Get(ScratchSlot.Image, shape.Batch * padded);
        for (int n = 0; n < shape.Batch; n++)
        {
            T* sequence = copy + ((nint)n * padded);
            new Span<T>(sequence, edge).Clear();
            new ReadOnlySpan<T>(x + ((nint)n * length), length).CopyTo(new Span<T>(sequence + edge, length));
            new Span<T>(sequence + edge + length, edge).Clear();
        }

        return copy;
    }

    private static void Check(in Conv1dShape shape, int x, int weight, int y)
    {
        if (x != shape.Input.Length || weight != shape.Weight.Length || y != shape.Output.Length)
            throw new ArgumentException($"A convolution of {shape.Input} with {shape.Weight} to {shape.Output} got spans of {x}, {weight} and {y} elements.");
    }

    internal static void CheckBias(int bias, int channels)
    {
        if (bias != 0 && bias != channels)
            throw new ArgumentException($"The bias of a convolution with {channels} output channels got {bias} elements.", nameof(bias));
    }

    /// <summary>One task: some output positions of one sequence.</summary>
    private struct ForwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Conv1dShape Shape;
        public T* X, Y, Bias, Packed;
        public bool Accumulate;
        public int RowsPerTask;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int parts = (Shape.OutLength + RowsPerTask - 1) / RowsPerTask;
            int n = task / parts, from = task % parts * RowsPerTask, rows = Math.Min(RowsPerTask, Shape.OutLength - from);
            T* window = Window(X + ((nint)n * Shape.Length * Shape.InChannels), from, rows);
            T* y = Y + ((((nint)n * Shape.OutLength) + from) * Shape.OutChannels);
            int taps = ConvWeights<T>.TapsTogether(Shape), depth = taps * Shape.GroupIn;
            int packedTap = MatrixBlock.PackedLength<TVector, T>(depth, Shape.GroupOut);
            nint aRow = (nint)Shape.Stride * Shape.InChannels;
            for (int g = 0; g < Shape.Groups; g++)
            {
                for (int k = 0; k < Shape.Kernel; k += taps)
                {
                    T* packed = Packed + ((nint)((g * Shape.Kernel) + k) / taps * packedTap);
                    T* a = window + ((nint)k * Shape.Dilation * Shape.InChannels) + (g * Shape.GroupIn);
                    T* bias = Bias == null || k > 0 ? null : Bias + (g * Shape.GroupOut);
                    MatrixBlock.Multiply<TVector, T>(
                        rows, Shape.GroupOut, depth, a, aRow, 1, packed, 0, y + (g * Shape.GroupOut), Shape.OutChannels, Accumulate || k > 0, bias);
                }
            }
        }

        // The input under some output positions, copied between zeros where it reaches over the sequence's ends.
        private readonly T* Window(T* x, int from, int rows)
        {
            int first = (from * Shape.Stride) - Shape.Padding, count = ((rows - 1) * Shape.Stride) + Shape.Span;
            if (first >= 0 && first + count <= Shape.Length)
                return x + ((nint)first * Shape.InChannels);
            T* copy = Scratch<T>.Get(ScratchSlot.Image, count * Shape.InChannels);
            var window = new Span<T>(copy, count * Shape.InChannels);
            int skipped = Math.Clamp(-first, 0, count), inside = Math.Clamp(Math.Min(first + count, Shape.Length) - Math.Max(first, 0), 0, count);
            window[..(skipped * Shape.InChannels)].Clear();
            new ReadOnlySpan<T>(x + ((nint)Math.Max(first, 0) * Shape.InChannels), inside * Shape.InChannels).CopyTo(window[(skipped * Shape.InChannels)..]);
            window[((skipped + inside) * Shape.InChannels)..].Clear();
            return copy;
        }
    }

    /// <summary>One task: one sequence. Each tap's product is added to the positions that it read, every stride-th one.</summary>
    private struct InputGradientKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Conv1dShape Shape;
        public T* DY, DX, Bias, Packed;
        public bool Accumulate;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int length = Shape.Length * Shape.InChannels;
            T* dy = DY + ((nint)task * Shape.OutLength * Shape.OutChannels), dx = DX + ((nint)task * length);
            bool direct = Shape.Padding == 0;
            T* padded = direct ? dx : Scratch<T>.Get(ScratchSlot.Image, Shape.PaddedLength * Shape.InChannels);
            if (!direct || !Accumulate)
                new Span<T>(padded, Shape.PaddedLength * Shape.InChannels).Clear();

            int packedTap = MatrixBlock.PackedLength<TVector, T>(Shape.GroupOut, Shape.GroupIn);
            for (int g = 0; g < Shape.Groups; g++)
            {
                for (int k = 0; k < Shape.Kernel; k++)
                {
                    T* c = padded + ((nint)k * Shape.Dilation * Shape.InChannels) + (g * Shape.GroupIn);
                    MatrixBlock.Multiply<TVector, T>(
                        Shape.OutLength, Shape.GroupIn, Shape.GroupOut, dy + (g * Shape.GroupOut), Shape.OutChannels, 1,
                        Packed + ((nint)((g * Shape.Kernel) + k) * packedTap), 0, c, (nint)Shape.Stride * Shape.InChannels, accumulate: true, null);
                }
            }

            var result = new Span<T>(dx, length);
            if (!direct)
            {
                var inner = new ReadOnlySpan<T>(padded + (Shape.Padding * Shape.InChannels), length);
                if (Accumulate)
                    System.Numerics.Tensors.TensorPrimitives.Add(result, inner, result);
                else
                    inner.CopyTo(result);
            }

            if (Bias != null)
                Reductions.AddToRows(Shape.Length, Shape.InChannels, result, new ReadOnlySpan<T>(Bias, Shape.InChannels), result);
        }
    }

    /// <summary>One task: some rows of one tap's weights, over the whole batch in order.</summary>
    private struct WeightGradientKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public Conv1dShape Shape;
        public T* X, DY;
        public ConvWeights<T> DWeight;
        public bool Accumulate;
        public int RowsPerTask, RowTasks;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int from = task % RowTasks * RowsPerTask, k = task / RowTasks % Shape.Kernel, g = task / RowTasks / Shape.Kernel;
            bool rowsAreInputs = DWeight.Out == 1;
            int rows = Math.Min(RowsPerTask, (rowsAreInputs ? Shape.GroupIn : Shape.GroupOut) - from);
            int columns = rowsAreInputs ? Shape.GroupOut : Shape.GroupIn;
            nint xStep = (nint)Shape.Stride * Shape.InChannels, dyStep = Shape.OutChannels;
            nint ldb = rowsAreInputs ? dyStep : xStep;
            bool pack = columns % MatrixBlock.PanelWidth<TVector, T>() != 0;
            T* c = DWeight.Pointer + ((nint)k * DWeight.Tap)
                + (rowsAreInputs ? (from * DWeight.In) + (g * Shape.GroupOut) : (((g * Shape.GroupOut) + from) * DWeight.Out));
            nint ldc = rowsAreInputs ? DWeight.In : DWeight.Out;
            for (int n = 0; n < Shape.Batch; n++)
            {
                T* x = X + ((((nint)n * Shape.PaddedLength) + ((nint)k * Shape.Dilation)) * Shape.InChannels) + (g * Shape.GroupIn);
                T* dy = DY + ((nint)n * Shape.OutLength * Shape.OutChannels) + (g * Shape.GroupOut);
                T* a = (rowsAreInputs ? x : dy) + from, b = rowsAreInputs ? dy : x;
                if (pack)
                {
                    T* packed = Scratch<T>.Get(ScratchSlot.PackedA, MatrixBlock.PackedLength<TVector, T>(Shape.OutLength, columns));
                    MatrixBlock.Pack<TVector, T>(Shape.OutLength, columns, b, ldb, 1, packed);
                    b = packed;
                }

                MatrixBlock.Multiply<TVector, T>(
                    rows, columns, Shape.OutLength, a, 1, rowsAreInputs ? xStep : dyStep, b, pack ? 0 : ldb, c, ldc, Accumulate || n > 0, null);
            }

            if (Shape.Batch == 0 && !Accumulate)
            {
                for (int r = 0; r < rows; r++)
                    new Span<T>(c + (r * ldc), columns).Clear();
            }
        }
    }
}
