using System.Numerics;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// Group normalisation where a sample has one position and a group lies within one vector or two: sums over a group are exchanges
/// of lanes, so a group never leaves its registers. The formulas are those of <see cref="GroupNorm"/>.
/// </summary>
/// <remarks>
/// Every step is a loop of its own: so short that the processor works on many vectors at a time, while each waits for its sums or its e^x. The last
/// vector reaches back (at) in what is given, but not (c) in what lies between and in sums, which are padded.
/// </remarks>
internal static unsafe class GroupNormLanes
{
    public static bool Applies<TVector, T>(in GroupNormShape shape)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        shape.Positions == 1 && TVector.Count > 1
        && BitOperations.IsPow2(shape.GroupChannels) && shape.GroupChannels <= (InPairs<TVector, T>(shape.Channels) ? Pair<TVector, T>.Count : TVector.Count);

    /// <summary>Channels in whole vectors, or pairs of them.</summary>
    public static int Padded<TVector, T>(int channels)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => (channels + Pair<TVector, T>.Count - 1) / Pair<TVector, T>.Count * Pair<TVector, T>.Count;

    private static bool InPairs<TVector, T>(int channels)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => channels >= Pair<TVector, T>.Count;

    /// <summary>
    /// One sample: y from x + shift; mean and rstd, for each group, where mean is not null. h, padded, is memory for what lies between.
    /// </summary>
    public static void Forward<TVector, T>(int channels, int group, T epsilon, bool silu, T* x, T* shift, T* gamma, T* beta, T* y, T* mean, T* rstd, T* h)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (InPairs<TVector, T>(channels))
        {
            Normalise<Pair<TVector, T>, T>(channels, group, epsilon, x, shift, h, mean, rstd, null);
            Apply<Pair<TVector, T>, T>(channels, silu, h, gamma, beta, y);
            return;
        }

        Normalise<TVector, T>(channels, group, epsilon, x, shift, h, mean, rstd, null);
        Apply<TVector, T>(channels, silu, h, gamma, beta, y);
    }

    /// <summary>
    /// One sample: dx, its sum over the one position, and what it adds to dgamma and dbeta, which are padded and end with <see cref="Finish"/>. Mean and
    /// deviation are made again: that is cheaper than to spread them. h, inverse and dz, padded, are memory for what lies between.
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

    /// <summary>After the last sample: the last vector of a padded sum goes to its channels.</summary>
    public static void Finish<TVector, T>(int channels, T* sum)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (InPairs<TVector, T>(channels))
            Move<Pair<TVector, T>, T>(channels, sum);
        else
            Move<TVector, T>(channels, sum);
    }

    private static void Move<TVector, T>(int channels, T* sum)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int back = channels - TVector.Count, left = channels % TVector.Count;
        if (left > 0)
            Tail.StoreNew(TVector.Load(sum + channels - left), sum, back);
    }

    // With q = dz·gamma: dx = (q - mean(q) - h·mean(q·h))·rstd.
    private static void InputGradient<TVector, T>(int channels, int group, bool accumulate, T* h, T* inverse, T* gamma, T* dz, T* dx, T* dShift)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector share = TVector.Broadcast(T.One / T.CreateChecked(group));
        for (nint c = 0; c < channels; c += TVector.Count)
        {
            nint at = Math.Min(c, channels - TVector.Count);
            TVector q = TVector.Load(dz + c) * TVector.Load(gamma + at), hat = TVector.Load(h + c);
            TVector meanQ = GroupSums.SumLanes<TVector, T>(q, group) * share, meanQH = GroupSums.SumLanes<TVector, T>(q * hat, group) * share;
            TVector d = (q - meanQ - (hat * meanQH)) * TVector.Load(inverse + c);
            TVector.Store(d, dShift + at);
            if (accumulate)
                Tail.StoreNew(d + TVector.Load(dx + at), dx, at);
            else
                TVector.Store(d, dx + at);
        }
    }

    // h = (x + shift - mean)·rstd, and rstd for each channel where inverse is not null.
    private static void Normalise<TVector, T>(int channels, int group, T epsilon, T* x, T* shift, T* h, T* mean, T* rstd, T* inverse)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector share = TVector.Broadcast(T.One / T.CreateChecked(group)), eps = TVector.Broadcast(epsilon);
        T* lanes = stackalloc T[2 * TVector.Count];
        int log = BitOperations.Log2((uint)group);
        for (nint c = 0; c < channels; c += TVector.Count)
        {
            nint at = Math.Min(c, channels - TVector.Count);
            TVector v = TVector.Load(x + at) + TVector.Load(shift + at);
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
                nint g = at >> log;
                for (int lane = 0; lane < TVector.Count; lane += group, g++)
                    (mean[g], rstd[g]) = (lanes[lane], lanes[TVector.Count + lane]);
            }
        }
    }

    // y = h·gamma + beta, or SiLU of that.
    private static void Apply<TVector, T>(int channels, bool silu, T* h, T* gamma, T* beta, T* y)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint c = 0; c < channels; c += TVector.Count)
        {
            nint at = Math.Min(c, channels - TVector.Count);
            TVector z = TVector.MultiplyAdd(TVector.Load(h + c), TVector.Load(gamma + at), TVector.Load(beta + at));
            TVector.Store(silu ? default(SiluFunction<T>).Value(z) : z, y + at);
        }
    }

    // dz = dy·SiLU'(z), or dy; dbeta += dz; dgamma += dz·h.
    private static void ActivationGradient<TVector, T>(int channels, bool silu, T* h, T* gamma, T* beta, T* dy, T* dz, T* dGamma, T* dBeta)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint c = 0; c < channels; c += TVector.Count)
        {
            nint at = Math.Min(c, channels - TVector.Count);
            TVector hat = TVector.Load(h + c), d = TVector.Load(dy + at);
            if (silu)
                d *= default(SiluFunction<T>).Derivative(TVector.MultiplyAdd(hat, TVector.Load(gamma + at), TVector.Load(beta + at)));
            TVector.Store(d, dz + c);
            TVector.Store(TVector.Load(dBeta + c) + d, dBeta + c);
            TVector.Store(TVector.MultiplyAdd(d, hat, TVector.Load(dGamma + c)), dGamma + c);
        }
    }
}
