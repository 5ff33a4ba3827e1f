using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>F(1, 1), which transforms nothing: what kernels of one row take along the height.</summary>
internal readonly unsafe struct WinogradF1 : IWinograd
{
    public static int Tile => 1;

    public static int Patch => 1;

    public static int Taps => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => TVector.Store(TVector.Load(from), to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weight<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => TVector.Store(TVector.Load(from), to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Output<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => TVector.Store(TVector.Load(from), to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void OutputGradient<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => TVector.Store(TVector.Load(from), to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightGradient<TVector, T>(T* from, nint step, T* to, nint toStep)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => TVector.Store(TVector.Load(from), to);
}
