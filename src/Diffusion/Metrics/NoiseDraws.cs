using System.Numerics;
using Diffusion.Data;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Metrics;

/// <summary>
/// Draws (x_t, eps) of one label and one step in batches of bounded size. The draws depend on the seed, the label, the step
/// and the sample only: two denoisers that are measured with one seed see the same.
/// </summary>
internal sealed class NoiseDraws<T>(GaussianMixture mixture, NoiseSchedule schedule, RandomSource random)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Batch = 4096;

    private readonly PurposeRandom _random = random.For(Purpose.Metrics);
    private readonly ExactDenoiser<T> _exact = new(mixture, schedule);

    /// <summary>What is seen of each batch; the tensors are overwritten by the next.</summary>
    /// <param name="noise">eps.</param>
    /// <param name="predicted">The denoiser's prediction of eps.</param>
    /// <param name="exact">The exact predictor's.</param>
    public delegate void Seen(Tensor<T> noise, Tensor<T> predicted, Tensor<T> exact);

    /// <summary>Draws <paramref name="count"/> samples with both predictions.</summary>
    public void Draw(IDenoiser<T> denoiser, int label, int t, int count, Seen seen)
    {
        var data = mixture.Conditional(label);
        long index = ((label + 1L) * (schedule.T + 1)) + t;
        RandomStream dataStream = _random.At(2 * index), noiseStream = _random.At((2 * index) + 1);
        for (int from = 0; from < count; from += Batch)
        {
            var (xt, _) = data.Sample<T>(Math.Min(Batch, count - from), dataStream, from);
            var noise = Tensor<T>.Uninitialized(xt.Shape);
            noiseStream.Normal(noise.Span, perSample: mixture.Dimensions, firstSample: from);
            schedule.QSample(xt, [(double)t], noise, xt);
            seen(noise, denoiser.Predict(xt, [t], label).Noise, _exact.Predict(xt, [t], label).Noise);
        }
    }
}
