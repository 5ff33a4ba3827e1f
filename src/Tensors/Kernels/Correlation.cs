using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// What a convolution's forward pass and its input gradient have in common: every output position is the sum, over the
/// taps of a kernel, of the channels under the tap times a matrix. Positions of one phase (see <see cref="ConvAxis"/>) have
/// the same taps; the forward pass has one phase, an input gradient as many as the stride.
/// </summary>
/// <remarks>
/// A task is a block of output positions of one phase of one image. Its window of the input, with zeros where it reaches
/// over the edge, is copied to scratch memory, where it stays in the cache; then each row of outputs is one matrix product:
/// outputs are the rows of A, which overlap in memory, and the rows of the kernel are its segments.
/// </remarks>
internal unsafe struct Correlation<T> : IKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // The most elements of a window: 256 KB of float, a quarter of the second-level cache.
    private const int MostWindow = 1 << 16;

    // The fewest multiplications of a task: a few microseconds.
    private const int LeastTask = 1 << 18;

    private Conv2dShape _shape;
    private bool _backward, _accumulate;
    private T* _x, _y, _bias, _packed;
    private Size2d _block, _blocks;
    private nint _pieceLength;

    /// <summary>y = conv(x, W) + bias, or y += conv(x, W).</summary>
    public static void Forward(in Conv2dShape shape, T* x, ConvWeights<T> weight, T* bias, T* y, bool accumulate) =>
        Run(shape, backward: false, x, weight, bias, y, accumulate);

    /// <summary>dx = the transposed convolution of dy with W, plus bias, or dx += the transposed convolution.</summary>
    public static void InputGradient(in Conv2dShape shape, T* dy, ConvWeights<T> weight, T* bias, T* dx, bool accumulate) =>
        Run(shape, backward: true, dy, weight.Reversed, bias, dx, accumulate);

    private static void Run(in Conv2dShape shape, bool backward, T* x, ConvWeights<T> weight, T* bias, T* y, bool accumulate)
    {
        var kernel = new Correlation<T> { _shape = shape, _backward = backward, _x = x, _y = y, _bias = bias, _accumulate = accumulate };
        var (height, width) = kernel.Axes(0);
        int phases = kernel.Phases.Area;

        // Blocks of positions: about 8 tasks where each has enough to do, and windows that are not too large.
        int parts = Math.Max(1, 8 / (shape.Batch * phases)), enough = LeastTask / Math.Max(1, shape.Kernel.Area * shape.GroupIn * shape.OutChannels / phases);
        int positions = Math.Max(enough, Parts.Count(height.Count * width.Count, parts));

        // Steps may be so long that not even 8 outputs have a window of a reasonable size.
        long step = (long)height.Step * width.Step * kernel.SourceChannels;
        int least = step > 2 * MostWindow ? 1 : 8;
        positions = Math.Min(positions, (int)Math.Max(least, MostWindow / step));
        kernel._block = positions >= width.Count
            ? (Math.Min(height.Count, positions / width.Count), width.Count)
            : (1, Parts.Count(positions, least) * least);
        kernel._blocks = (Parts.Count(height.Count, kernel._block.Height), Parts.Count(width.Count, kernel._block.Width));

        kernel._packed = kernel.Pack(weight, out kernel._pieceLength);
        Workers.Run<Correlation<T>, T>(kernel, shape.Batch * phases * kernel._blocks.Area);
    }

    // A stride beyond the size leaves phases without positions.
    private readonly Size2d Phases => _backward ? (Math.Min(_shape.Stride.Height, _shape.Size.Height), Math.Min(_shape.Stride.Width, _shape.Size.Width)) : 1;

    private readonly int SourceChannels => _backward ? _shape.OutChannels : _shape.InChannels;

    private readonly int TargetChannels => _backward ? _shape.InChannels : _shape.OutChannels;

    private readonly Size2d SourceSize => _backward ? _shape.OutSize : _shape.Size;

    private readonly Size2d TargetSize => _backward ? _shape.Size : _shape.OutSize;

    private readonly (ConvAxis Height, ConvAxis Width) Axes(int phase)
    {
        var (kernel, stride, padding, dilation) = (_shape.Kernel, _shape.Stride, _shape.Padding, _shape.Dilation);
        var (height, width) = _backward
            ? (ConvAxis.InputGradient(_shape.Size.Height, kernel.Height, stride.Height, padding.Height, dilation.Height, phase / Phases.Width),
               ConvAxis.InputGradient(_shape.Size.Width, kernel.Width, stride.Width, padding.Width, dilation.Width, phase % Phases.Width))
            : (ConvAxis.Forward(_shape.OutSize.Height, kernel.Height, stride.Height, padding.Height, dilation.Height),
               ConvAxis.Forward(_shape.OutSize.Width, kernel.Width, stride.Width, padding.Width, dilation.Width));
        return (height.Within(SourceSize.Height), width.Within(SourceSize.Width));
    }

    // The taps of a row that one product takes: all where neither dilation nor groups stand between them in memory.
    private readonly int TapsTogether(ConvAxis width) => _shape.Groups == 1 && width.Dilation == 1 ? width.Taps : Math.Min(width.Taps, 1);

    /// <inheritdoc/>
    public readonly void Run<TVector>(int task)
        where TVector : unmanaged, IVector<TVector, T>
    {
        int blocks = _blocks.Area, phases = Phases.Area;
        int n = task / (blocks * phases), phase = task / blocks % phases;
        var (height, width) = Axes(phase);
        int top = task % blocks / _blocks.Width * _block.Height, left = task % _blocks.Width * _block.Width;
        int rows = Math.Min(_block.Height, height.Count - top), columns = Math.Min(_block.Width, width.Count - left);
        if (rows <= 0 || columns <= 0)
            return;

        int channels = SourceChannels, groupIn = channels / _shape.Groups, groupOut = TargetChannels / _shape.Groups;
        T* image = _x + ((nint)n * SourceSize.Area * channels);
        var window = ConvWindow<T>.Of(
            image, SourceSize, channels, (height.Start + (top * height.Step), width.Start + (left * width.Step)),
            height.Taps * width.Taps == 0 ? 0 : (height.Window(rows), width.Window(columns)));

        nint targetStep = (nint)width.OutStep * TargetChannels, targetPitch = (nint)height.OutStep * TargetSize.Width * TargetChannels;
        T* target = _y + ((nint)n * TargetSize.Area * TargetChannels)
            + ((((nint)(height.OutStart + (top * height.OutStep)) * TargetSize.Width) + width.OutStart + (left * width.OutStep)) * TargetChannels);

        // At least one product, even of no taps: it gives the bias, or zeros.
        int taps = TapsTogether(width), pieces = taps == 0 ? 1 : width.Taps / taps, depth = taps * groupIn;
        for (int g = 0; g < _shape.Groups; g++)
        {
            T* bias = _bias == null ? null : _bias + (g * groupOut);
            for (int piece = 0; piece < pieces; piece++)
            {
                T* packed = _packed + ((((nint)phase * _shape.Groups) + g) * _pieceLength) + (piece * height.Taps * MatrixBlock.PackedLength<TVector, T>(depth, groupOut));
                T* a = window.Pointer + (g * groupIn) + (piece * (nint)width.Dilation * channels);
                for (int i = 0; i < rows; i++)
                {
                    MatrixBlock.Multiply<TVector, T>(
                        columns, groupOut, depth, a + ((nint)i * height.Step * window.Pitch), (nint)width.Step * channels, 1,
                        packed, 0, target + (i * targetPitch) + (g * groupOut), targetStep, _accumulate || piece > 0, piece > 0 ? null : bias,
                        height.Taps, height.Dilation * window.Pitch);
                }
            }
        }
    }

    // The weights of each phase and group in panels for MatrixBlock. The memory is the calling thread's scratch.
    private readonly T* Pack(ConvWeights<T> weight, out nint pieceLength)
    {
        int phases = Phases.Area, mostTaps = 0, mostRows = 0;
        for (int phase = 0; phase < phases; phase++)
        {
            var (height, width) = Axes(phase);
            mostTaps = Math.Max(mostTaps, height.Taps * width.Taps);
            mostRows = Math.Max(mostRows, height.Taps);
        }

        // Panels of any vector's width fit into whole panels of the widest.
        pieceLength = (nint)mostTaps * (SourceChannels / _shape.Groups) * Parts.Count(TargetChannels / _shape.Groups, 32) * 32;
        T* packed = Scratch<T>.Get(ScratchSlot.PackedB, (nint)phases * _shape.Groups * pieceLength);
        var kernel = new PackKernel { Correlation = this, Weight = weight, Packed = packed, PieceLength = pieceLength, MostRows = mostRows };
        Workers.Run<PackKernel, T>(kernel, phases * _shape.Groups * mostRows);
        return packed;
    }

    /// <summary>One task: one row of taps of one phase and group.</summary>
    private struct PackKernel : IKernel<T>
    {
        public Correlation<T> Correlation;
        public ConvWeights<T> Weight;
        public T* Packed;
        public nint PieceLength;
        public int MostRows;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            var shape = Correlation._shape;
            int kh = task % MostRows, g = task / MostRows % shape.Groups, phase = task / MostRows / shape.Groups;
            var (height, width) = Correlation.Axes(phase);
            if (kh >= height.Taps || width.Taps == 0)
                return;

            // [taps of the row, Cin] of each piece, below those of the rows before.
            int groupIn = Correlation.SourceChannels / shape.Groups, groupOut = Correlation.TargetChannels / shape.Groups;
            int taps = Correlation.TapsTogether(width), panelDepth = height.Taps * taps * groupIn;
            T* packed = Packed + ((((nint)phase * shape.Groups) + g) * PieceLength);
            T* source = Weight.Pointer + (g * Weight.Group) + ((nint)(height.FirstTap + (kh * height.TapStep)) * shape.Kernel.Width * Weight.Tap);
            for (int kw = 0; kw < width.Taps; kw++)
            {
                MatrixBlock.Pack<TVector, T>(
                    groupIn, groupOut, source + ((nint)(width.FirstTap + (kw * width.TapStep)) * Weight.Tap), Weight.In, Weight.Out,
                    packed + (kw / taps * MatrixBlock.PackedLength<TVector, T>(panelDepth, groupOut)), panelDepth, ((kh * taps) + (kw % taps)) * groupIn);
            }
        }
    }
}
