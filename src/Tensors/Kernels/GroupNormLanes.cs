using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Simd;

namespace Diffusion.Tensors.Kernels;

/// <summary>
/// Group normalisation where a sample has one position and a group lies within a vector: sums over a group are exchanges
/// of lanes, so a group never leaves its register. The formulas are those of <see cref="GroupNorm"/>.
/// </summary>
internal static unsafe class GroupNormLanes
{
    public static bool Applies<TVector, T>(in GroupNormShape shape)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        shape.Positions == 1 && TVector.Count > 1 && shape.GroupChannels <= TVector.Count
        && BitOperations.IsPow2(shape.GroupChannels) && shape.Channels % TVector.Count == 0;

    /// <summary>One sample: y from x; mean and rstd, for each group, where mean is not null.</summary>
    public static void Forward<TVector, T>(in GroupNormShape shape, T epsilon, bool silu, T* x, T* gamma, T* beta, T* y, T* mean, T* rstd)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int group = shape.GroupChannels, channels = shape.Channels;
        TVector inverse = TVector.Broadcast(T.One / T.CreateChecked(group)), eps = TVector.Broadcast(epsilon);
        T* lanes = stackalloc T[2 * TVector.Count];
        for (int c = 0; c < channels; c += TVector.Count)
        {
            TVector v = TVector.Load(x + c);
            TVector middle = GroupSums.SumLanes<TVector, T>(v, group) * inverse;
            v -= middle;
            TVector r = TVector.ReciprocalSqrt(TVector.MultiplyAdd(GroupSums.SumLanes<TVector, T>(v * v, group), inverse, eps));
            TVector z = TVector.MultiplyAdd(v * r, TVector.Load(gamma + c), TVector.Load(beta + c));
            if (silu)
                z = default(SiluFunction<T>).Value(z);
            TVector.Store(z, y + c);
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

    /// <summary>One sample: dx, and what it adds to dgamma and dbeta. Mean and deviation are made again: that is cheaper than to spread them.</summary>
    public static void Backward<TVector, T>(
        in GroupNormShape shape, T epsilon, bool silu, bool accumulate, T* x, T* gamma, T* beta, T* dy, T* dx, T* dGamma, T* dBeta)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int group = shape.GroupChannels, channels = shape.Channels;
        TVector share = TVector.Broadcast(T.One / T.CreateChecked(group)), eps = TVector.Broadcast(epsilon);
        for (int c = 0; c < channels; c += TVector.Count)
        {
            TVector v = TVector.Load(x + c), g = TVector.Load(gamma + c);
            v -= GroupSums.SumLanes<TVector, T>(v, group) * share;
            TVector r = TVector.ReciprocalSqrt(TVector.MultiplyAdd(GroupSums.SumLanes<TVector, T>(v * v, group), share, eps));
            TVector h = v * r;
            TVector dz = TVector.Load(dy + c);
            if (silu)
                dz *= default(SiluFunction<T>).Derivative(TVector.MultiplyAdd(h, g, TVector.Load(beta + c)));
            TVector dzh = dz * h;
            TVector.Store(TVector.Load(dBeta + c) + dz, dBeta + c);
            TVector.Store(TVector.Load(dGamma + c) + dzh, dGamma + c);
            TVector meanQ = GroupSums.SumLanes<TVector, T>(dz * g, group) * share, meanQH = GroupSums.SumLanes<TVector, T>(dzh * g, group) * share;
            TVector d = ((dz * g) - meanQ - (h * meanQH)) * r;
            TVector.Store(accumulate ? d + TVector.Load(dx + c) : d, dx + c);
        }
    }
}
