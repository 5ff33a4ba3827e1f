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
/// <param name="settings">The settings; by default T steps, no clamping.</param>
public sealed class DdpmSampler<T>(SamplerSettings? settings = null) : GridSampler<T>(settings ?? new SamplerSettings())
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The variance of the reverse steps: the posterior's, by default.</summary>
    public ReverseVariance Variance { get; init => field = Accepted.Defined(value); }

    /// <summary>The table that <see cref="ReverseVariance.Optimal"/> needs.</summary>
    public OptimalVariance? Optimal { get; init; }

    /// <summary>Whether the step to t = 0 adds noise too; the assignment and DDPM's Algorithm 2 add none.</summary>
    public bool NoiseAtLastStep { get; init; }

    /// <inheritdoc/>
    public override string Name => Variance switch
    {
        ReverseVariance.Upper => "ddpm-upper",
        ReverseVariance.Optimal => "ddpm-optimal",
        ReverseVariance.Learned => "ddpm-learned",
        _ => "ddpm",
    };

    /// <inheritdoc/>
    protected override bool NeedsFallingTimes => true;

    /// <inheritdoc/>
    protected override void Step(SamplingRun<T> run, int i)
    {
        NoiseLevel from = run.Levels[i], to = run.Levels[i + 1];
        var step = run.Schedule.PosteriorOf(from.Time, to.Time);
        Span<double> deviations = run.Condition.Labels.Length <= 1 ? stackalloc double[1] : new double[run.Condition.Labels.Length];
        bool learns = Variance == ReverseVariance.Learned;
        bool addsNoise = (to.Time > 0 || NoiseAtLastStep) && (learns || Deviations(step, from.Time, run.Condition, deviations));

        // The mean from eps (DDPM eq. 11), or from x_0 (DDPM eq. 7) where that is clamped, or where eps says nothing of the data.
        double root = Math.Sqrt(step.Alpha);
        bool byX0 = Settings.ClampX0 is not null || from.G == 0;
        double ofX = byX0 ? step.MeanCoefXt : 1 / root;
        var other = byX0 ? run.Past().X0 : run.Past().Noise;
        double ofOther = byX0 ? step.MeanCoefX0 : -step.Beta / (from.S * root);
        if (!addsNoise)
            run.Move(ofX, ofOther, other);
        else if (learns)
            MoveLearned(run, ofX, ofOther, other, from.Time, to.Time);
        else if (deviations.Length == 1)
            run.Move(ofX, ofOther, other, deviations[0], run.Normal(from.Time));
        else
            Move(run, ofX, ofOther, other, deviations, run.Normal(from.Time));
    }

    // ln v = f ln beta + (1 - f) ln beta~, for each element.
    private static void MoveLearned(SamplingRun<T> run, double ofX, double ofOther, Tensor<T> other, double t, double to)
    {
        var (low, high) = run.Schedule.LogVarianceRange(t, to);
        Span<T> x = run.X.Span, y = other.Span, f = run.Past().VarianceFraction.Span, z = run.Normal(t).Span;
        T a = T.CreateTruncating(ofX), b = T.CreateTruncating(ofOther), half = T.CreateTruncating(low / 2), range = T.CreateTruncating((high - low) / 2);
        for (int i = 0; i < x.Length; i++)
            x[i] = (a * x[i]) + (b * y[i]) + (T.Exp(half + (f[i] * range)) * z[i]);
    }

    /// <inheritdoc/>
    protected override void Prepare(NoiseSchedule schedule, IReadOnlyList<NoiseLevel> levels)
    {
        if (Variance != ReverseVariance.Optimal)
            return;
        var table = Optimal ?? throw new ArgumentException("The optimal variance needs its table: set Optimal to OptimalVariance.For(mixture, schedule) or OptimalVariance.Estimate(...).", nameof(schedule));
        if (table.T != schedule.T)
            throw new ArgumentException($"The table of optimal variances belongs to T = {table.T}, the schedule has T = {schedule.T}.", nameof(schedule));
        foreach (var level in levels)
        {
            if (level.Time != Math.Floor(level.Time))
                throw new ArgumentException($"The table of optimal variances knows integer times, not {level.Time}; set IntegerTimes.", nameof(levels));
        }
    }

    // The standard deviations of the step, one for all samples or one for each; false if all are 0.
    private bool Deviations(in Posterior step, double t, Condition<T> condition, Span<double> deviations)
    {
        bool any = false;
        for (int i = 0; i < deviations.Length; i++)
        {
            double variance = Variance switch
            {
                ReverseVariance.Upper => step.Beta,
                ReverseVariance.Optimal => Optimal!.Of(step, (int)t, condition.LabelOf(i)),
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
