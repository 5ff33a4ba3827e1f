using System.Numerics;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// Group normalisation where a sample has one position and a group lies within one vector or two: sums over a group are exchanges
/// of lanes, so a group never leaves its registers. The formulas are those of <see cref="GroupNorm"/>.
/// </summary>
/// <remarks>Every step is a loop of its own: so short that the processor works on many vectors at a time, while each waits for its sums or its e^x.</remarks>
internal static unsafe class GroupNormLanes
{
    public static bool Applies<TVector, T>(in GroupNormShape shape)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        shape.Positions == 1 && TVector.Count > 1
        && BitOperations.IsPow2(shape.GroupChannels) && shape.GroupChannels <= (InPairs<TVector, T>(shape.Channels) ? Pair<TVector, T>.Count : TVector.Count);

    private static bool InPairs<TVector, T>(int channels)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => channels % Pair<TVector, T>.Count == 0;

    /// <summary>
    /// One sample: y from x + shift; mean and rstd, for each group, where mean is not null. Channels are a whole number of vectors, and
    /// what is left goes to <see cref="ForwardEnd"/>.
    /// </summary>
    public static void Forward<TVector, T>(int channels, int group, T epsilon, bool silu, T* x, T* shift, T* gamma, T* beta, T* y, T* mean, T* rstd)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (InPairs<TVector, T>(channels))
        {
            Normalise<Pair<TVector, T>, T>(channels, group, epsilon, x, shift, y, mean, rstd, null);
            Apply<Pair<TVector, T>, T>(channels, silu, y, gamma, beta);
            return;
        }

        Normalise<TVector, T>(channels, group, epsilon, x, shift, y, mean, rstd, null);
        Apply<TVector, T>(channels, silu, y, gamma, beta);
    }

    /// <summary>The last vector of a sample's channels, which reaches back.</summary>
    public static void ForwardEnd<TVector, T>(int channels, int group, T epsilon, bool silu, T* x, T* shift, T* gamma, T* beta, T* y, T* mean, T* rstd)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int back = channels - TVector.Count;
        Forward<TVector, T>(
            TVector.Count, group, epsilon, silu, x + back, shift + back, gamma + back, beta + back, y + back, mean == null ? null : mean + (back / group), rstd + (back / group));
    }

    /// <summary>
    /// One sample: dx, its sum over the one position, and what it adds to dgamma and dbeta. Mean and deviation are made again: that is
    /// cheaper than to spread them. h, inverse and dz, [C], are memory for what lies between. Channels as in <see cref="Forward"/>.
    /// </summary>
    public static void Backward<TVector, T>(
        int channels, int group, T epsilon, bool silu, bool accumulate, T* x, T* shift, T* gamma, T* beta, T* dy, T* dx, T* dShift, T* dGamma, T* dBeta, T* h, T* inverse, T* dz)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (InPairs<TVector, T>(channels))
        {
            Normalise<Pair<TVector, T>, T>(channels, group, epsilon, x, shift, h, null, null, inverse);
            ActivationGradient<Pair<TVector, T>, T>(channels, silu, h, gamma, beta, dy, dz, dGamma, dBeta);
            InputGradient<Pair<TVector, T>, T>(channels, group, accumulate, h, inverse, gamma, dz, dx, dShift);
            return;
        }

        Normalise<TVector, T>(channels, group, epsilon, x, shift, h, null, null, inverse);
        ActivationGradient<TVector, T>(channels, silu, h, gamma, beta, dy, dz, dGamma, dBeta);
        InputGradient<TVector, T>(channels, group, accumulate, h, inverse, gamma, dz, dx, dShift);
    }

    /// <summary>The last vector of a sample's channels, which reaches back: what it adds stands by itself first.</summary>
    public static void BackwardEnd<TVector, T>(
        int channels, int group, T epsilon, bool silu, bool accumulate, T* x, T* shift, T* gamma, T* beta, T* dy, T* dx, T* dShift, T* dGamma, T* dBeta, T* h, T* inverse, T* dz)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int back = channels - TVector.Count;
        T* added = stackalloc T[2 * TVector.Count];
        TVector.Store(TVector.Zero, added);
        TVector.Store(TVector.Zero, added + TVector.Count);
        Backward<TVector, T>(
            TVector.Count, group, epsilon, silu, false, x + back, shift + back, gamma + back, beta + back, dy + back, dz, dShift + back, added, added + TVector.Count, h, inverse, dz);
        Tail.StoreNew(TVector.Load(dGamma + back) + TVector.Load(added), dGamma, back);
        Tail.StoreNew(TVector.Load(dBeta + back) + TVector.Load(added + TVector.Count), dBeta, back);
        TVector d = TVector.Load(dz);
        Tail.StoreNew(accumulate ? d + TVector.Load(dx + back) : d, dx, back);
    }

    // With q = dz·gamma: dx = (q - mean(q) - h·mean(q·h))·rstd.
    private static void InputGradient<TVector, T>(int channels, int group, bool accumulate, T* h, T* inverse, T* gamma, T* dz, T* dx, T* dShift)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector share = TVector.Broadcast(T.One / T.CreateChecked(group));
        for (nint c = 0; c < channels; c += TVector.Count)
        {
            TVector q = TVector.Load(dz + c) * TVector.Load(gamma + c), hat = TVector.Load(h + c);
            TVector meanQ = GroupSums.SumLanes<TVector, T>(q, group) * share, meanQH = GroupSums.SumLanes<TVector, T>(q * hat, group) * share;
            TVector d = (q - meanQ - (hat * meanQH)) * TVector.Load(inverse + c);
            TVector.Store(d, dShift + c);
            TVector.Store(accumulate ? d + TVector.Load(dx + c) : d, dx + c);
        }
    }

    // h = (x + shift - mean)·rstd, and rstd for each channel where inverse is not null.
    private static void Normalise<TVector, T>(int channels, int group, T epsilon, T* x, T* shift, T* h, T* mean, T* rstd, T* inverse)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector share = TVector.Broadcast(T.One / T.CreateChecked(group)), eps = TVector.Broadcast(epsilon);
        T* lanes = stackalloc T[2 * TVector.Count];
        for (nint c = 0; c < channels; c += TVector.Count)
        {
            TVector v = TVector.Load(x + c) + TVector.Load(shift + c);
            TVector middle = GroupSums.SumLanes<TVector, T>(v, group) * share;
            v -= middle;
            TVector r = TVector.ReciprocalSqrt(TVector.MultiplyAdd(GroupSums.SumLanes<TVector, T>(v * v, group), share, eps));
            TVector.Store(v * r, h + c);
            if (inverse != null)
                TVector.Store(r, inverse + c);
            if (mean != null)
            {
                TVector.Store(middle, lanes);
                TVector.Store(r, lanes + TVector.Count);
                for (int lane = 0; lane < TVector.Count; lane += group)
                {
                    *mean++ = lanes[lane];
                    *rstd++ = lanes[TVector.Count + lane];
                }
            }
        }
    }

    // y = y·gamma + beta, or SiLU of that.
    private static void Apply<TVector, T>(int channels, bool silu, T* y, T* gamma, T* beta)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint c = 0; c < channels; c += TVector.Count)
        {
            TVector z = TVector.MultiplyAdd(TVector.Load(y + c), TVector.Load(gamma + c), TVector.Load(beta + c));
            TVector.Store(silu ? default(SiluFunction<T>).Value(z) : z, y + c);
        }
    }

    // dz = dy·SiLU'(z), or dy; dbeta += dz; dgamma += dz·h.
    private static void ActivationGradient<TVector, T>(int channels, bool silu, T* h, T* gamma, T* beta, T* dy, T* dz, T* dGamma, T* dBeta)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint c = 0; c < channels; c += TVector.Count)
        {
            TVector hat = TVector.Load(h + c), d = TVector.Load(dy + c);
            if (silu)
                d *= default(SiluFunction<T>).Derivative(TVector.MultiplyAdd(hat, TVector.Load(gamma + c), TVector.Load(beta + c)));
            TVector.Store(d, dz + c);
            TVector.Store(TVector.Load(dBeta + c) + d, dBeta + c);
            TVector.Store(TVector.MultiplyAdd(d, hat, TVector.Load(dGamma + c)), dGamma + c);
        }
    }
}
