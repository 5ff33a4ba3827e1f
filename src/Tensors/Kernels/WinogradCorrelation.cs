using System.Numerics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// Correlation with a kernel of 3x3, or of one row of 3, y[n, i, j, o] = bias[o] + Σ x[n, i + kh - padding, j + kw - padding, c]·W[kh, kw, c, o], by one of
/// Winograd's algorithms: Y = Aᵀ[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]·A for each tile, where ⊙ and the sum over the channels c are one matrix
/// product [tiles, Cin]·[Cin, Cout] for each of the factors, as many as a patch has positions.
/// </summary>
/// <remarks>
/// A task is a block of tiles, from any images, whose factors and products stay in the second-level cache: it transforms
/// the patches of the input under them, multiplies, and transforms back.
/// </remarks>
internal unsafe struct WinogradCorrelation<TVertical, THorizontal, T> : IKernel<T>
    where TVertical : unmanaged, IWinograd
    where THorizontal : unmanaged, IWinograd
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // The most elements of a block's factors and products: 512 KB of float.
    private const int MostBlock = 1 << 17;

    private WinogradTiles _tiles;
    private Size2d _size, _padding;
    private int _inChannels, _outChannels, _blockTiles;
    private nint _weightStep;
    private T* _x, _y, _bias, _weights;
    private bool _accumulate;

    private static int Factors => TVertical.Patch * THorizontal.Patch;

    private static int Taps => TVertical.Taps * THorizontal.Taps;

    /// <summary>y = the correlation + bias, or y += the correlation.</summary>
    public static void Run(
        int batch, Size2d size, int inChannels, Size2d outSize, int outChannels, Size2d padding, T* x, ConvWeights<T> weight, T* bias, T* y, bool accumulate)
    {
        var kernel = new WinogradCorrelation<TVertical, THorizontal, T>
        {
            _tiles = new(batch, outSize, (TVertical.Tile, THorizontal.Tile)),
            _size = size,
            _padding = padding,
            _inChannels = inChannels,
            _outChannels = outChannels,
            _x = x,
            _y = y,
            _bias = bias,
            _accumulate = accumulate,
            _weightStep = Winograd.Apart((nint)inChannels * outChannels),
        };

        kernel._weights = Scratch<T>.Get(ScratchSlot.PackedB, Factors * kernel._weightStep);
        var transform = new WeightKernel { InChannels = inChannels, OutChannels = outChannels, Weight = weight, Target = kernel._weights, Step = kernel._weightStep };
        Workers.Run<WeightKernel, T>(transform, inChannels / WeightKernel.Rows);

        // Whole register tiles, and at least a few blocks for the threads.
        int rows = MatrixBlock.MostRows, most = Math.Min((int)(MostBlock / (Factors * ((long)inChannels + outChannels))), (kernel._tiles.Count + rows - 1) / rows);
        kernel._blockTiles = Math.Max(rows, most / rows * rows);
        Workers.Run<WinogradCorrelation<TVertical, THorizontal, T>, T>(kernel, Parts.Count(kernel._tiles.Count, kernel._blockTiles));
    }

    /// <inheritdoc/>
    public readonly void Run<TVector>(int task)
        where TVector : unmanaged, IVector<TVector, T>
    {
        // Channels that are no whole number of panels take narrower vectors.
        if (_outChannels % (2 * TVector.Count) == 0)
            Block<TVector>(task);
        else
            Block<V256<T>>(task);
    }

    private readonly void Block<TVector>(int task)
        where TVector : unmanaged, IVector<TVector, T>
    {
        int first = task * _blockTiles, count = Math.Min(_blockTiles, _tiles.Count - first);
        nint inStep = Winograd.Apart((nint)_blockTiles * _inChannels), outStep = Winograd.Apart((nint)_blockTiles * _outChannels);
        T* factors = Scratch<T>.Get(ScratchSlot.Image2, (Factors * (inStep + outStep)) + (2 * Factors * TVector.Count));
        T* products = factors + (Factors * inStep), temporary = products + (Factors * outStep);

        for (int t = 0; t < count; t++)
        {
            WinogradInput.Transform<TVertical, THorizontal, TVector, T>(
                _tiles, first + t, _x, _size, _inChannels, _padding, factors + (t * _inChannels), inStep, temporary);
        }

        for (int f = 0; f < Factors; f++)
        {
            MatrixBlock.Multiply<TVector, T>(
                count, _outChannels, _inChannels, factors + (f * inStep), _inChannels, 1,
                _weights + (f * _weightStep), 0, products + (f * outStep), _outChannels, accumulate: false, null);
        }

        for (int t = 0; t < count; t++)
            OutputTile<TVector>(first + t, products + (t * _outChannels), outStep, temporary);
    }

    // Aᵀ·m·A of one tile, of which what lies inside of the image is stored.
    private readonly void OutputTile<TVector>(int tile, T* products, nint step, T* temporary)
        where TVector : unmanaged, IVector<TVector, T>
    {
        int width = THorizontal.Patch, channels = _outChannels, count = TVector.Count;
        var (image, at, inside) = _tiles[tile];
        nint pitch = (nint)_tiles.Size.Width * channels;
        T* y = _y + ((nint)image * _tiles.Size.Area * channels) + (at.Height * pitch) + ((nint)at.Width * channels);
        T* outputs = temporary + (TVertical.Tile * width * count);
        for (int c = 0; c < channels; c += count)
        {
            for (int j = 0; j < width && TVertical.Tile > 1; j++)
                TVertical.Output<TVector, T>(products + c + (j * step), width * step, temporary + (j * count), width * count);
            for (int i = 0; i < inside.Height; i++)
            {
                if (TVertical.Tile > 1)
                    THorizontal.Output<TVector, T>(temporary + (i * width * count), count, outputs, count);
                else
                    THorizontal.Output<TVector, T>(products + c, step, outputs, count);
                for (int j = 0; j < inside.Width; j++)
                {
                    T* target = y + (i * pitch) + ((nint)j * channels) + c;
                    TVector value = TVector.Load(outputs + (j * count));
                    if (_accumulate)
                        value += TVector.Load(target);
                    else if (_bias != null)
                        value += TVector.Load(_bias + c);
                    TVector.Store(value, target);
                }
            }
        }
    }

    /// <summary>One task: G·g·Gᵀ for some rows of W[kh, kw], stored as panels for MatrixBlock.</summary>
    private struct WeightKernel : IKernel<T>
    {
        public const int Rows = 16;

        public int InChannels, OutChannels;
        public ConvWeights<T> Weight;
        public T* Target;
        public nint Step;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            if (OutChannels % (2 * TVector.Count) == 0)
                SomeRows<TVector>(task * Rows);
            else
                SomeRows<V256<T>>(task * Rows);
        }

        private readonly void SomeRows<TVector>(int first)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int patch = THorizontal.Patch, taps = THorizontal.Taps, count = TVector.Count, width = 2 * count;
            T* temporary = Scratch<T>.Get(ScratchSlot.Image2, (TVertical.Patch * taps * count) + (Taps * Rows * OutChannels));
            T* g = Weight.Pointer + (first * Weight.In);
            nint row = Weight.In, tap = Weight.Tap;
            if (Weight.Out != 1)
            {
                // Seen from the other side, output channels lie apart: they are brought together first.
                T* copy = temporary + (TVertical.Patch * taps * count);
                for (int k = 0; k < Taps; k++)
                    Transposition.Copy(OutChannels, Rows, g + (k * tap), Weight.Out, copy + ((nint)k * Rows * OutChannels), OutChannels);
                g = copy;
                (row, tap) = (OutChannels, Rows * OutChannels);
            }

            // Panel by panel: each factor then goes on where it ended, and few pages are written at a time.
            for (int panel = 0; panel < OutChannels; panel += width)
            {
                for (int r = 0; r < Rows; r++)
                {
                    for (int o = panel; o < panel + width; o += count)
                    {
                        T* target = Target + ((nint)panel * InChannels) + ((nint)(first + r) * width) + (o - panel);
                        for (int kw = 0; kw < taps; kw++)
                            TVertical.Weight<TVector, T>(g + (r * row) + (kw * tap) + o, taps * tap, temporary + (kw * count), taps * count);
                        for (int i = 0; i < TVertical.Patch; i++)
                            THorizontal.Weight<TVector, T>(temporary + (i * taps * count), count, target + (i * patch * Step), Step);
                    }
                }
            }
        }
    }
}
