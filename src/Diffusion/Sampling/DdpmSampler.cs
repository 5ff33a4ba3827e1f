using System.Numerics;
using Diffusion.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;

namespace Diffusion.Sampling;

/// <summary>
/// Ancestral sampling, DDPM's Algorithm 2 (assignment eq. 13): from t to an earlier s, with alpha = A_t / A_s, beta = 1 - alpha,
/// x_s = (x_t - beta / sqrt(1 - A_t) eps) / sqrt(alpha) + sigma z, with z = 0 in the step to 0. One evaluation per step.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="settings">The choices; by default T steps, posterior variance, no noise at the last step, no clamping.</param>
public sealed class DdpmSampler<T>(DdpmSettings? settings = null) : GridSampler<T>(Check(settings ?? new DdpmSettings()))
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override string Name => Settings.Variance switch
    {
        ReverseVariance.Upper => "ddpm-upper",
        ReverseVariance.Optimal => "ddpm-optimal",
        ReverseVariance.Learned => "ddpm-learned",
        _ => "ddpm",
    };

    /// <summary>The choices that Algorithm 2 leaves open.</summary>
    public new DdpmSettings Settings => (DdpmSettings)base.Settings;

    /// <inheritdoc/>
    protected override bool NeedsVariance => Settings.Variance == ReverseVariance.Learned;

    /// <inheritdoc/>
    protected override void Step(SamplingRun<T> run, int i)
    {
        NoiseLevel from = run.Levels[i], to = run.Levels[i + 1];
        var step = run.Schedule.PosteriorOf(from.Time, to.Time);
        Span<double> deviations = run.Labels.Length <= 1 ? stackalloc double[1] : new double[run.Labels.Length];
        bool addsNoise = (to.Time > 0 || Settings.NoiseAtLastStep) && Deviations(step, from.Time, run.Labels, deviations);

        // The mean from eps (DDPM eq. 11), or from the clamped x_0 (DDPM eq. 7).
        double root = Math.Sqrt(step.Alpha);
        bool clamps = Settings.ClampX0 is not null;
        double ofX = clamps ? step.MeanCoefXt : 1 / root;
        var other = clamps ? run.Past().X0 : run.Past().Noise;
        double ofOther = clamps ? step.MeanCoefX0 : -step.Beta / (from.S * root);
        if (!addsNoise)
            run.Move(ofX, ofOther, other);
        else if (NeedsVariance)
            MoveLearned(run, ofX, ofOther, other, from.Time);
        else if (deviations.Length == 1)
            run.Move(ofX, ofOther, other, deviations[0], run.Normal(from.Time));
        else
            Move(run, ofX, ofOther, other, deviations, run.Normal(from.Time));
    }

    // ln v = f ln beta + (1 - f) ln beta~, for each element.
    private static void MoveLearned(SamplingRun<T> run, double ofX, double ofOther, Tensor<T> other, double t)
    {
        var (low, high) = Training.VariationalBound.Range(run.Schedule, t);
        Span<T> x = run.X.Span, y = other.Span, f = run.Past().Fraction.Span, z = run.Normal(t).Span;
        T a = T.CreateTruncating(ofX), b = T.CreateTruncating(ofOther), half = T.CreateTruncating(low / 2), range = T.CreateTruncating((high - low) / 2);
        for (int i = 0; i < x.Length; i++)
            x[i] = (a * x[i]) + (b * y[i]) + (T.Exp(half + (f[i] * range)) * z[i]);
    }

    private protected override void Prepare(NoiseSchedule schedule, NoiseLevel[] levels)
    {
        for (int i = 1; NeedsVariance && i < levels.Length; i++)
        {
            if (levels[i - 1].Time - levels[i].Time != 1 || levels[i].Time != Math.Floor(levels[i].Time))
                throw new ArgumentException($"The learned variance is that of single whole steps, not of one from {levels[i - 1].Time} to {levels[i].Time}; take all {schedule.T} steps.", nameof(levels));
        }

        if (Settings.Variance != ReverseVariance.Optimal)
            return;
        if (Settings.Optimal!.T != schedule.T)
            throw new ArgumentException($"The table of optimal variances belongs to T = {Settings.Optimal.T}, the schedule has T = {schedule.T}.", nameof(schedule));
        foreach (var level in levels)
        {
            if (level.Time != Math.Floor(level.Time))
                throw new ArgumentException($"The table of optimal variances knows integer times, not {level.Time}; set IntegerTimes.", nameof(levels));
        }
    }

    private static DdpmSettings Check(DdpmSettings settings) =>
        settings.Variance == ReverseVariance.Optimal && settings.Optimal is null
            ? throw new ArgumentException("The optimal variance needs its table: set Optimal to OptimalVariance.For(mixture, schedule) or OptimalVariance.Estimate(...).", nameof(settings))
            : settings;

    // The standard deviations of the step, one for all samples or one for each; false if all are 0.
    private bool Deviations(in Posterior step, double t, ReadOnlySpan<int> labels, Span<double> deviations)
    {
        bool any = false;
        for (int i = 0; i < deviations.Length; i++)
        {
            double variance = Settings.Variance switch
            {
                ReverseVariance.Upper => step.Beta,
                ReverseVariance.Optimal => Settings.Optimal!.Of(step, (int)t, DenoiserArguments.LabelOf(labels, i)),
                _ => step.Variance,
            };
            deviations[i] = Math.Sqrt(variance);
            any |= variance > 0;
        }

        return any;
    }

    // As SamplingRun.Move, with a deviation for each sample.
    private static void Move(SamplingRun<T> run, double ofX, double ofOther, Tensor<T> other, ReadOnlySpan<double> deviations, Tensor<T> z)
    {
        for (int i = 0; i < deviations.Length; i++)
        {
            int from = i * run.PerSample, length = run.PerSample;
            var x = run.X.Span.Slice(from, length);
            Fused.Combine(T.CreateTruncating(ofX), x, T.CreateTruncating(ofOther), other.Span.Slice(from, length), T.CreateTruncating(deviations[i]), z.Span.Slice(from, length), x);
        }
    }
}
