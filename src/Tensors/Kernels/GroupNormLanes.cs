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
        && BitOperations.IsPow2(shape.GroupChannels) && shape.GroupChannels <= (InPairs<TVector, T>(shape) ? Pair<TVector, T>.Count : TVector.Count);

    private static bool InPairs<TVector, T>(in GroupNormShape shape)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> => shape.Channels % Pair<TVector, T>.Count == 0;

    /// <summary>One sample: y from x + shift; mean and rstd, for each group, where mean is not null. h, [C], is memory for what lies between.</summary>
    public static void Forward<TVector, T>(in GroupNormShape shape, T epsilon, bool silu, T* x, T* shift, T* gamma, T* beta, T* y, T* mean, T* rstd, T* h)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (InPairs<TVector, T>(shape))
        {
            Normalise<Pair<TVector, T>, T>(shape, epsilon, x, shift, h, mean, rstd, null);
            Apply<Pair<TVector, T>, T>(shape.Channels, silu, h, gamma, beta, y);
            return;
        }

        Normalise<TVector, T>(shape, epsilon, x, shift, h, mean, rstd, null);
        Apply<TVector, T>(shape.Channels, silu, h, gamma, beta, y);
    }

    /// <summary>
    /// One sample: dx, its sum over the one position, and what it adds to dgamma and dbeta. Mean and deviation are made again: that is
    /// cheaper than to spread them. h, inverse and dz, [C], are memory for what lies between.
    /// </summary>
    public static void Backward<TVector, T>(
        in GroupNormShape shape, T epsilon, bool silu, bool accumulate, T* x, T* shift, T* gamma, T* beta, T* dy, T* dx, T* dShift, T* dGamma, T* dBeta, T* h, T* inverse, T* dz)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (InPairs<TVector, T>(shape))
        {
            Normalise<Pair<TVector, T>, T>(shape, epsilon, x, shift, h, null, null, inverse);
            ActivationGradient<Pair<TVector, T>, T>(shape.Channels, silu, h, gamma, beta, dy, dz, dGamma, dBeta);
            InputGradient<Pair<TVector, T>, T>(shape, accumulate, h, inverse, gamma, dz, dx, dShift);
            return;
        }

        Normalise<TVector, T>(shape, epsilon, x, shift, h, null, null, inverse);
        ActivationGradient<TVector, T>(shape.Channels, silu, h, gamma, beta, dy, dz, dGamma, dBeta);
        InputGradient<TVector, T>(shape, accumulate, h, inverse, gamma, dz, dx, dShift);
    }

    // With q = dz·gamma: dx = (q - mean(q) - h·mean(q·h))·rstd.
    private static void InputGradient<TVector, T>(in GroupNormShape shape, bool accumulate, T* h, T* inverse, T* gamma, T* dz, T* dx, T* dShift)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TVector share = TVector.Broadcast(T.One / T.CreateChecked(shape.GroupChannels));
        for (nint c = 0; c < shape.Channels; c = Tail.Next<TVector, T>(c, shape.Channels))
        {
            TVector q = TVector.Load(dz + c) * TVector.Load(gamma + c), hat = TVector.Load(h + c);
            TVector meanQ = GroupSums.SumLanes<TVector, T>(q, shape.GroupChannels) * share, meanQH = GroupSums.SumLanes<TVector, T>(q * hat, shape.GroupChannels) * share;
            TVector d = (q - meanQ - (hat * meanQH)) * TVector.Load(inverse + c);
            TVector.Store(d, dShift + c);
            TVector.Store(accumulate ? TVector.Load(dx + c) + Tail.OnlyNew<TVector, T>(d, c) : d, dx + c);
        }
    }

    // h = (x + shift - mean)·rstd, and rstd for each channel where inverse is not null.
    private static void Normalise<TVector, T>(in GroupNormShape shape, T epsilon, T* x, T* shift, T* h, T* mean, T* rstd, T* inverse)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int group = shape.GroupChannels, channels = shape.Channels, log = BitOperations.Log2((uint)group);
        TVector share = TVector.Broadcast(T.One / T.CreateChecked(group)), eps = TVector.Broadcast(epsilon);
        T* lanes = stackalloc T[2 * TVector.Count];
        for (nint c = 0; c < channels; c = Tail.Next<TVector, T>(c, channels))
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
                nint g = c >> log;
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
        for (nint c = 0; c < channels; c = Tail.Next<TVector, T>(c, channels))
        {
            TVector z = TVector.MultiplyAdd(TVector.Load(h + c), TVector.Load(gamma + c), TVector.Load(beta + c));
            TVector.Store(silu ? default(SiluFunction<T>).Value(z) : z, y + c);
        }
    }

    // dz = dy·SiLU'(z), or dy; dbeta += dz; dgamma += dz·h.
    private static void ActivationGradient<TVector, T>(int channels, bool silu, T* h, T* gamma, T* beta, T* dy, T* dz, T* dGamma, T* dBeta)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (nint c = 0; c < channels; c = Tail.Next<TVector, T>(c, channels))
        {
            TVector hat = TVector.Load(h + c), d = TVector.Load(dy + c);
            if (silu)
                d *= default(SiluFunction<T>).Derivative(TVector.MultiplyAdd(hat, TVector.Load(gamma + c), TVector.Load(beta + c)));
            TVector.Store(d, dz + c);
            d = Tail.OnlyNew<TVector, T>(d, c);
            TVector.Store(TVector.Load(dBeta + c) + d, dBeta + c);
            TVector.Store(TVector.MultiplyAdd(d, hat, TVector.Load(dGamma + c)), dGamma + c);
        }
    }
}
