using System.Numerics;
using System.Numerics.Tensors;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// The weight gradient of a convolution: for each row of taps, [taps·Cin, positions]·[positions, Cout], added up over the batch.
/// </summary>
/// <remarks>
/// The batch is cut into blocks of positions, these into a few parts. A task is one part and one row of taps; it walks over
/// its blocks, copies what the taps see of each between zeros, as <see cref="Correlation{T}"/> does, and adds their product
/// to a sum of its own. The sums of the parts are added in order: how many there are depends on the problem alone.
/// </remarks>
internal unsafe struct ConvWeightGradient<T> : IKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // The most elements of a window, of the sums of all parts, and the fewest multiplications of a part.
    private const int MostWindow = 1 << 16, MostSums = 1 << 20, LeastPart = 1 << 18;
    private const int MostParts = 8;

    private Conv2dShape _shape;
    private T* _x, _dy, _sums;
    private Size2d _block, _blocks;
    private int _parts;

    // Sums are [taps, Cin/groups, Cout]; where a group has few outputs, which would leave lanes empty, [taps, Cout, Cin/groups].
    private readonly bool OutputsAreRows => _shape.GroupOut < 8 && _shape.GroupOut < _shape.GroupIn;

    /// <summary>dW = the gradient, or dW += the gradient.</summary>
    public static void Run(in Conv2dShape shape, T* x, T* dy, ConvWeights<T> dWeight, bool accumulate)
    {
        var (outSize, kernel) = (shape.OutSize, new ConvWeightGradient<T> { _shape = shape, _x = x, _dy = dy });

        // Blocks of positions whose windows are not too large; several for each image where images are few.
        int imageParts = Math.Max(1, MostParts / Math.Max(1, shape.Batch));
        long step = (long)shape.Stride.Height * shape.Stride.Width * shape.InChannels;
        int positions = Math.Min(Parts.Count(outSize.Area, imageParts), (int)Math.Max(step > 2 * MostWindow ? 1 : 8, MostWindow / step));
        kernel._block = positions >= outSize.Width ? (Math.Min(outSize.Height, positions / outSize.Width), outSize.Width) : (1, positions);
        kernel._blocks = (Parts.Count(outSize.Height, kernel._block.Height), Parts.Count(outSize.Width, kernel._block.Width));

        int length = shape.Kernel.Area * shape.GroupIn * shape.OutChannels;
        long work = (long)shape.Batch * outSize.Area * length / shape.Kernel.Height;
        kernel._parts = (int)Math.Clamp(Math.Min(work / LeastPart, Math.Max(2, MostSums / length)), 1, Math.Clamp(shape.Batch * kernel._blocks.Area, 1, MostParts));
        kernel._sums = Scratch<T>.Get(ScratchSlot.Sums, (nint)kernel._parts * length);
        Workers.Run<ConvWeightGradient<T>, T>(kernel, kernel._parts * shape.Kernel.Height);

        var sum = new SumKernel { Shape = shape, OutputsAreRows = kernel.OutputsAreRows, Parts = kernel._parts, Sums = kernel._sums, DWeight = dWeight, Accumulate = accumulate };
        Workers.Run<SumKernel, T>(sum, shape.Kernel.Area);
    }

    /// <inheritdoc/>
    public readonly void Run<TVector>(int task)
        where TVector : unmanaged, IVector<TVector, T>
    {
        int part = task / _shape.Kernel.Height, kh = task % _shape.Kernel.Height;
        int units = _shape.Batch * _blocks.Area, from = (int)((long)units * part / _parts), to = (int)((long)units * (part + 1) / _parts);
        int rowLength = _shape.Kernel.Width * _shape.GroupIn * _shape.OutChannels;
        T* sum = _sums + (((nint)part * _shape.Kernel.Height) + kh) * rowLength;

        // The taps of a row see one window, unless they lie so far apart that each has its own.
        int taps = (long)_shape.Span.Width * _shape.InChannels > 16 * MostWindow && _shape.Dilation.Width > 1 ? 1 : _shape.Kernel.Width;
        for (int unit = from; unit < to; unit++)
        {
            for (int kw = 0; kw < _shape.Kernel.Width; kw += taps)
                AddBlock<TVector>(unit, kh, kw, taps, sum + ((nint)kw * _shape.GroupIn * _shape.OutChannels), accumulate: unit > from);
        }

        if (from == to)
            new Span<T>(sum, rowLength).Clear();
    }

    // sum[k, c, o] (+)= Σ x[position under tap kw + k, c]·dy[position, o] over the positions of one block, for some taps.
    private readonly void AddBlock<TVector>(int unit, int kh, int kw, int tapCount, T* sum, bool accumulate)
        where TVector : unmanaged, IVector<TVector, T>
    {
        var (size, outSize, stride, dilation) = (_shape.Size, _shape.OutSize, _shape.Stride, _shape.Dilation);
        int n = unit / _blocks.Area, top = unit % _blocks.Area / _blocks.Width * _block.Height, left = unit % _blocks.Width * _block.Width;
        int rows = Math.Min(_block.Height, outSize.Height - top), columns = Math.Min(_block.Width, outSize.Width - left);
        int channels = _shape.InChannels, groupIn = _shape.GroupIn, groupOut = _shape.GroupOut, outChannels = _shape.OutChannels;
        var window = ConvWindow<T>.Of(
            _x + ((nint)n * size.Area * channels), size, channels,
            ((top * stride.Height) + (kh * dilation.Height) - _shape.Padding.Height, (left * stride.Width) + (kw * dilation.Width) - _shape.Padding.Width),
            (((rows - 1) * stride.Height) + 1, ((columns - 1) * stride.Width) + ((tapCount - 1) * dilation.Width) + 1));
        T* dy = _dy + ((((nint)n * outSize.Area) + ((nint)top * outSize.Width) + left) * outChannels);

        bool together = _shape.Groups == 1 && dilation.Width == 1 && !OutputsAreRows;
        int taps = together ? tapCount : 1;
        nint xStep = (nint)stride.Width * channels, xPitch = stride.Height * window.Pitch;
        for (int g = 0; g < _shape.Groups; g++)
        {
            // A block is whole rows of the image, or a part of one row: in either case its positions follow each other in dy.
            T* gradients = dy + (g * groupOut);
            nint ldb = outChannels;
            T* b = OutputsAreRows ? gradients : Panels<TVector>(rows * columns, groupOut, gradients, ref ldb);
            for (int k = 0; k < tapCount; k += taps)
            {
                T* inputs = window.Pointer + (k * (nint)dilation.Width * channels) + (g * groupIn), tap = sum + (k * (nint)groupIn * outChannels);
                if (!OutputsAreRows)
                {
                    MatrixBlock.Multiply<TVector, T>(
                        taps * groupIn, groupOut, columns, inputs, 1, xStep, b, ldb, tap + (g * groupOut), outChannels, accumulate, null, rows, xPitch);
                    continue;
                }

                for (int i = 0; i < rows; i++)
                {
                    nint inputLdb = xStep;
                    b = Panels<TVector>(columns, groupIn, inputs + (i * xPitch), ref inputLdb);
                    MatrixBlock.Multiply<TVector, T>(
                        groupOut, groupIn, columns, gradients + ((nint)i * columns * outChannels), 1, outChannels, b, inputLdb,
                        tap + (g * (nint)groupOut * groupIn), groupIn, accumulate || i > 0, null);
                }
            }
        }
    }

    // B as MatrixBlock takes it: as it is where its columns are whole panels, else packed, and ldb is 0.
    private static T* Panels<TVector>(int depth, int columns, T* b, ref nint ldb)
        where TVector : unmanaged, IVector<TVector, T>
    {
        if (columns % MatrixBlock.PanelWidth<TVector, T>() == 0)
            return b;
        T* packed = Scratch<T>.Get(ScratchSlot.PackedA, MatrixBlock.PackedLength<TVector, T>(depth, columns));
        MatrixBlock.Pack<TVector, T>(depth, columns, b, ldb, 1, packed);
        ldb = 0;
        return packed;
    }

    /// <summary>One task: the sums of one tap, put where the layout of the weights has them.</summary>
    private struct SumKernel : IKernel<T>
    {
        public Conv2dShape Shape;
        public int Parts;
        public T* Sums;
        public ConvWeights<T> DWeight;
        public bool Accumulate, OutputsAreRows;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int length = Shape.GroupIn * Shape.OutChannels;
            T* sums = Sums + ((nint)task * length);
            var total = new Span<T>(sums, length);
            for (int part = 1; part < Parts; part++)
                TensorPrimitives.Add(total, new ReadOnlySpan<T>(sums + ((nint)part * Shape.Kernel.Area * length), length), total);

            nint sumIn = OutputsAreRows ? 1 : Shape.OutChannels, sumOut = OutputsAreRows ? Shape.GroupIn : 1;
            for (int c = 0; c < Shape.GroupIn; c++)
            {
                for (int g = 0; g < Shape.Groups; g++)
                {
                    T* source = sums + (c * sumIn) + (g * Shape.GroupOut * sumOut);
                    T* target = DWeight.Pointer + (task * DWeight.Tap) + (c * DWeight.In) + (g * DWeight.Group);
                    if (DWeight.Out == 1 && sumOut == 1)
                    {
                        var values = new ReadOnlySpan<T>(source, Shape.GroupOut);
                        var result = new Span<T>(target, Shape.GroupOut);
                        if (Accumulate)
                            TensorPrimitives.Add(result, values, result);
                        else
                            values.CopyTo(result);
                        continue;
                    }

                    for (int o = 0; o < Shape.GroupOut; o++, source += sumOut, target += DWeight.Out)
                        *target = Accumulate ? *target + *source : *source;
                }
            }
        }
    }
}
