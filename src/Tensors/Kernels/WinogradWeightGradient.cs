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
/// Tiles come in blocks that the last-level cache holds: in a first pass the threads transform a block's patches and output
/// gradients, in a second each adds up products of its own.
/// </remarks>
internal unsafe struct WinogradWeightGradient<TVertical, THorizontal, T>
    where TVertical : unmanaged, IWinograd
    where THorizontal : unmanaged, IWinograd
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // The most elements of a block's factors: 2 MB of float.
    private const int MostBlock = 1 << 19;

    private static int Factors => TVertical.Patch * THorizontal.Patch;

    private static int Taps => TVertical.Taps * THorizontal.Taps;

    /// <summary>dW = the gradient, or dW += the gradient.</summary>
    public static void Run(in Conv2dShape shape, T* x, T* dy, ConvWeights<T> dWeight, bool accumulate)
    {
        int inChannels = shape.InChannels, outChannels = shape.OutChannels;
        var tiles = new WinogradTiles(shape.Batch, shape.OutSize, (TVertical.Tile, THorizontal.Tile));
        int blockTiles = Math.Max(1, Math.Min(tiles.Count, (int)(MostBlock / (Factors * ((long)inChannels + outChannels)))));
        nint xStep = Winograd.Apart((nint)blockTiles * inChannels), dyStep = Winograd.Apart((nint)blockTiles * outChannels), sumStep = Winograd.Apart((nint)inChannels * outChannels);
        T* factors = Scratch<T>.Get(ScratchSlot.PackedB, Factors * (xStep + dyStep));
        T* sums = Scratch<T>.Get(ScratchSlot.Sums, Factors * sumStep);
        var transform = new TransformKernel { Shape = shape, AllTiles = tiles, X = x, DY = dy, XFactors = factors, DYFactors = factors + (Factors * xStep), XStep = xStep, DYStep = dyStep };
        var product = new ProductKernel { InChannels = inChannels, OutChannels = outChannels, XFactors = factors, DYFactors = factors + (Factors * xStep), XStep = xStep, DYStep = dyStep, Sums = sums, SumStep = sumStep };
        for (int first = 0; first < tiles.Count || first == 0; first += blockTiles)
        {
            int count = Math.Min(blockTiles, tiles.Count - first);
            (transform.First, transform.Count) = (first, count);
            Workers.Run<TransformKernel, T>(transform, (count + TransformKernel.Tiles - 1) / TransformKernel.Tiles);
            (product.Count, product.Accumulate) = (count, first > 0);
            Workers.Run<ProductKernel, T>(product, Factors);
        }

        var back = new BackKernel { InChannels = inChannels, OutChannels = outChannels, Sums = sums, SumStep = sumStep, DWeight = dWeight, Accumulate = accumulate };
        Workers.Run<BackKernel, T>(back, inChannels / BackKernel.Rows);
    }

    /// <summary>One task: Bᵀ·d·B and A·dY·Aᵀ of some tiles.</summary>
    private struct TransformKernel : IKernel<T>
    {
        public const int Tiles = 8;

        public Conv2dShape Shape;
        public WinogradTiles AllTiles;
        public T* X, DY, XFactors, DYFactors;
        public nint XStep, DYStep;
        public int First, Count;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            if (Shape.InChannels % TVector.Count == 0 && Shape.OutChannels % TVector.Count == 0)
                SomeTiles<TVector>(task * Tiles);
            else
                SomeTiles<V256<T>>(task * Tiles);
        }

        private readonly void SomeTiles<TVector>(int from)
            where TVector : unmanaged, IVector<TVector, T>
        {
            T* temporary = Scratch<T>.Get(ScratchSlot.Image2, Factors * TVector.Count);
            for (int t = from; t < Math.Min(from + Tiles, Count); t++)
            {
                WinogradInput.Transform<TVertical, THorizontal, TVector, T>(
                    AllTiles, First + t, X, Shape.Size, Shape.InChannels, Shape.Padding, XFactors + ((nint)t * Shape.InChannels), XStep, temporary);
                OutputGradientTile<TVector>(First + t, DYFactors + ((nint)t * Shape.OutChannels), temporary);
            }
        }

        private readonly void OutputGradientTile<TVector>(int tile, T* factors, T* temporary)
            where TVector : unmanaged, IVector<TVector, T>
        {
            // Outputs that the image does not have, have no gradient: zeros.
            int patch = THorizontal.Patch, side = THorizontal.Tile, channels = Shape.OutChannels, count = TVector.Count;
            var (image, at, _) = AllTiles[tile];
            var window = ConvWindow<T>.Of(DY + ((nint)image * Shape.OutSize.Area * channels), Shape.OutSize, channels, at, (TVertical.Tile, side));
            T* dy = window.Pointer;
            nint pitch = window.Pitch, step = DYStep;
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

    /// <summary>One task: the products of one factor, [Cin, tiles]·[tiles, Cout].</summary>
    private struct ProductKernel : IKernel<T>
    {
        public int InChannels, OutChannels, Count;
        public T* XFactors, DYFactors, Sums;
        public nint XStep, DYStep, SumStep;
        public bool Accumulate;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            if (OutChannels % (2 * TVector.Count) == 0)
                Factor<TVector>(task);
            else
                Factor<V256<T>>(task);
        }

        private readonly void Factor<TVector>(int f)
            where TVector : unmanaged, IVector<TVector, T> =>
            MatrixBlock.Multiply<TVector, T>(
                InChannels, OutChannels, Count, XFactors + (f * XStep), 1, InChannels, DYFactors + (f * DYStep), OutChannels, Sums + (f * SumStep), OutChannels, Accumulate, null);
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
