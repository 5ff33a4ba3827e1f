using System.Numerics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <content>The tasks: some samples each.</content>
internal static unsafe partial class GroupNorm
{
    private struct ForwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public GroupNormShape Shape;
        public T Epsilon;
        public bool Silu;
        public T* X, Gamma, Beta, Y, Mean, Rstd;
        public GroupNormRowPointers<T> Rows;
        public int SamplesPerTask;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int channels = Shape.Channels, positions = Shape.Positions, groupChannels = Shape.GroupChannels;
            bool silu = Silu, lanes = GroupNormLanes.Applies<TVector, T>(Shape);
            int padded = GroupNormLanes.Padded<TVector, T>(channels);

            // No loop over channels writes to what it reads, but for sums: so the last vector may reach back.
            T* sum = Scratch<T>.Get(ScratchSlot.Image2, 6 * (nint)padded), squares = sum + padded, total = squares + padded, middle = total + padded, spread = middle + padded, shift = spread + padded;
            T* centre = total, scale = sum;
            new Span<T>(shift, channels).Clear();
            TVector inverseSize = TVector.Broadcast(T.One / T.CreateChecked(Shape.GroupSize)), epsilon = TVector.Broadcast(Epsilon);
            TVector count = TVector.Broadcast(T.CreateChecked(positions));
            var (firstSample, to) = Parts.Range(task, SamplesPerTask, Shape.Batch);
            for (int n = firstSample; n < to; n++)
            {
                T* x = X + ((nint)n * positions * channels);
                T* y = Y + ((nint)n * positions * channels);
                T* mean = Mean == null ? null : Mean + (n * Shape.Groups), rstd = Rstd + (n * Shape.Groups);
                if (!Rows.IsEmpty)
                    Rows.Sum<TVector>(n, channels, shift);
                if (lanes)
                {
                    GroupNormLanes.Forward<TVector, T>(channels, groupChannels, Epsilon, silu, x, shift, Gamma, Beta, y, mean, rstd, total);
                    continue;
                }

                // One pass over the positions. Numbers are taken from the channel's first one: so near the mean that sums of
                // squares keep their digits.
                for (int from = 0; from < positions; from += GroupNormLoops.PositionsPerBlock)
                {
                    int end = Math.Min(positions, from + GroupNormLoops.PositionsPerBlock);
                    for (nint c = 0; c < channels; c = Tail.Next<TVector, T>(c, channels))
                    {
                        TVector first = TVector.Load(x + c);
                        TVector d1 = from == 0 ? TVector.Zero : TVector.Load(sum + c), d2 = from == 0 ? TVector.Zero : TVector.Load(squares + c);
                        T* at = x + ((nint)from * channels) + c;
                        nint ahead = (nint)GroupNormLoops.PositionsPerBlock * channels;
                        for (int s = from; s < end; s++, at += channels)
                        {
                            Prefetching.FetchLine(at + ahead);
                            TVector d = TVector.Load(at) - first;
                            d1 += d;
                            d2 = TVector.MultiplyAdd(d, d, d2);
                        }

                        Tail.StoreNew(d1, sum, c);
                        Tail.StoreNew(d2, squares, c);
                        Tail.StoreNew(TVector.MultiplyAdd(count, first + TVector.Load(shift + c), d1), total, c);
                    }
                }

                GroupSums.SumWithinGroups<TVector, T>(total, channels, groupChannels);
                for (nint c = 0; c < channels; c = Tail.Next<TVector, T>(c, channels))
                {
                    // Σ (x + shift - mean)² = Σ d² + 2·e·Σ d + S·e² with d = x - first, e = first + shift - mean.
                    TVector m = TVector.Load(total + c) * inverseSize, e = TVector.Load(x + c) + TVector.Load(shift + c) - m, d = TVector.Load(sum + c);
                    TVector.Store(m, middle + c);
                    TVector.Store(TVector.MultiplyAdd(e, d + d + (count * e), TVector.Load(squares + c)), spread + c);
                }

                GroupSums.SumWithinGroups<TVector, T>(spread, channels, groupChannels);
                for (nint c = 0; c < channels; c = Tail.Next<TVector, T>(c, channels))
                {
                    TVector.Store(TVector.ReciprocalSqrt(TVector.MultiplyAdd(TVector.Load(spread + c), inverseSize, epsilon)), scale + c);
                    TVector.Store(TVector.Load(middle + c) - TVector.Load(shift + c), centre + c);
                }

                for (int g = 0; g < Shape.Groups && mean != null; g++)
                    (mean[g], rstd[g]) = (middle[g * groupChannels], scale[g * groupChannels]);

                for (int from = 0; from < positions; from += GroupNormLoops.PositionsPerBlock)
                {
                    int end = Math.Min(positions, from + GroupNormLoops.PositionsPerBlock);
                    nint at = (nint)from * channels;
                    GroupNormLoops.Apply<TVector, T>(end - from, channels, silu, x + at, centre, scale, Gamma, Beta, y + at);
                }
            }
        }
    }

    private struct BackwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public GroupNormShape Shape;
        public T Epsilon;
        public bool Silu, Accumulate;
        public T* X, Gamma, Beta, Mean, Rstd, DY, DX, DShift, Partial;
        public GroupNormRowPointers<T> Rows;
        public int SamplesPerTask, PartialLength;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int channels = Shape.Channels, positions = Shape.Positions, groupChannels = Shape.GroupChannels, padded = GroupNormLanes.Padded<TVector, T>(channels);
            bool silu = Silu, accumulate = Accumulate, lanes = GroupNormLanes.Applies<TVector, T>(Shape);
            T* scratch = Scratch<T>.Get(ScratchSlot.Image2, (8 * (nint)padded) + (lanes ? padded : accumulate ? (nint)positions * channels : 0));
            T* centre = scratch, inverse = centre + padded, totalZ = inverse + padded, totalZH = totalZ + padded, meanQ = totalZH + padded, meanQH = meanQ + padded;
            T* shift = meanQH + padded, unwanted = shift + padded, apart = unwanted + padded;
            T* dGamma = Partial + ((nint)task * 2 * PartialLength), dBeta = dGamma + PartialLength;
            T* lastZ = stackalloc T[GroupNormLoops.PositionsPerBlock * TVector.Count];
            int back = channels - TVector.Count, whole = channels - (channels % TVector.Count);
            new Span<T>(dGamma, 2 * PartialLength).Clear();
            new Span<T>(shift, channels).Clear();
            TVector inverseSize = TVector.Broadcast(T.One / T.CreateChecked(Shape.GroupSize));

            var (firstSample, to) = Parts.Range(task, SamplesPerTask, Shape.Batch);
            for (int n = firstSample; n < to; n++)
            {
                nint offset = (nint)n * positions * channels;
                T* x = X + offset, dy = DY + offset, dx = DX + offset, dShift = DShift == null ? unwanted : DShift + ((nint)n * channels);
                if (!Rows.IsEmpty)
                    Rows.Sum<TVector>(n, channels, shift);
                if (lanes)
                {
                    GroupNormLanes.Backward<TVector, T>(channels, groupChannels, Epsilon, silu, accumulate, x, shift, Gamma, Beta, dy, dx, dShift, dGamma, dBeta, centre, inverse, apart);
                    continue;
                }

                // dz is dy without an activation. Else it waits in dx, which is thereby fetched, unless dx is to be added to.
                T* dz = !silu ? dy : accumulate ? apart : dx;
                new Span<T>(totalZ, channels).Clear();
                new Span<T>(totalZH, channels).Clear();
                for (int g = 0; g < Shape.Groups; g++)
                {
                    T mean = Mean[(n * Shape.Groups) + g], rstd = Rstd[(n * Shape.Groups) + g];
                    for (int c = g * groupChannels; c < (g + 1) * groupChannels; c++)
                        (centre[c], inverse[c]) = (mean - shift[c], rstd);
                }

                for (int from = 0; from < positions; from += GroupNormLoops.PositionsPerBlock)
                {
                    int end = Math.Min(positions, from + GroupNormLoops.PositionsPerBlock);
                    nint at = (nint)from * channels;
                    GroupNormLoops.ActivationGradient<TVector, T>(end - from, channels, silu, x + at, centre, inverse, Gamma, Beta, dy + at, dz + at, totalZ, totalZH);
                }

                for (nint c = 0; c < channels; c = Tail.Next<TVector, T>(c, channels))
                {
                    TVector z = TVector.Load(totalZ + c), zh = TVector.Load(totalZH + c), gamma = TVector.Load(Gamma + c);
                    TVector.Store(z * gamma, meanQ + c);
                    TVector.Store(zh * gamma, meanQH + c);
                    Tail.StoreNew(TVector.Load(dBeta + c) + z, dBeta, c);
                    Tail.StoreNew(TVector.Load(dGamma + c) + zh, dGamma, c);
                }

                GroupSums.SumWithinGroups<TVector, T>(meanQ, channels, groupChannels);
                GroupSums.SumWithinGroups<TVector, T>(meanQH, channels, groupChannels);
                new Span<T>(dShift, channels).Clear();
                for (int from = 0; from < positions; from += GroupNormLoops.PositionsPerBlock)
                {
                    int end = Math.Min(positions, from + GroupNormLoops.PositionsPerBlock);
                    nint at = (nint)from * channels;

                    // The last vector's dz is kept from what is put in its place.
                    for (int s = 0; s < end - from && whole < channels; s++)
                        TVector.Store(TVector.Load(dz + at + ((nint)s * channels) + back), lastZ + (s * TVector.Count));
                    for (nint c = 0; c < channels; c = Tail.Next<TVector, T>(c, channels))
                    {
                        bool last = c == back && whole < channels;
                        TVector r = TVector.Load(inverse + c), share = TVector.Zero - (r * inverseSize);
                        GroupNormLoops.InputGradient<TVector, T>(
                            end - from, channels, c, accumulate, x + at, TVector.Load(centre + c), r * TVector.Load(Gamma + c),
                            share * TVector.Load(meanQ + c), share * r * TVector.Load(meanQH + c), last ? lastZ : dz + at + c, last ? TVector.Count : channels, dx + at, dShift);
                    }
                }
            }

            if (lanes)
            {
                GroupNormLanes.Finish<TVector, T>(channels, dGamma);
                GroupNormLanes.Finish<TVector, T>(channels, dBeta);
            }
        }
    }
}
