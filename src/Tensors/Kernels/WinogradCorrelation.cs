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
/// Threads share what is smaller, the transformed weights or the transformed patches, and make the rest where they need it, in their second-level cache:
/// to fetch what another thread has just written takes about as long as to compute it. Where tiles are many, a task is a block of tiles, from any images;
/// where they are few, a task is some output channels.
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
    private WinogradWeights<TVertical, THorizontal, T> _weight;
    private T* _x, _y, _bias, _shared;
    private bool _accumulate;

    private static int Factors => TVertical.Patch * THorizontal.Patch;

    private readonly bool HasFewTiles => _tiles.Count <= _outChannels;

    // Between the factors of what is shared.
    private readonly nint SharedStep => Winograd.Apart((nint)_inChannels * Math.Min(_tiles.Count, _outChannels));

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
            _weight = new(inChannels, weight),
            _x = x,
            _y = y,
            _bias = bias,
            _accumulate = accumulate,
        };
        kernel._shared = Scratch<T>.Get(ScratchSlot.PackedB, Factors * kernel.SharedStep);

        // Whole register tiles, and at least a few blocks for the threads.
        int rows = MatrixBlock.MostRows, most = Math.Min((int)(MostBlock / (Factors * ((long)inChannels + outChannels))), (kernel._tiles.Count + rows - 1) / rows);
        kernel._blockTiles = Math.Max(rows, most / rows * rows);
        int blocks = Parts.Count(kernel._tiles.Count, kernel._blockTiles), parts = Parts.Count(outChannels, WinogradWeights.Columns);
        Workers.Run<ShareKernel, T>(new() { Of = kernel }, kernel.HasFewTiles ? blocks : parts);
        Workers.Run<WinogradCorrelation<TVertical, THorizontal, T>, T>(kernel, kernel.HasFewTiles ? parts : blocks);
    }

    /// <inheritdoc/>
    public readonly void Run<TVector>(int task)
        where TVector : unmanaged, IVector<TVector, T>
    {
        // Channels that are no whole number of panels take narrower vectors.
        if (_outChannels % (2 * TVector.Count) != 0)
            Run<V256<T>>(task, HasFewTiles);
        else
            Run<TVector>(task, HasFewTiles);
    }

    private readonly void Run<TVector>(int task, bool fewTiles)
        where TVector : unmanaged, IVector<TVector, T>
    {
        var (firstTile, endTile) = fewTiles ? (0, _tiles.Count) : Parts.Range(task, _blockTiles, _tiles.Count);
        var (firstChannel, endChannel) = fewTiles ? Parts.Range(task, WinogradWeights.Columns, _outChannels) : (0, _outChannels);
        int tiles = endTile - firstTile, channels = endChannel - firstChannel;
        nint ownStep = Winograd.Apart((nint)_inChannels * (fewTiles ? channels : tiles)), productStep = Winograd.Apart((nint)tiles * channels);
        T* own = Scratch<T>.Get(ScratchSlot.Sums, (Factors * (ownStep + productStep)) + (2 * Factors * TVector.Count));
        T* products = own + (Factors * ownStep), temporary = products + (Factors * productStep);
        if (fewTiles)
            _weight.Transform<TVector>(firstChannel, channels, own, ownStep);
        else
            Patches<TVector>(firstTile, tiles, own, ownStep, temporary);

        for (int f = 0; f < Factors; f++)
        {
            T* ours = own + (f * ownStep), shared = _shared + (f * SharedStep);
            MatrixBlock.Multiply<TVector, T>(
                tiles, channels, _inChannels, fewTiles ? shared : ours, _inChannels, 1, fewTiles ? ours : shared, 0, products + (f * productStep), channels, accumulate: false, null);
        }

        for (int t = 0; t < tiles; t++)
            OutputTile<TVector>(firstTile + t, firstChannel, channels, products + ((nint)t * channels), productStep, temporary);
    }

    // Bᵀ·d·B of some tiles.
    private readonly void Patches<TVector>(int first, int count, T* factors, nint step, T* temporary)
        where TVector : unmanaged, IVector<TVector, T>
    {
        for (int t = 0; t < count; t++)
        {
            WinogradInput.Transform<TVertical, THorizontal, TVector, T>(
                _tiles, first + t, _x, _size, _inChannels, _inChannels, _padding, factors + ((nint)t * _inChannels), step, temporary);
        }
    }

    // Aᵀ·m·A of some channels of one tile; what lies inside of the image is stored.
    private readonly void OutputTile<TVector>(int tile, int firstChannel, int channels, T* products, nint step, T* temporary)
        where TVector : unmanaged, IVector<TVector, T>
    {
        int width = THorizontal.Patch, count = TVector.Count;
        var (image, at, inside) = _tiles[tile];
        nint pitch = (nint)_tiles.Size.Width * _outChannels;
        T* y = _y + ((nint)image * _tiles.Size.Area * _outChannels) + (at.Height * pitch) + ((nint)at.Width * _outChannels) + firstChannel;
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
                    T* target = y + (i * pitch) + ((nint)j * _outChannels) + c;
                    TVector value = TVector.Load(outputs + (j * count));
                    if (_accumulate)
                        value += TVector.Load(target);
                    else if (_bias != null)
                        value += TVector.Load(_bias + firstChannel + c);
                    TVector.Store(value, target);
                }
            }
        }
    }

    /// <summary>One task: the transformed patches of a block of tiles, or the transformed weights of some output channels, for all threads.</summary>
    private struct ShareKernel : IKernel<T>
    {
        public WinogradCorrelation<TVertical, THorizontal, T> Of;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            if (Of._outChannels % (2 * TVector.Count) != 0)
                Share<V256<T>>(task);
            else
                Share<TVector>(task);
        }

        private readonly void Share<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            if (Of.HasFewTiles)
            {
                var (first, end) = Parts.Range(task, Of._blockTiles, Of._tiles.Count);
                T* temporary = Scratch<T>.Get(ScratchSlot.Image2, 2 * Factors * TVector.Count);
                Of.Patches<TVector>(first, end - first, Of._shared + ((nint)first * Of._inChannels), Of.SharedStep, temporary);
            }
            else
            {
                var (first, end) = Parts.Range(task, WinogradWeights.Columns, Of._outChannels);
                Of._weight.Transform<TVector>(first, end - first, Of._shared + ((nint)first * Of._inChannels), Of.SharedStep);
            }
        }
    }
}
