using System.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Sampling;

/// <summary>
/// The one sampling loop: walks the times of a run from the start down to the end. Before each step the denoiser is
/// evaluated at the state; how the step moves the state is the sampler's.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="settings">The settings.</param>
public abstract class GridSampler<T>(SamplerSettings settings) : ISampler<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The least lambda that high-order solvers start from (as DPM-Solver's authors advise for the cosine schedule).</summary>
    protected const double LeastLambda = -5.1;

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <summary>The settings.</summary>
    public SamplerSettings Settings { get; } = settings;

    /// <summary>The spacing where the settings name none.</summary>
    protected virtual StepSpacing DefaultSpacing => StepSpacing.Uniform;

    /// <summary>Whether the start is capped at <see cref="LeastLambda"/> where the settings name none.</summary>
    protected virtual bool CapsStart => false;

    /// <summary>Whether steps use the predicted data.</summary>
    protected virtual bool NeedsX0 => false;

    /// <summary>Whether steps use the variance that the denoiser has learned.</summary>
    protected virtual bool NeedsVariance => false;

    /// <summary>How many predictions steps use: 1 for that of the step, more for those of steps before.</summary>
    protected virtual int History => 1;

    /// <summary>The times that a run visits, from the start down to the end.</summary>
    /// <exception cref="ArgumentException">The settings do not suit the schedule, such as more steps than T.</exception>
    public double[] TimesFor(NoiseSchedule schedule)
    {
        double[] times;
        if (Settings.Times is { } given)
        {
            if (given[0] > schedule.T)
                throw new ArgumentException($"The times start at {given[0]}; a schedule with T = {schedule.T} ends there.", nameof(schedule));
            times = [.. given];
        }
        else
        {
            double? start = Settings.StartTime;
            if (start is null && CapsStart)
                start = schedule.TimeOfLambda(Math.Max(schedule.Lambda[schedule.T], LeastLambda));
            times = TimeGrid.Of(schedule, Settings.Spacing ?? DefaultSpacing, Settings.Steps ?? schedule.T, start, Settings.EndTime);
        }

        return Settings.IntegerTimes ? TimeGrid.ToIntegers(times) : times;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The settings do not suit the schedule, such as more steps than T.</exception>
    public int EvaluationsFor(NoiseSchedule schedule)
    {
        double[] times = TimesFor(schedule);
        int evaluations = 0;
        for (int i = 1; i < times.Length; i++)
            evaluations += EvaluationsOf(times[i]);
        return evaluations;
    }

    /// <inheritdoc/>
    public Tensor<T> Sample(
        IDenoiser<T> denoiser,
        NoiseSchedule schedule,
        Tensor<T> start,
        ReadOnlySpan<int> labels,
        RandomSource random,
        ISampleObserver<T>? observer = null) => Sample(denoiser, schedule, [start], labels, random, observer);

    /// <summary>Runs with the states of the first times given, as multistep methods want them to show their order.</summary>
    /// <param name="denoiser">Predicts the noise.</param>
    /// <param name="schedule">The schedule that the denoiser belongs to.</param>
    /// <param name="starts">The states at the first times, at least one and not more than there are times; read only.</param>
    /// <param name="labels">Empty (none), one for all, or N; -1 means none.</param>
    /// <param name="random">The source of the run.</param>
    /// <param name="observer">Sees the start and every step.</param>
    /// <returns>The state at the last time, in memory of its own.</returns>
    /// <exception cref="ArgumentException">Shapes or lengths that do not fit together, or settings that do not suit the schedule.</exception>
    public Tensor<T> Sample(
        IDenoiser<T> denoiser,
        NoiseSchedule schedule,
        IReadOnlyList<Tensor<T>> starts,
        ReadOnlySpan<int> labels,
        RandomSource random,
        ISampleObserver<T>? observer = null)
    {
        var levels = Array.ConvertAll(TimesFor(schedule), t => NoiseLevel.At(schedule, t));
        if (starts.Count == 0 || starts.Count > levels.Length)
            throw new ArgumentException($"{starts.Count} states were given for {levels.Length} times; accepted is 1 to {levels.Length}.", nameof(starts));
        Prepare(schedule, levels);

        int count = levels.Length - 1;
        var run = new SamplingRun<T>(denoiser, schedule, levels, starts[0], labels, random, Settings.ClampX0, NeedsX0 || observer is not null, History, NeedsVariance);
        observer?.OnStep(new SampleStep<T>(0, count, levels[0].Time, levels[0].Time, run.X, null, null, 0));
        for (int i = 0; i < count; i++)
        {
            run.Predict(i);
            if (i + 1 < starts.Count)
                run.X.CopyFrom(starts[i + 1]);
            else
                Step(run, i);
            observer?.OnStep(new SampleStep<T>(i + 1, count, levels[i].Time, levels[i + 1].Time, run.X, run.Past().Noise, run.Past().X0, run.Evaluations));
        }

        return run.X;
    }

    /// <summary>Moves the state from level i to level i + 1; <see cref="SamplingRun{T}.Past"/> holds the prediction at level i.</summary>
    protected abstract void Step(SamplingRun<T> run, int i);

    /// <summary>How often a step to a time evaluates the denoiser.</summary>
    protected virtual int EvaluationsOf(double to) => 1;

    /// <summary>Checks, before a run, what depends on the schedule.</summary>
    private protected virtual void Prepare(NoiseSchedule schedule, NoiseLevel[] levels)
    {
    }
}
