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
/// The tiles are cut into shares. A task transforms the patches and output gradients of its share, some at a time, and adds up their
/// products by itself: what one thread has written, no other reads, but for the sums at the end. Threads that shared the transformed tiles
/// took longer than one alone where each has a last-level cache of its own.
/// </remarks>
internal unsafe struct WinogradWeightGradient<TVertical, THorizontal, T>
    where TVertical : unmanaged, IWinograd
    where THorizontal : unmanaged, IWinograd
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // MostBlock: the elements of the tiles that a task has at once (1 MB of float). A share has LeastTiles or more; MostSums: the elements of the sums
    // of all shares (8 MB of float), which are added up at the end. The number of shares is a power of two, as most numbers of threads are.
    private const int MostBlock = 1 << 18, LeastTiles = 32, MostShares = 8, MostSums = 1 << 21;

    private static int Factors => TVertical.Patch * THorizontal.Patch;

    private static int Taps => TVertical.Taps * THorizontal.Taps;

    /// <summary>dW = the gradient, or dW += the gradient.</summary>
    public static void Run(in Conv2dShape shape, T* x, T* dy, ConvWeights<T> dWeight, bool accumulate)
    {
        int inChannels = shape.InChannels, outChannels = shape.OutChannels;
        var tiles = new WinogradTiles(shape.Batch, shape.OutSize, (TVertical.Tile, THorizontal.Tile));
        nint sumStep = Winograd.Apart((nint)inChannels * outChannels), shareStep = Factors * sumStep;
        int shares = 1 << BitOperations.Log2((uint)Math.Clamp(Math.Min(tiles.Count / LeastTiles, MostSums / shareStep), 1, MostShares));
        T* sums = Scratch<T>.Get(ScratchSlot.Sums, shares * shareStep);
        var share = new ShareKernel { Shape = shape, Tiles = tiles, Shares = shares, X = x, DY = dy, Sums = sums, SumStep = sumStep };
        Workers.Run<ShareKernel, T>(share, shares);
        if (shares > 1)
            Workers.Run<AddKernel, T>(new() { Sums = sums, Length = shareStep, Shares = shares }, (int)((shareStep + AddKernel.Elements - 1) / AddKernel.Elements));
        var back = new BackKernel { InChannels = inChannels, OutChannels = outChannels, Sums = sums, SumStep = sumStep, DWeight = dWeight, Accumulate = accumulate };
        Workers.Run<BackKernel, T>(back, inChannels / BackKernel.Rows);
    }

    /// <summary>One task: the products of all factors, [Cin, tiles]·[tiles, Cout], over the tiles of a share.</summary>
    private struct ShareKernel : IKernel<T>
    {
        public Conv2dShape Shape;
        public WinogradTiles Tiles;
        public T* X, DY, Sums;
        public nint SumStep;
        public int Shares;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int inChannels = Shape.InChannels, outChannels = Shape.OutChannels;
            int from = (int)((long)Tiles.Count * task / Shares), to = (int)((long)Tiles.Count * (task + 1) / Shares);
            int most = (int)Math.Max(1, MostBlock / (Factors * ((long)inChannels + outChannels)));
            int blocks = Math.Max(1, (to - from + most - 1) / most), blockTiles = Math.Max(1, (to - from + blocks - 1) / blocks);
            nint xStep = Winograd.Apart((nint)blockTiles * inChannels), dyStep = Winograd.Apart((nint)blockTiles * outChannels);
            T* xFactors = Scratch<T>.Get(ScratchSlot.PackedB, Factors * (xStep + dyStep)), dyFactors = xFactors + (Factors * xStep);
            T* sums = Sums + (task * Factors * SumStep);
            for (int first = from; first < to || first == from; first += blockTiles)
            {
                int count = Math.Min(blockTiles, to - first);
                Transform<TVector>(first, count, xFactors, xStep, dyFactors, dyStep);
                for (int f = 0; f < Factors; f++)
                {
                    if (outChannels % (2 * TVector.Count) == 0)
                        Product<TVector>(count, xFactors + (f * xStep), dyFactors + (f * dyStep), sums + (f * SumStep), first > from);
                    else
                        Product<V256<T>>(count, xFactors + (f * xStep), dyFactors + (f * dyStep), sums + (f * SumStep), first > from);
                }
            }
        }

        private readonly void Product<TVector>(int count, T* xFactor, T* dyFactor, T* sum, bool accumulate)
            where TVector : unmanaged, IVector<TVector, T> =>
            MatrixBlock.Multiply<TVector, T>(
                Shape.InChannels, Shape.OutChannels, count, xFactor, 1, Shape.InChannels, dyFactor, Shape.OutChannels, sum, Shape.OutChannels, accumulate, null);

        // Bᵀ·d·B and A·dY·Aᵀ of some tiles.
        private readonly void Transform<TVector>(int first, int count, T* xFactors, nint xStep, T* dyFactors, nint dyStep)
            where TVector : unmanaged, IVector<TVector, T>
        {
            T* temporary = Scratch<T>.Get(ScratchSlot.Image2, Factors * TVector.Count);
            for (int t = 0; t < count; t++)
            {
                WinogradInput.Transform<TVertical, THorizontal, TVector, T>(
                    Tiles, first + t, X, Shape.Size, Shape.InChannels, Shape.Padding, xFactors + ((nint)t * Shape.InChannels), xStep, temporary);
                OutputGradientTile<TVector>(first + t, dyFactors + ((nint)t * Shape.OutChannels), dyStep, temporary);
            }
        }

        private readonly void OutputGradientTile<TVector>(int tile, T* factors, nint step, T* temporary)
            where TVector : unmanaged, IVector<TVector, T>
        {
            // Outputs that the image does not have, have no gradient: zeros.
            int patch = THorizontal.Patch, side = THorizontal.Tile, channels = Shape.OutChannels, count = TVector.Count;
            var (image, at, _) = Tiles[tile];
            var window = ConvWindow<T>.Of(DY + ((nint)image * Shape.OutSize.Area * channels), Shape.OutSize, channels, at, (TVertical.Tile, side));
            T* dy = window.Pointer;
            nint pitch = window.Pitch;
            for (int c = 0; c < channels; c += count)
            {
                if (TVertical.Tile == 1)
                {
                    THorizontal.OutputGradient<TVector, T>(dy + c, channels, factors + c, step);
                    continue;
                }

                for (int j = 0; j < side; j++)
                    TVertical.OutputGradient<TVector, T>(dy + c + (j * channels), pitch, temporary + (j * count), side * count);
                for (int i = 0; i < TVertical.Patch; i++)
                    THorizontal.OutputGradient<TVector, T>(temporary + (i * side * count), count, factors + c + (i * patch * step), step);
            }
        }
    }

    /// <summary>One task: some elements of the first share's sums become those of all shares.</summary>
    private struct AddKernel : IKernel<T>
    {
        public const int Elements = 4096;

        public T* Sums;
        public nint Length;
        public int Shares;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            // Channels come in sixteens, and so does what lies between the matrices: whole vectors of every width.
            nint from = (nint)task * Elements, to = Math.Min(from + Elements, Length);
            for (int share = 1; share < Shares; share++)
            {
                T* other = Sums + (share * Length);
                for (nint i = from; i < to; i += TVector.Count)
                    TVector.Store(TVector.Load(Sums + i) + TVector.Load(other + i), Sums + i);
            }
        }
    }

    /// <summary>One task: Gᵀ·s·G for some rows of W[kh, kw], put where the layout of the weights has them.</summary>
    private struct BackKernel : IKernel<T>
    {
        public const int Rows = 16;

        public int InChannels, OutChannels;
        public T* Sums;
        public nint SumStep;
        public ConvWeights<T> DWeight;
        public bool Accumulate;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            if (OutChannels % TVector.Count == 0)
                SomeRows<TVector>(task * Rows);
            else
                SomeRows<V256<T>>(task * Rows);
        }

        private readonly void SomeRows<TVector>(int first)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int patch = THorizontal.Patch, taps = THorizontal.Taps, count = TVector.Count;
            T* temporary = Scratch<T>.Get(ScratchSlot.Image2, (TVertical.Taps * patch * count) + (Taps * count));
            T* gradients = temporary + (TVertical.Taps * patch * count);
            for (int c = first; c < first + Rows; c++)
            {
                for (int o = 0; o < OutChannels; o += count)
                {
                    T* sums = Sums + ((nint)c * OutChannels) + o;
                    for (int j = 0; j < patch; j++)
                        TVertical.WeightGradient<TVector, T>(sums + (j * SumStep), patch * SumStep, temporary + (j * count), patch * count);
                    for (int kh = 0; kh < TVertical.Taps; kh++)
                        THorizontal.WeightGradient<TVector, T>(temporary + (kh * patch * count), count, gradients + (kh * taps * count), count);
                    for (int k = 0; k < Taps; k++)
                        Put<TVector>(gradients + (k * count), DWeight.Pointer + (k * DWeight.Tap) + (c * DWeight.In) + (o * DWeight.Out));
                }
            }
        }

        private readonly void Put<TVector>(T* gradients, T* target)
            where TVector : unmanaged, IVector<TVector, T>
        {
            if (DWeight.Out == 1)
            {
                TVector value = TVector.Load(gradients);
                TVector.Store(Accumulate ? value + TVector.Load(target) : value, target);
                return;
            }

            for (int o = 0; o < TVector.Count; o++)
                target[o * DWeight.Out] = Accumulate ? target[o * DWeight.Out] + gradients[o] : gradients[o];
        }
    }
}
