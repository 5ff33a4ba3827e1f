using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>The innermost loops of <see cref="GroupNorm"/>: a vector of channels, or a pair of them, at some positions of a sample.</summary>
internal static unsafe class GroupNormLoops
{
    /// <summary>
    /// Positions that are gone through together, a vector of channels at a time: few, so that the channels of a position are
    /// read one soon after the other, in the order of the memory. What lies as many positions ahead is asked for.
    /// </summary>
    public const int PositionsPerBlock = 16;

    /// <summary>y = (x - centre)·scale·gamma + beta, or SiLU of that, for all channels at some positions.</summary>
    public static void Apply<TVector, T>(int positions, int channels, bool silu, T* x, T* centre, T* scale, T* gamma, T* beta, T* y)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (PairsPay<TVector, T>(positions, channels))
            ApplyByVectors<Pair<TVector, T>, T>(positions, channels, silu, x, centre, scale, gamma, beta, y);
        else
            ApplyByVectors<TVector, T>(positions, channels, silu, x, centre, scale, gamma, beta, y);
    }

    /// <summary>dz = dy·SiLU'(z), or dy; totalZ += Σ dz, totalZH += Σ dz·h, for all channels at some positions.</summary>
    public static void ActivationGradient<TVector, T>(
        int positions, int channels, bool silu, T* x, T* centre, T* inverse, T* gamma, T* beta, T* dy, T* dz, T* totalZ, T* totalZH)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (PairsPay<TVector, T>(positions, channels))
            ActivationGradientByVectors<Pair<TVector, T>, T>(positions, channels, silu, x, centre, inverse, gamma, beta, dy, dz, totalZ, totalZH);
        else
            ActivationGradientByVectors<TVector, T>(positions, channels, silu, x, centre, inverse, gamma, beta, dy, dz, totalZ, totalZH);
    }

    /// <summary>dx = dz·slope + constant + (x - middle)·tilt, overwritten or added to, and total += Σ of that, for one vector of channels at some positions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void InputGradient<TVector, T>(
        int positions, int channels, bool accumulate, T* x, TVector middle, TVector slope, TVector constant, TVector tilt, T* dz, T* dx, T* total)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector sum = TVector.Load(total);
        for (int s = 0; s < positions; s++, x += channels, dz += channels, dx += channels)
        {
            TVector d = TVector.MultiplyAdd(TVector.Load(x) - middle, tilt, TVector.MultiplyAdd(TVector.Load(dz), slope, constant));
            sum += d;
            TVector.Store(accumulate ? d + TVector.Load(dx) : d, dx);
        }

        TVector.Store(sum, total);
    }

    private static bool PairsPay<TVector, T>(int positions, int channels)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => channels % Pair<TVector, T>.Count == 0 && positions >= 8;

    // Small methods of their own, in which the JIT keeps pairs of vectors in registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ApplyByVectors<TVector, T>(int positions, int channels, bool silu, T* x, T* centre, T* scale, T* gamma, T* beta, T* y)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        nint ahead = (nint)PositionsPerBlock * channels;
        for (nint c = 0; c < channels; c += TVector.Count)
        {
            TVector middle = TVector.Load(centre + c), slope = TVector.Load(scale + c) * TVector.Load(gamma + c), shift = TVector.Load(beta + c);
            T* from = x + c, to = y + c;
            for (int s = 0; s < positions; s++, from += channels, to += channels)
            {
                Prefetching.FetchLine(to + ahead);
                TVector z = TVector.MultiplyAdd(TVector.Load(from) - middle, slope, shift);
                TVector.Store(silu ? default(SiluFunction<T>).Value(z) : z, to);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ActivationGradientByVectors<TVector, T>(
        int positions, int channels, bool silu, T* x, T* centre, T* inverse, T* gamma, T* beta, T* dy, T* dz, T* totalZ, T* totalZH)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        nint ahead = (nint)PositionsPerBlock * channels;
        for (nint c = 0; c < channels; c += TVector.Count)
        {
            TVector middle = TVector.Load(centre + c), r = TVector.Load(inverse + c), slope = r * TVector.Load(gamma + c), shift = TVector.Load(beta + c);
            TVector sumZ = TVector.Load(totalZ + c), sumZX = TVector.Zero;
            T* from = x + c, upstream = dy + c, to = dz + c;
            for (int s = 0; s < positions; s++, from += channels, upstream += channels, to += channels)
            {
                Prefetching.FetchLine(from + ahead);
                Prefetching.FetchLine(upstream + ahead);
                Prefetching.FetchLine(to + ahead);
                TVector centred = TVector.Load(from) - middle, d = TVector.Load(upstream);
                if (silu)
                    d *= default(SiluFunction<T>).Derivative(TVector.MultiplyAdd(centred, slope, shift));
                TVector.Store(d, to);
                sumZ += d;
                sumZX = TVector.MultiplyAdd(d, centred, sumZX);
            }

            TVector.Store(sumZ, totalZ + c);
            TVector.Store(TVector.MultiplyAdd(sumZX, r, TVector.Load(totalZH + c)), totalZH + c);
        }
    }
}
