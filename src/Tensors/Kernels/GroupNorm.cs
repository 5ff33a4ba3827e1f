using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>The sizes of a group normalisation of [N, S, C]: S positions (length, or height times width), C channels in G groups.</summary>
internal readonly record struct GroupNormShape
{
    /// <summary>Makes and checks the sizes.</summary>
    /// <exception cref="ArgumentException">Channels that cannot be split into the groups, a negative size, or more elements than a shape has.</exception>
    public GroupNormShape(int batch, int positions, int channels, int groups)
    {
        if (groups < 1 || channels < 0 || channels % groups != 0)
            throw new ArgumentException($"{channels} channels cannot be split into {groups} groups.", nameof(groups));
        (Batch, Positions, Channels, Groups) = (batch, positions, channels, groups);
        Length = new Shape(batch, positions, channels).Length;
        Statistics = new Shape(batch, groups).Length;
        _ = new Shape(Math.Max(batch, 1), positions, channels);
    }

    /// <summary>N.</summary>
    public int Batch { get; }

    /// <summary>S.</summary>
    public int Positions { get; }

    /// <summary>C, a multiple of G.</summary>
    public int Channels { get; }

    /// <summary>G.</summary>
    public int Groups { get; }

    /// <summary>How many numbers are normalised together.</summary>
    public int GroupSize => Positions * (Channels / Groups);

    /// <summary>C / G.</summary>
    public int GroupChannels => Channels / Groups;

    /// <summary>N·S·C.</summary>
    public int Length { get; }

    /// <summary>N·G, the length of the kept means and reciprocal standard deviations.</summary>
    public int Statistics { get; }
}

/// <summary>Group normalisation (Wu and He, arXiv:1803.08494), optionally with SiLU behind it in the same pass.</summary>
/// <remarks>
/// Channels are last, so everything runs along channels: sums over positions for each channel, then the few channels of a
/// group are put together, and mean, scale and shift are spread over channels again.
/// </remarks>
internal static unsafe class GroupNorm
{
    /// <summary>
    /// h = (x - mean) / √(var + epsilon) with mean and (biased) variance of each sample's group; y = h·gamma + beta, or
    /// SiLU of that. mean and rstd, [N, G], receive what the backward pass needs; both may be empty where there is none. x, y: [N, S, C]; gamma, beta: [C].
    /// With <paramref name="rows"/>, x stands for x + what they add to a sample.
    /// </summary>
    public static void Forward<T>(
        in GroupNormShape shape, T epsilon, bool silu, ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, ReadOnlySpan<T> beta,
        Span<T> y, Span<T> mean, Span<T> rstd, GroupNormRows<T> rows = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        bool keeps = !mean.IsEmpty || !rstd.IsEmpty;
        Check(shape, x.Length, y.Length, gamma.Length, beta.Length, keeps ? mean.Length : shape.Statistics, keeps ? rstd.Length : shape.Statistics);
        CheckRows(shape, rows);
        if (shape.Length == 0)
        {
            mean.Clear();
            rstd.Clear();
            return;
        }

        fixed (T* px = x, pGamma = gamma, pBeta = beta, py = y, pMean = mean, pRstd = rstd, table1 = rows.Table1, table2 = rows.Table2)
        fixed (int* index1 = rows.Index1, index2 = rows.Index2)
        {
            var kernel = new ForwardKernel<T>
            {
                Shape = shape,
                Epsilon = epsilon,
                Silu = silu,
                X = px,
                Rows = new(table1, index1, table2, index2),
                Gamma = pGamma,
                Beta = pBeta,
                Y = py,
                Mean = pMean,
                Rstd = pRstd,
                SamplesPerTask = SamplesPerTask(shape),
            };
            Workers.Run<ForwardKernel<T>, T>(kernel, Tasks(shape), shape.Channels);
        }
    }

    /// <summary>
    /// The gradients of <see cref="Forward"/>, from dy, the inputs and what was kept: dx is overwritten or added to; dgamma
    /// and dbeta likewise. dshift, [N, C], may be empty; else it is overwritten by the gradient of what rows added: Σ dx over the positions.
    /// </summary>
    /// <remarks>
    /// With q = dz·gamma and the mean over a group: dx = (q - mean(q) - h·mean(q·h))·rstd; dgamma = Σ dz·h; dbeta = Σ dz,
    /// where z is what SiLU is applied to, or y. The sums over samples are made in blocks of samples, then in order.
    /// </remarks>
    public static void Backward<T>(
        in GroupNormShape shape, T epsilon, bool silu, ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, ReadOnlySpan<T> beta,
        ReadOnlySpan<T> mean, ReadOnlySpan<T> rstd, ReadOnlySpan<T> dy,
        Span<T> dx, bool accumulateX, Span<T> dgamma, Span<T> dbeta, bool accumulateParameters, GroupNormRows<T> rows = default, Span<T> dshift = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, x.Length, dy.Length, gamma.Length, beta.Length, mean.Length, rstd.Length);
        Check(shape, x.Length, dx.Length, dgamma.Length, dbeta.Length, mean.Length, rstd.Length);
        CheckRows(shape, rows);
        if (!dshift.IsEmpty && dshift.Length != (long)shape.Batch * shape.Channels)
            throw new ArgumentException($"The gradient of the rows of {shape} got {dshift.Length} elements.", nameof(dshift));
        if (shape.Length == 0)
            dshift.Clear();
        int tasks = shape.Length == 0 ? 0 : Tasks(shape), channels = shape.Channels;
        T* partial = Scratch<T>.Get(ScratchSlot.Statistics, (nint)tasks * 2 * channels);
        fixed (T* px = x, pGamma = gamma, pBeta = beta, pMean = mean, pRstd = rstd, pdy = dy, pdx = dx, pdShift = dshift, table1 = rows.Table1, table2 = rows.Table2)
        fixed (int* index1 = rows.Index1, index2 = rows.Index2)
        {
            var kernel = new BackwardKernel<T>
            {
                Shape = shape,
                Epsilon = epsilon,
                Silu = silu,
                X = px,
                Rows = new(table1, index1, table2, index2),
                Gamma = pGamma,
                Beta = pBeta,
                Mean = pMean,
                Rstd = pRstd,
                DY = pdy,
                DX = pdx,
                DShift = pdShift,
                Accumulate = accumulateX,
                Partial = partial,
                SamplesPerTask = SamplesPerTask(shape),
            };
            Workers.Run<BackwardKernel<T>, T>(kernel, tasks, shape.Channels);
        }

        for (int c = 0; c < channels; c++)
        {
            T sumGamma = accumulateParameters ? dgamma[c] : T.Zero, sumBeta = accumulateParameters ? dbeta[c] : T.Zero;
            for (int task = 0; task < tasks; task++)
            {
                sumGamma += partial[((nint)task * 2 * channels) + c];
                sumBeta += partial[((((nint)task * 2) + 1) * channels) + c];
            }

            (dgamma[c], dbeta[c]) = (sumGamma, sumBeta);
        }
    }

    private static int SamplesPerTask(in GroupNormShape shape)
    {
        int sample = Math.Max(1, shape.Positions * shape.Channels);
        return Math.Max(Parts.Count(shape.Batch, 64), Math.Max(1, 8192 / sample));
    }

    private static int Tasks(in GroupNormShape shape) => Parts.Count(shape.Batch, SamplesPerTask(shape));

    private static void Check(in GroupNormShape shape, int x, int y, int gamma, int beta, int mean, int rstd)
    {
        if (x != shape.Length || y != shape.Length || gamma != shape.Channels || beta != shape.Channels || mean != shape.Statistics || rstd != shape.Statistics)
            throw new ArgumentException($"GroupNorm over {shape} got spans of other lengths: x {x}, y {y}, gamma {gamma}, beta {beta}, mean {mean}, rstd {rstd}.");
    }

    private static void CheckRows<T>(in GroupNormShape shape, GroupNormRows<T> rows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!rows.Fits(shape))
            throw new ArgumentException($"GroupNorm over {shape} got rows of other sizes: tables of {rows.Table1.Length} and {rows.Table2.Length} elements, {rows.Index1.Length} and {rows.Index2.Length} indices.", nameof(rows));
    }

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
            int padded = channels + TVector.Count, whole = channels - (channels % TVector.Count);

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
                    GroupNormLanes.Forward<TVector, T>(whole, groupChannels, Epsilon, silu, x, shift, Gamma, Beta, y, mean, rstd);
                    if (whole < channels)
                        GroupNormLanes.ForwardEnd<TVector, T>(channels, groupChannels, Epsilon, silu, x, shift, Gamma, Beta, y, mean, rstd);
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
        public int SamplesPerTask;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int channels = Shape.Channels, positions = Shape.Positions, groupChannels = Shape.GroupChannels, padded = channels + TVector.Count;
            bool silu = Silu, accumulate = Accumulate, lanes = GroupNormLanes.Applies<TVector, T>(Shape);
            T* scratch = Scratch<T>.Get(ScratchSlot.Image2, (8 * (nint)padded) + (lanes || accumulate ? (nint)positions * channels : 0));
            T* centre = scratch, inverse = centre + padded, totalZ = inverse + padded, totalZH = totalZ + padded, meanQ = totalZH + padded, meanQH = meanQ + padded;
            T* shift = meanQH + padded, unwanted = shift + padded, apart = unwanted + padded;
            T* dGamma = Partial + ((nint)task * 2 * channels), dBeta = dGamma + channels;
            T* lastZ = stackalloc T[GroupNormLoops.PositionsPerBlock * TVector.Count];
            int back = channels - TVector.Count, whole = channels - (channels % TVector.Count);
            new Span<T>(dGamma, 2 * channels).Clear();
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
                    GroupNormLanes.Backward<TVector, T>(whole, groupChannels, Epsilon, silu, accumulate, x, shift, Gamma, Beta, dy, dx, dShift, dGamma, dBeta, centre, inverse, apart);
                    if (whole < channels)
                        GroupNormLanes.BackwardEnd<TVector, T>(channels, groupChannels, Epsilon, silu, accumulate, x, shift, Gamma, Beta, dy, dx, dShift, dGamma, dBeta, centre, inverse, apart);
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
                    for (int s = 0; s < end - from; s++)
                        TVector.Store(TVector.Load(dz + at + ((nint)s * channels) + back), lastZ + (s * TVector.Count));
                    for (nint c = 0; c < channels; c = Tail.Next<TVector, T>(c, channels))
                    {
                        bool last = c == back;
                        TVector r = TVector.Load(inverse + c), share = TVector.Zero - (r * inverseSize);
                        GroupNormLoops.InputGradient<TVector, T>(
                            end - from, channels, c, accumulate, x + at, TVector.Load(centre + c), r * TVector.Load(Gamma + c),
                            share * TVector.Load(meanQ + c), share * r * TVector.Load(meanQH + c), last ? lastZ : dz + at + c, last ? TVector.Count : channels, dx + at, dShift);
                    }
                }
            }
        }
    }
}
