using System.Numerics;
using System.Runtime.CompilerServices;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>The sizes of a group normalisation of [N, S, C]: S positions (length, or height times width), C channels in G groups.</summary>
/// <param name="Batch">N.</param>
/// <param name="Positions">S.</param>
/// <param name="Channels">C, a multiple of G.</param>
/// <param name="Groups">G.</param>
internal readonly record struct GroupNormShape(int Batch, int Positions, int Channels, int Groups)
{
    /// <summary>How many numbers are normalised together.</summary>
    public int GroupSize => Positions * (Channels / Groups);

    /// <summary>C / G.</summary>
    public int GroupChannels => Channels / Groups;

    /// <summary>N·S·C.</summary>
    public int Length => Batch * Positions * Channels;

    /// <summary>N·G, the length of the kept means and reciprocal standard deviations.</summary>
    public int Statistics => Batch * Groups;
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
    /// SiLU of that. mean and rstd, [N, G], receive what the backward pass needs. x, y: [N, S, C]; gamma, beta: [C].
    /// </summary>
    public static void Forward<T>(
        in GroupNormShape shape, T epsilon, bool silu, ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, ReadOnlySpan<T> beta,
        Span<T> y, Span<T> mean, Span<T> rstd)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, x.Length, y.Length, gamma.Length, beta.Length, mean.Length, rstd.Length);
        fixed (T* px = x, pGamma = gamma, pBeta = beta, py = y, pMean = mean, pRstd = rstd)
        {
            var kernel = new ForwardKernel<T>
            {
                Shape = shape,
                Epsilon = epsilon,
                Silu = silu,
                X = px,
                Gamma = pGamma,
                Beta = pBeta,
                Y = py,
                Mean = pMean,
                Rstd = pRstd,
                SamplesPerTask = SamplesPerTask(shape),
            };
            Workers.Run<ForwardKernel<T>, T>(kernel, Tasks(shape));
        }
    }

    /// <summary>
    /// The gradients of <see cref="Forward"/>, from dy, the inputs and what was kept: dx is overwritten or added to; dgamma
    /// and dbeta likewise.
    /// </summary>
    /// <remarks>
    /// With q = dz·gamma and the mean over a group: dx = (q - mean(q) - h·mean(q·h))·rstd; dgamma = Σ dz·h; dbeta = Σ dz,
    /// where z is what SiLU is applied to, or y. The sums over samples are made in blocks of samples, then in order.
    /// </remarks>
    public static void Backward<T>(
        in GroupNormShape shape, bool silu, ReadOnlySpan<T> x, ReadOnlySpan<T> gamma, ReadOnlySpan<T> beta,
        ReadOnlySpan<T> mean, ReadOnlySpan<T> rstd, ReadOnlySpan<T> dy,
        Span<T> dx, bool accumulateX, Span<T> dgamma, Span<T> dbeta, bool accumulateParameters)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Check(shape, x.Length, dy.Length, gamma.Length, beta.Length, mean.Length, rstd.Length);
        int tasks = Tasks(shape), channels = shape.Channels;
        T* partial = Scratch<T>.Get(ScratchSlot.Statistics, tasks * 2 * channels);
        fixed (T* px = x, pGamma = gamma, pBeta = beta, pMean = mean, pRstd = rstd, pdy = dy, pdx = dx)
        {
            var kernel = new BackwardKernel<T>
            {
                Shape = shape,
                Silu = silu,
                X = px,
                Gamma = pGamma,
                Beta = pBeta,
                Mean = pMean,
                Rstd = pRstd,
                DY = pdy,
                DX = pdx,
                Accumulate = accumulateX,
                Partial = partial,
                SamplesPerTask = SamplesPerTask(shape),
            };
            Workers.Run<BackwardKernel<T>, T>(kernel, tasks);
        }

        for (int c = 0; c < channels; c++)
        {
            T sumGamma = accumulateParameters ? dgamma[c] : T.Zero, sumBeta = accumulateParameters ? dbeta[c] : T.Zero;
            for (int task = 0; task < tasks; task++)
            {
                sumGamma += partial[(task * 2 * channels) + c];
                sumBeta += partial[(((task * 2) + 1) * channels) + c];
            }

            (dgamma[c], dbeta[c]) = (sumGamma, sumBeta);
        }
    }

    private static int SamplesPerTask(in GroupNormShape shape)
    {
        int sample = Math.Max(1, shape.Positions * shape.Channels);
        return Math.Max((shape.Batch + 63) / 64, Math.Max(1, 8192 / sample));
    }

    private static int Tasks(in GroupNormShape shape) => (shape.Batch + SamplesPerTask(shape) - 1) / SamplesPerTask(shape);

    private static void Check(in GroupNormShape shape, int x, int y, int gamma, int beta, int mean, int rstd)
    {
        if (shape.Groups < 1 || shape.Channels % shape.Groups != 0)
            throw new ArgumentException($"{shape.Channels} channels cannot be split into {shape.Groups} groups.");
        if (x != shape.Length || y != shape.Length || gamma != shape.Channels || beta != shape.Channels || mean != shape.Statistics || rstd != shape.Statistics)
            throw new ArgumentException($"GroupNorm over {shape} got spans of other lengths: x {x}, y {y}, gamma {gamma}, beta {beta}, mean {mean}, rstd {rstd}.");
    }

    private struct ForwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public GroupNormShape Shape;
        public T Epsilon;
        public bool Silu;
        public T* X, Gamma, Beta, Y, Mean, Rstd;
        public int SamplesPerTask;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int channels = Shape.Channels;
            T* sum = Scratch<T>.Get(ScratchSlot.Image2, 4 * (channels + TVector.Count));
            T* centre = sum + channels + TVector.Count, scale = centre + channels + TVector.Count;
            T size = T.CreateChecked(Shape.GroupSize);
            int to = Math.Min(Shape.Batch, (task + 1) * SamplesPerTask);
            for (int n = task * SamplesPerTask; n < to; n++)
            {
                T* x = X + ((nint)n * Shape.Positions * channels);
                T* y = Y + ((nint)n * Shape.Positions * channels);
                T* mean = Mean + (n * Shape.Groups), rstd = Rstd + (n * Shape.Groups);

                for (int c = 0; c < channels; c += TVector.Count)
                {
                    TVector total = TVector.Zero;
                    for (int s = 0; s < Shape.Positions; s++)
                        total += Row.Load<TVector, T>(x + ((nint)s * channels), c, channels);
                    TVector.Store(total, sum + c);
                }

                for (int g = 0; g < Shape.Groups; g++)
                {
                    mean[g] = SumGroup(sum, g) / size;
                    Spread(mean[g], centre, g);
                }

                // The variance from centred numbers: a difference of squares would lose its digits.
                for (int c = 0; c < channels; c += TVector.Count)
                {
                    TVector total = TVector.Zero, middle = TVector.Load(centre + c);
                    for (int s = 0; s < Shape.Positions; s++)
                    {
                        TVector d = Row.Load<TVector, T>(x + ((nint)s * channels), c, channels) - middle;
                        total = TVector.MultiplyAdd(d, d, total);
                    }

                    TVector.Store(total, sum + c);
                }

                for (int g = 0; g < Shape.Groups; g++)
                {
                    rstd[g] = T.One / T.Sqrt((SumGroup(sum, g) / size) + Epsilon);
                    Spread(rstd[g], scale, g);
                }

                for (int c = 0; c < channels; c += TVector.Count)
                {
                    TVector middle = TVector.Load(centre + c);
                    TVector slope = TVector.Load(scale + c) * Row.Load<TVector, T>(Gamma, c, channels);
                    TVector shift = Row.Load<TVector, T>(Beta, c, channels);
                    for (int s = 0; s < Shape.Positions; s++)
                    {
                        TVector z = TVector.MultiplyAdd(Row.Load<TVector, T>(x + ((nint)s * channels), c, channels) - middle, slope, shift);
                        if (Silu)
                            z = default(SiluFunction<T>).Value(z);
                        Row.Store(z, y + ((nint)s * channels), c, channels);
                    }
                }
            }
        }

        private readonly T SumGroup(T* channels, int group)
        {
            T total = T.Zero;
            for (int c = group * Shape.GroupChannels; c < (group + 1) * Shape.GroupChannels; c++)
                total += channels[c];
            return total;
        }

        private readonly void Spread(T value, T* channels, int group) =>
            new Span<T>(channels + (group * Shape.GroupChannels), Shape.GroupChannels).Fill(value);
    }

    private struct BackwardKernel<T> : IKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public GroupNormShape Shape;
        public bool Silu, Accumulate;
        public T* X, Gamma, Beta, Mean, Rstd, DY, DX, Partial;
        public int SamplesPerTask;

        public readonly void Run<TVector>(int task)
            where TVector : unmanaged, IVector<TVector, T>
        {
            int channels = Shape.Channels, padded = channels + TVector.Count;
            T* scratch = Scratch<T>.Get(ScratchSlot.Image2, (6 * padded) + (Shape.Positions * channels));
            T* centre = scratch, inverse = centre + padded, sumZ = inverse + padded, sumZH = sumZ + padded;
            T* meanQ = sumZH + padded, meanQH = meanQ + padded, dz = meanQH + padded;
            T* dGamma = Partial + (task * 2 * channels), dBeta = dGamma + channels;
            new Span<T>(dGamma, 2 * channels).Clear();
            T size = T.CreateChecked(Shape.GroupSize);

            int to = Math.Min(Shape.Batch, (task + 1) * SamplesPerTask);
            for (int n = task * SamplesPerTask; n < to; n++)
            {
                nint offset = (nint)n * Shape.Positions * channels;
                T* x = X + offset, dy = DY + offset, dx = DX + offset;
                for (int g = 0; g < Shape.Groups; g++)
                {
                    Spread(Mean[(n * Shape.Groups) + g], centre, g);
                    Spread(Rstd[(n * Shape.Groups) + g], inverse, g);
                }

                for (int c = 0; c < channels; c += TVector.Count)
                {
                    TVector middle = TVector.Load(centre + c), r = TVector.Load(inverse + c);
                    TVector gamma = Row.Load<TVector, T>(Gamma, c, channels), beta = Row.Load<TVector, T>(Beta, c, channels);
                    TVector totalZ = TVector.Zero, totalZH = TVector.Zero;
                    for (int s = 0; s < Shape.Positions; s++)
                    {
                        nint at = (nint)s * channels;
                        TVector h = (Row.Load<TVector, T>(x + at, c, channels) - middle) * r;
                        TVector d = Row.Load<TVector, T>(dy + at, c, channels);
                        if (Silu)
                            d *= default(SiluFunction<T>).Derivative(TVector.MultiplyAdd(h, gamma, beta));
                        Row.Store(d, dz + at, c, channels);
                        totalZ += d;
                        totalZH = TVector.MultiplyAdd(d, h, totalZH);
                    }

                    TVector.Store(totalZ, sumZ + c);
                    TVector.Store(totalZH, sumZH + c);
                    Row.Store(Row.Load<TVector, T>(dBeta, c, channels) + totalZ, dBeta, c, channels);
                    Row.Store(Row.Load<TVector, T>(dGamma, c, channels) + totalZH, dGamma, c, channels);
                }

                for (int g = 0; g < Shape.Groups; g++)
                {
                    T q = T.Zero, qh = T.Zero;
                    for (int c = g * Shape.GroupChannels; c < (g + 1) * Shape.GroupChannels; c++)
                    {
                        q += sumZ[c] * Gamma[c];
                        qh += sumZH[c] * Gamma[c];
                    }

                    Spread(q / size, meanQ, g);
                    Spread(qh / size, meanQH, g);
                }

                for (int c = 0; c < channels; c += TVector.Count)
                {
                    TVector middle = TVector.Load(centre + c), r = TVector.Load(inverse + c);
                    TVector slope = r * Row.Load<TVector, T>(Gamma, c, channels);
                    TVector q = r * TVector.Load(meanQ + c), qh = r * r * TVector.Load(meanQH + c);
                    for (int s = 0; s < Shape.Positions; s++)
                    {
                        nint at = (nint)s * channels;
                        TVector centred = Row.Load<TVector, T>(x + at, c, channels) - middle;
                        TVector d = (Row.Load<TVector, T>(dz + at, c, channels) * slope) - q - (centred * qh);
                        if (Accumulate)
                            d += Row.Load<TVector, T>(dx + at, c, channels);
                        Row.Store(d, dx + at, c, channels);
                    }
                }
            }
        }

        private readonly void Spread(T value, T* channels, int group) =>
            new Span<T>(channels + (group * Shape.GroupChannels), Shape.GroupChannels).Fill(value);
    }
}

/// <summary>Loads and stores at the end of a row that is no whole number of vectors.</summary>
internal static unsafe class Row
{
    /// <summary>row[at ...], with ones where the row has ended.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TVector, T>(T* row, int at, int length)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T> =>
        at + TVector.Count <= length ? TVector.Load(row + at) : LoadEdge<TVector, T>(row + at, length - at);

    /// <summary>row[at ...] = value, as far as the row goes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<TVector, T>(TVector value, T* row, int at, int length)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (at + TVector.Count <= length)
            TVector.Store(value, row + at);
        else
            StoreEdge(value, row + at, length - at);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TVector LoadEdge<TVector, T>(T* source, int used)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* edge = stackalloc T[TVector.Count];
        Edge.Load(source, used, edge, TVector.Count);
        return TVector.Load(edge);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreEdge<TVector, T>(TVector value, T* destination, int used)
        where TVector : unmanaged, IVector<TVector, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* edge = stackalloc T[TVector.Count];
        TVector.Store(value, edge);
        Edge.Store(edge, used, destination);
    }
}
