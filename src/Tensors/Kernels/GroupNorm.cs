using System.Numerics;
using Diffusion.Tensors.Memory;
using Diffusion.Tensors.Simd;
using Diffusion.Tensors.Threading;

namespace Diffusion.Tensors.Kernels;

/// <summary>Group normalisation (Wu and He, arXiv:1803.08494), optionally with SiLU behind it in the same pass.</summary>
/// <remarks>
/// Channels are last, so everything runs along channels: sums over positions for each channel, then the few channels of a
/// group are put together, and mean, scale and shift are spread over channels again.
/// </remarks>
internal static unsafe partial class GroupNorm
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
        int length = GroupNormLanes.Padded<V512<T>, T>(channels);
        T* partial = Scratch<T>.Get(ScratchSlot.Statistics, (nint)tasks * 2 * length);
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
                PartialLength = length,
                SamplesPerTask = SamplesPerTask(shape),
            };
            Workers.Run<BackwardKernel<T>, T>(kernel, tasks, shape.Channels);
        }

        for (int c = 0; c < channels; c++)
        {
            T sumGamma = accumulateParameters ? dgamma[c] : T.Zero, sumBeta = accumulateParameters ? dbeta[c] : T.Zero;
            for (int task = 0; task < tasks; task++)
            {
                sumGamma += partial[((nint)task * 2 * length) + c];
                sumBeta += partial[((((nint)task * 2) + 1) * length) + c];
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
}
