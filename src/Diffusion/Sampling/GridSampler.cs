using System.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Sampling;

/// <summary>
/// A sampler that walks the times of a run from the start to the end. Before each step the denoiser is evaluated at the state; how the
/// step moves the state is the derived class's. One of your own overrides <see cref="Step"/>.
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

    /// <summary>Whether steps lead to earlier times only: so do those that add noise.</summary>
    protected virtual bool NeedsFallingTimes => false;

    /// <summary>
    /// Whether steps divide by the signal g. From pure noise, where there is none, such a sampler first takes DDIM's step
    /// x_s = g_s x_0 + S_s eps, with one evaluation.
    /// </summary>
    protected virtual bool NeedsSignal => CapsStart;

    /// <summary>How many predictions steps use: 1 for that of the step, more for those of steps before.</summary>
    protected virtual int History => 1;

    /// <inheritdoc/>
    public double[] TimesFor(NoiseSchedule schedule)
    {
        double[] times;
        if (Settings.Times is { } given)
        {
            double noisiest = Math.Max(given[0], given[^1]);
            if (noisiest > schedule.T)
                throw new ArgumentException($"The times {(given[0] > given[^1] ? "start" : "end")} at {noisiest}; a schedule with T = {schedule.T} ends there.", nameof(schedule));
            times = [.. given];
        }
        else
        {
            double? start = Settings.StartTime;
            if (start is null && CapsStart)
                start = schedule.TimeOfLambda(Math.Max(schedule.LambdaAt(schedule.T), LeastLambda));
            times = TimeGrid.Of(schedule, Settings.Spacing ?? DefaultSpacing, Settings.Steps ?? MostSteps(schedule, start), start, Settings.EndTime);
        }

        bool rises = times[0] < times[^1];
        if (Settings.IntegerTimes)
            times = rises ? [.. TimeGrid.ToIntegers([.. times.Reverse()]).Reverse()] : TimeGrid.ToIntegers(times);
        return Settings.Inverted && !rises ? [.. times.Reverse()] : times;
    }

    /// <inheritdoc/>
    public int EvaluationsFor(NoiseSchedule schedule)
    {
        double[] times = TimesFor(schedule);
        int evaluations = 0;
        for (int i = 1; i < times.Length; i++)
            evaluations += NeedsSignal && schedule.At(times[i - 1]).G == 0 ? 1 : EvaluationsOf(times[i]);
        return evaluations;
    }

    /// <inheritdoc/>
    public SamplingRun<T> Begin(IDenoiser<T> denoiser, NoiseSchedule schedule, Tensor<T> start, Condition<T> condition, RandomSource random)
    {
        var levels = Array.ConvertAll(TimesFor(schedule), schedule.At);
        if (NeedsFallingTimes && levels[0].Time < levels[^1].Time)
            throw new ArgumentException($"The times rise from {levels[0].Time} to {levels[^1].Time}, but steps of {Name} add noise and lead to earlier times.", nameof(schedule));
        if (CapsStart && levels[^1].G == 0)
            throw new ArgumentException($"The times rise to {levels[^1].Time}, where x is pure noise, of which {Name} knows no measure; end a little earlier, by StartTime.", nameof(schedule));
        Prepare(schedule, levels);
        if (start.Rank > 0)
            condition.Check(start.Shape[0]);
        return new(this, denoiser, schedule, levels, start, condition, random, Settings.ClampX0, History);
    }

    /// <summary>Moves the state from level i to level i + 1; <see cref="SamplingRun{T}.Past"/> holds the prediction at level i.</summary>
    /// <param name="run">The run.</param>
    /// <param name="i">The place of the state.</param>
    protected abstract void Step(SamplingRun<T> run, int i);

    /// <summary>How often a step to a time evaluates the denoiser.</summary>
    protected virtual int EvaluationsOf(double to) => 1;

    /// <summary>Checks, before a run, what depends on the schedule.</summary>
    /// <exception cref="ArgumentException">The settings do not suit the schedule.</exception>
    protected virtual void Prepare(NoiseSchedule schedule, IReadOnlyList<NoiseLevel> levels)
    {
    }

    internal void StepOf(SamplingRun<T> run, int i)
    {
        if (NeedsSignal && run.Levels[i].G == 0)
            run.Set(run.Levels[i + 1].G, run.Past().X0, run.Levels[i + 1].S, run.Past().Noise);
        else
            Step(run, i);
    }

    // T, or of whole times as many as there are between the ends.
    private int MostSteps(NoiseSchedule schedule, double? start) => !Settings.IntegerTimes ? schedule.T
        : (int)Math.Clamp(Math.Round(start ?? schedule.T) - Math.Round(Settings.EndTime), 1, schedule.T);
}
