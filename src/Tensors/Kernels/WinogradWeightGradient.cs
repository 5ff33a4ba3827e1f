using System.Numerics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// The weight gradient of a convolution with a kernel of 3x3, or of one row of 3, by one of Winograd's algorithms. Y = Aᵀ[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]·A is linear in g; its
/// transpose gives dg = Gᵀ[Σ (Bᵀ·d·B) ⊙ (A·dY·Aᵀ)]·G, where ⊙ and the sum over the tiles are one matrix product
/// [Cin, tiles]·[tiles, Cout] for each of the factors, as many as a patch has positions.
/// </summary>
/// <remarks>
/// Threads share what is smaller, as in <see cref="WinogradCorrelation{TVertical, THorizontal, T}"/>. Where tiles are many, they are cut into shares: a task transforms its own
/// and adds up their products, and the sums of all shares are added at the end. Where they are few, the transformed output gradients are
/// shared, and a task makes the gradients of some input channels from beginning to end.
/// </remarks>
internal unsafe struct WinogradWeightGradient<TVertical, THorizontal, T> : IKernel<T>
    where TVertical : unmanaged, IWinograd
    where THorizontal : unmanaged, IWinograd
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // MostBlock: the elements of the tiles that a task has at once (1 MB of float). A share has LeastTiles or more; MostSums: the elements of the sums
    // of all shares (8 MB of float), which are added up at the end. The number of shares is a power of two, as most numbers of threads are.
    private const int MostBlock = 1 << 18, LeastTiles = 32, MostShares = 8, MostSums = 1 << 21;

    // Of a part: the input channels that are worked on from beginning to end.
    private const int Rows = 32;

    private Conv2dShape _shape;
    private WinogradTiles _tiles;
    private T* _x, _dy;
    private ConvWeights<T> _dWeight;
    private bool _accumulate;

    // The sums of all shares where tiles are many, else all transformed output gradients.
    private T* _shared;
    private int _shares;

    private static int Factors => TVertical.Patch * THorizontal.Patch;

    private readonly bool HasFewTiles => _tiles.Count <= _shape.InChannels;

    private readonly nint GradientStep => Winograd.Apart((nint)_tiles.Count * _shape.OutChannels);

    private readonly nint SumStep => Winograd.Apart((nint)_shape.InChannels * _shape.OutChannels);

    /// <summary>dW = the gradient, or dW += the gradient.</summary>
    public static void Run(in Conv2dShape shape, T* x, T* dy, ConvWeights<T> dWeight, bool accumulate)
    {
        var kernel = new WinogradWeightGradient<TVertical, THorizontal, T>
        {
            _shape = shape,
            _tiles = new(shape.Batch, shape.OutSize, (TVertical.Tile, THorizontal.Tile)),
            _x = x,
            _dy = dy,
            _dWeight = dWeight,
            _accumulate = accumulate,
        };
        if (kernel.HasFewTiles)
        {
            kernel._shared = Scratch<T>.Get(ScratchSlot.PackedB, Factors * kernel.GradientStep);
            Workers.Run<GradientKernel, T>(new() { Of = kernel }, Parts.Count(kernel._tiles.Count, GradientKernel.Tiles));
            Workers.Run<WinogradWeightGradient<TVertical, THorizontal, T>, T>(kernel, Parts.Count(shape.InChannels, Rows));
        }
        else
        {
            kernel._shares = 1 << BitOperations.Log2((uint)Math.Clamp(Math.Min(kernel._tiles.Count / LeastTiles, MostSums / (Factors * kernel.SumStep)), 1, MostShares));
            kernel._shared = Scratch<T>.Get(ScratchSlot.Sums, kernel._shares * Factors * kernel.SumStep);
            Workers.Run<WinogradWeightGradient<TVertical, THorizontal, T>, T>(kernel, kernel._shares);
            Workers.Run<BackKernel, T>(new() { Of = kernel }, Parts.Count(shape.InChannels, BackKernel.Rows));
        }
    }

    /// <inheritdoc/>
    public readonly void Run<TVector>(int task)
        where TVector : unmanaged, IVector<TVector, T>
    {
        if (HasFewTiles)
            Part<TVector>(task);
        else
            Share<TVector>(task);
    }

    // All tiles, some input channels.
    private readonly void Part<TVector>(int task)
        where TVector : unmanaged, IVector<TVector, T>
    {
        var (first, end) = Parts.Range(task, Rows, _shape.InChannels);
        int channels = end - first, most = Math.Max(1, MostBlock / (Factors * channels));
        nint sumStep = Winograd.Apart((nint)channels * _shape.OutChannels), xStep = Winograd.Apart((nint)Math.Min(most, _tiles.Count) * channels);
        T* sums = Scratch<T>.Get(ScratchSlot.Sums, Factors * (sumStep + xStep)), xFactors = sums + (Factors * sumStep);
        for (int tile = 0; tile < _tiles.Count || tile == 0; tile += most)
        {
            int count = Math.Min(most, _tiles.Count - tile);
            Patches<TVector>(tile, count, first, channels, xFactors, xStep);
            Products<TVector>(count, channels, xFactors, xStep, _shared + ((nint)tile * _shape.OutChannels), GradientStep, sums, sumStep, tile > 0);
        }

        Back<TVector>(sums, sumStep, 1, first, channels);
    }

    // Some tiles, all output channels.
    private readonly void Share<TVector>(int task)
        where TVector : unmanaged, IVector<TVector, T>
    {
        int inChannels = _shape.InChannels, outChannels = _shape.OutChannels;
        int from = (int)((long)_tiles.Count * task / _shares), to = (int)((long)_tiles.Count * (task + 1) / _shares);
        int most = (int)Math.Max(1, MostBlock / (Factors * ((long)inChannels + outChannels)));
        int blocks = (to - from + most - 1) / most, blockTiles = (to - from + blocks - 1) / blocks;
        nint xStep = Winograd.Apart((nint)blockTiles * inChannels), dyStep = Winograd.Apart((nint)blockTiles * outChannels);
        T* xFactors = Scratch<T>.Get(ScratchSlot.PackedB, Factors * (xStep + dyStep)), dyFactors = xFactors + (Factors * xStep);
        for (int tile = from; tile < to; tile += blockTiles)
        {
            int count = Math.Min(blockTiles, to - tile);
            Patches<TVector>(tile, count, 0, inChannels, xFactors, xStep);
            OutputGradients<TVector>(tile, count, dyFactors, dyStep);
            Products<TVector>(count, inChannels, xFactors, xStep, dyFactors, dyStep, _shared + (task * Factors * SumStep), SumStep, tile > from);
        }
    }

    // Bᵀ·d·B of some tiles and channels.
    private readonly void Patches<TVector>(int first, int tiles, int firstChannel, int channels, T* factors, nint step)
        where TVector : unmanaged, IVector<TVector, T>
    {
        T* temporary = Scratch<T>.Get(ScratchSlot.Image2, Factors * TVector.Count);
        for (int t = 0; t < tiles; t++)
        {
            WinogradInput.Transform<TVertical, THorizontal, TVector, T>(
                _tiles, first + t, _x + firstChannel, _shape.Size, _shape.InChannels, channels, _shape.Padding, factors + ((nint)t * channels), step, temporary);
        }
    }

    // A·dY·Aᵀ of some tiles. Outputs that the image does not have, have no gradient: zeros.
    private readonly void OutputGradients<TVector>(int first, int tiles, T* factors, nint step)
        where TVector : unmanaged, IVector<TVector, T>
    {
        int patch = THorizontal.Patch, side = THorizontal.Tile, channels = _shape.OutChannels, count = TVector.Count;
        T* temporary = Scratch<T>.Get(ScratchSlot.Image2, Factors * count);
        for (int t = 0; t < tiles; t++, factors += channels)
        {
            var (image, at, _) = _tiles[first + t];
            var window = ConvWindow<T>.Of(_dy + ((nint)image * _shape.OutSize.Area * channels), _shape.OutSize, channels, at, (TVertical.Tile, side));
            for (int c = 0; c < channels; c += count)
            {
                if (TVertical.Tile == 1)
                {
                    THorizontal.OutputGradient<TVector, T>(window.Pointer + c, channels, factors + c, step);
                    continue;
                }

                for (int j = 0; j < side; j++)
                    TVertical.OutputGradient<TVector, T>(window.Pointer + c + (j * channels), window.Pitch, temporary + (j * count), side * count);
                for (int i = 0; i < TVertical.Patch; i++)
                    THorizontal.OutputGradient<TVector, T>(temporary + (i * side * count), count, factors + c + (i * patch * step), step);
            }
        }
    }

    // The sums of some tiles, and of some input channels.
    private readonly void Products<TVector>(int tiles, int channels, T* xFactors, nint xStep, T* dyFactors, nint dyStep, T* sums, nint sumStep, bool accumulate)
        where TVector : unmanaged, IVector<TVector, T>
    {
        int columns = _shape.OutChannels;
        if (columns % (2 * TVector.Count) != 0 && TVector.Count > V256<T>.Count)
        {
            Products<V256<T>>(tiles, channels, xFactors, xStep, dyFactors, dyStep, sums, sumStep, accumulate);
            return;
        }

        for (int f = 0; f < Factors; f++)
        {
            MatrixBlock.Multiply<TVector, T>(
                channels, columns, tiles, xFactors + (f * xStep), 1, channels, dyFactors + (f * dyStep), columns, sums + (f * sumStep), columns, accumulate, null);
        }
    }

    // Gᵀ·s·G for some input channels, put where the layout of the weights has them; s is the sum of all shares.
    private readonly void Back<TVector>(T* sums, nint step, int shares, int first, int channels)
        where TVector : unmanaged, IVector<TVector, T>
    {
        int patch = THorizontal.Patch, taps = THorizontal.Taps, allTaps = TVertical.Taps * taps, count = TVector.Count;
        T* temporary = Scratch<T>.Get(ScratchSlot.Image2, (Factors + (TVertical.Taps * patch) + allTaps) * count);
        T* rows = temporary + (Factors * count), gradients = rows + (TVertical.Taps * patch * count);
        for (int c = 0; c < channels; c++)
        {
            for (int o = 0; o < _shape.OutChannels; o += count, sums += count)
            {
                for (int f = 0; f < Factors; f++)
                {
                    TVector sum = TVector.Load(sums + (f * step));
                    for (int share = 1; share < shares; share++)
                        sum += TVector.Load(sums + (((share * Factors) + f) * step));
                    TVector.Store(sum, temporary + (f * count));
                }

                for (int j = 0; j < patch; j++)
                    TVertical.WeightGradient<TVector, T>(temporary + (j * count), patch * count, rows + (j * count), patch * count);
                for (int kh = 0; kh < TVertical.Taps; kh++)
                    THorizontal.WeightGradient<TVector, T>(rows + (kh * patch * count), count, gradients + (kh * taps * count), count);
                for (int k = 0; k < allTaps; k++)
                    Put<TVector>(gradients + (k * count), _dWeight.Pointer + (k * _dWeight.Tap) + ((first + c) * _dWeight.In) + (o * _dWeight.Out));
            }
        }
    }

    private readonly void Put<TVector>(T* gradients, T* target)
        where TVector : unmanaged, IVector<TVector, T>
    {
        if (_dWeight.Out == 1)
        {
            TVector value = TVector.Load(gradients);
            TVector.Store(_accumulate ? value + TVector.Load(target) : value, target);
            return;
        }

        for (int o = 0; o < TVector.Count; o++)
            target[o * _dWeight.Out] = _accumulate ? target[o * _dWeight.Out] + gradients[o] : gradients[o];
    }

    /// <summary>One task: the transformed output gradients of some tiles, for all threads.</summary>
    private struct GradientKernel : IKernel<T>
    {
        public const int Tiles = 8;

        public WinogradWeightGradient<TVertical, THorizontal, T> Of;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            var (first, end) = Parts.Range(task, Tiles, Of._tiles.Count);
            Of.OutputGradients<TVector>(first, end - first, Of._shared + ((nint)first * Of._shape.OutChannels), Of.GradientStep);
        }
    }

    /// <summary>One task: the gradients of some input channels, from the sums of all shares.</summary>
    private struct BackKernel : IKernel<T>
    {
        public const int Rows = 8;

        public WinogradWeightGradient<TVertical, THorizontal, T> Of;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            var (first, end) = Parts.Range(task, Rows, Of._shape.InChannels);
            Of.Back<TVector>(Of._shared + ((nint)first * Of._shape.OutChannels), Of.SumStep, Of._shares, first, end - first);
        }
    }
}
