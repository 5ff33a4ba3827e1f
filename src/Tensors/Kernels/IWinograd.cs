using System.Numerics;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// The transforms of one of Winograd's minimal algorithms F(m, 3), which compute m outputs of a filter of 3 taps from the
/// m + 2 inputs under it with m + 2 multiplications: y = Aᵀ[(G·g) ⊙ (Bᵀ·d)]. Applied to the rows and the columns of tiles
/// of images, Y = Aᵀ[(G·g·Gᵀ) ⊙ (Bᵀ·d·B)]·A (Lavin and Gray, Fast algorithms for convolutional neural networks,
/// arXiv:1509.09308, section 4).
/// </summary>
/// <remarks>
/// Each method reads its numbers, vectors of channels, from <c>from</c>, <c>from + step</c>, ... and writes its results to
/// <c>to</c>, <c>to + toStep</c>, ... The last two are the transposes of the third and the second: the way of gradients.
/// </remarks>
internal unsafe interface IWinograd
{
    /// <summary>m, the outputs of a tile along one dimension.</summary>
    static abstract int Tile { get; }

    /// <summary>m + 2, the inputs under a tile along one dimension.</summary>
    static abstract int Patch { get; }

    /// <summary>3, the weights along one dimension.</summary>
    static abstract int Taps { get; }

    /// <summary>Bᵀ: m + 2 inputs to m + 2 factors.</summary>
    static abstract void Input<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>G: 3 weights to m + 2 factors.</summary>
    static abstract void Weight<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Aᵀ: m + 2 products to m outputs.</summary>
    static abstract void Output<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>A: m gradients of outputs to m + 2 factors.</summary>
    static abstract void OutputGradient<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Gᵀ: m + 2 products to 3 gradients of weights.</summary>
    static abstract void WeightGradient<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>;
}
