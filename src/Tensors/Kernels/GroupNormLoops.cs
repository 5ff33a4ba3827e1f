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
        int paired = InPairs<TVector, T>(positions, channels);
        if (paired > 0)
            ApplyByVectors<Pair<TVector, T>, T>(positions, channels, 0, paired, silu, x, centre, scale, gamma, beta, y);
        if (paired < channels)
            ApplyByVectors<TVector, T>(positions, channels, paired, channels, silu, x, centre, scale, gamma, beta, y);
    }

    /// <summary>dz = dy·SiLU'(z), or not stored where that is dy; totalZ += Σ dz, totalZH += Σ dz·h, for all channels at some positions.</summary>
    public static void ActivationGradient<TVector, T>(
        int positions, int channels, bool silu, T* x, T* centre, T* inverse, T* gamma, T* beta, T* dy, T* dz, T* totalZ, T* totalZH)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int paired = InPairs<TVector, T>(positions, channels);
        if (paired > 0)
            ActivationGradientByVectors<Pair<TVector, T>, T>(positions, channels, 0, paired, silu, x, centre, inverse, gamma, beta, dy, dz, totalZ, totalZH);
        if (paired < channels)
            ActivationGradientByVectors<TVector, T>(positions, channels, paired, channels, silu, x, centre, inverse, gamma, beta, dy, dz, totalZ, totalZH);
    }

    /// <summary>
    /// dx = dz·slope + constant + (x - middle)·tilt, overwritten or added to, and total += Σ of that, for the vector of channels from
    /// <paramref name="c"/> on at some positions. That of dz is given, with how many numbers further on the next position's is.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void InputGradient<TVector, T>(
        int positions, int channels, nint c, bool accumulate, T* x, TVector middle, TVector slope, TVector constant, TVector tilt, T* dz, int nextZ, T* dx, T* total)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector sum = TVector.Load(total + c);
        x += c;
        for (int s = 0; s < positions; s++, x += channels, dz += nextZ, dx += channels)
        {
            TVector d = TVector.MultiplyAdd(TVector.Load(x) - middle, tilt, TVector.MultiplyAdd(TVector.Load(dz), slope, constant));
            sum += d;
            Tail.StoreNew(accumulate ? d + TVector.Load(dx + c) : d, dx, c);
        }

        Tail.StoreNew(sum, total, c);
    }

    // How many channels, from the first on, are gone through in pairs of vectors.
    private static int InPairs<TVector, T>(int positions, int channels)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => positions >= 8 ? channels - (channels % Pair<TVector, T>.Count) : 0;

    // Small methods of their own, in which the JIT keeps pairs of vectors in registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ApplyByVectors<TVector, T>(int positions, int channels, int begin, int end, bool silu, T* x, T* centre, T* scale, T* gamma, T* beta, T* y)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        nint ahead = (nint)PositionsPerBlock * channels;
        for (nint c = Math.Min(begin, end - TVector.Count); c < end; c = Tail.Next<TVector, T>(c, end))
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
        int positions, int channels, int begin, int end, bool silu, T* x, T* centre, T* inverse, T* gamma, T* beta, T* dy, T* dz, T* totalZ, T* totalZH)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        nint ahead = (nint)PositionsPerBlock * channels;
        for (nint c = Math.Min(begin, end - TVector.Count); c < end; c = Tail.Next<TVector, T>(c, end))
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
                {
                    d *= default(SiluFunction<T>).Derivative(TVector.MultiplyAdd(centred, slope, shift));
                    TVector.Store(d, to);
                }

                sumZ += d;
                sumZX = TVector.MultiplyAdd(d, centred, sumZX);
            }

            Tail.StoreNew(sumZ, totalZ, c);
            Tail.StoreNew(TVector.MultiplyAdd(sumZX, r, TVector.Load(totalZH + c)), totalZH, c);
        }
    }
}
