using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Sampling;

/// <summary>
/// Ancestral sampling, DDPM's Algorithm 2 (assignment eq. 13): for t = T..1,
/// x_{t-1} = (x_t - beta_t / sqrt(1 - A_t) eps) / sqrt(alpha_t) + sigma_t z, with z = 0 at t = 1. One evaluation per step.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="settings">The choices; by default posterior variance, no noise at the last step, no clamping.</param>
public sealed class DdpmSampler<T>(DdpmSettings? settings = null) : ISampler<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public string Name => "ddpm";

    /// <summary>The choices that Algorithm 2 leaves open.</summary>
    public DdpmSettings Settings { get; } = Check(settings ?? new DdpmSettings());

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Shapes do not fit, or the table of optimal variances belongs to another T.</exception>
    public Tensor<T> Sample(
        IDenoiser<T> denoiser,
        NoiseSchedule schedule,
        Tensor<T> start,
        ReadOnlySpan<int> labels,
        RandomSource random,
        ISampleObserver<T>? observer = null)
    {
        if (Settings.Variance == ReverseVariance.Optimal && Settings.Optimal!.T != schedule.T)
            throw new ArgumentException($"The table of optimal variances belongs to T = {Settings.Optimal.T}, the schedule has T = {schedule.T}.", nameof(schedule));

        var x = start.Clone();
        var noise = Tensor<T>.Uninitialized(x.Shape);
        var x0 = observer is null && Settings.ClampX0 is null ? null : Tensor<T>.Uninitialized(x.Shape);
        var z = Tensor<T>.Uninitialized(x.Shape);
        int perSample = x.Rank == 0 || x.Shape[0] == 0 ? 1 : Math.Max(1, x.Length / x.Shape[0]);
        var stepNoise = random.For(Purpose.ReverseStep);
        double[] deviations = new double[Math.Max(1, labels.Length)];

        observer?.OnStep(new SampleStep<T>(0, schedule.T, schedule.T, schedule.T, x, null, null, 0));
        for (int t = schedule.T; t >= 1; t--)
        {
            denoiser.PredictNoise(x, [t], labels, noise);

            var step = schedule.PosteriorOf(t, t - 1);
            if (x0 is not null)
                PredictX0(schedule, t, x, noise, x0);
            bool addsNoise = (t > 1 || Settings.NoiseAtLastStep) && Deviations(step, t, labels, deviations);
            if (addsNoise)
                Draw(stepNoise.At(t), z, perSample);
            Move(schedule, t, step, x, noise, x0, addsNoise ? z : null, deviations, perSample);

            observer?.OnStep(new SampleStep<T>(schedule.T - t + 1, schedule.T, t, t - 1, x, noise, x0, schedule.T - t + 1));
        }

        return x;
    }

    private static DdpmSettings Check(DdpmSettings settings) =>
        settings.Variance == ReverseVariance.Optimal && settings.Optimal is null
            ? throw new ArgumentException("The optimal variance needs its table: set Optimal to OptimalVariance.For(mixture, schedule) or OptimalVariance.Estimate(...).", nameof(settings))
            : settings;

    // Drawing takes longer than all else here, so it is done in parallel; each sample's numbers are its own.
    private static void Draw(RandomStream stream, Tensor<T> z, int perSample) =>
        Chunks.For(z.Length / perSample, Math.Max(1, 8192 / perSample), (from, to) =>
            stream.Normal(z.Span[(from * perSample)..(to * perSample)], perSample, firstSample: from));

    // x_0 = (x_t - S eps) / g, clamped.
    private void PredictX0(NoiseSchedule schedule, int t, Tensor<T> x, Tensor<T> noise, Tensor<T> x0)
    {
        double g = schedule.SqrtAlphasCumprod[t], s = schedule.SqrtOneMinusAlphasCumprod[t];
        Fused.Combine(T.CreateTruncating(1 / g), x.Span, T.CreateTruncating(-s / g), noise.Span, x0.Span);
        if (Settings.ClampX0 is { } range)
            System.Numerics.Tensors.TensorPrimitives.Clamp(x0.Span, T.CreateTruncating(range.Low), T.CreateTruncating(range.High), x0.Span);
    }

    // The standard deviations of the step, one for all samples or one for each; false if all are 0.
    private bool Deviations(in Posterior step, int t, ReadOnlySpan<int> labels, double[] deviations)
    {
        bool any = false;
        for (int i = 0; i < deviations.Length; i++)
        {
            double variance = Settings.Variance switch
            {
                ReverseVariance.Upper => step.Beta,
                ReverseVariance.Optimal => Settings.Optimal!.Of(step, t, DenoiserArguments.LabelOf(labels, i)),
                _ => step.Variance,
            };
            deviations[i] = Math.Sqrt(variance);
            any |= variance > 0;
        }

        return any;
    }

    // x = mean + deviation z, where the mean comes from eps (DDPM eq. 11), or from the clamped x_0 (DDPM eq. 7).
    private void Move(
        NoiseSchedule schedule, int t, in Posterior step, Tensor<T> x, Tensor<T> noise, Tensor<T>? x0, Tensor<T>? z, double[] deviations, int perSample)
    {
        double root = Math.Sqrt(step.Alpha);
        bool clamps = Settings.ClampX0 is not null;
        var ofX = T.CreateTruncating(clamps ? step.MeanCoefXt : 1 / root);
        var other = clamps ? x0! : noise;
        var ofOther = T.CreateTruncating(clamps ? step.MeanCoefX0 : -step.Beta / (schedule.SqrtOneMinusAlphasCumprod[t] * root));
        if (z is null)
        {
            Fused.Combine(ofX, x.Span, ofOther, other.Span, x.Span);
            return;
        }

        int rows = deviations.Length == 1 ? x.Length : perSample;
        for (int i = 0; i < deviations.Length; i++)
        {
            int from = i * rows;
            Fused.Combine(ofX, x.Span.Slice(from, rows), ofOther, other.Span.Slice(from, rows), T.CreateTruncating(deviations[i]), z.Span.Slice(from, rows), x.Span.Slice(from, rows));
        }
    }
}
