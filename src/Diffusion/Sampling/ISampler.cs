using System.Numerics;
using Diffusion.Schedules;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Sampling;

/// <summary>Turns pure noise into data: any denoiser, any schedule. An instance holds settings only and may be shared.</summary>
/// <typeparam name="T">The number type.</typeparam>
public interface ISampler<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The name in the registry, such as <c>ddpm</c>.</summary>
    string Name { get; }

    /// <summary>The times that a run visits, from the start to the end.</summary>
    /// <exception cref="ArgumentException">The settings do not suit the schedule, such as more steps than T.</exception>
    double[] TimesFor(NoiseSchedule schedule);

    /// <summary>How often a run calls the denoiser (NFE; a guided denoiser counts once).</summary>
    /// <exception cref="ArgumentException">The settings do not suit the schedule, such as more steps than T.</exception>
    int EvaluationsFor(NoiseSchedule schedule);

    /// <summary>Begins a run of the reverse process, from t = T to t = 0 unless the settings say otherwise, that is taken step by step.</summary>
    /// <param name="denoiser">Predicts x_0 and the noise.</param>
    /// <param name="schedule">The schedule that the denoiser belongs to.</param>
    /// <param name="start">The state at the first time, [N, ...]; see <see cref="Start"/>. It is copied.</param>
    /// <param name="condition">What is asked for; it is copied.</param>
    /// <param name="random">The source of the run; noise of the step from an integer t comes from <c>random.For(Purpose.ReverseStep).At(t)</c>, so runs with the same seed are coupled.</param>
    /// <exception cref="ArgumentException">Shapes or lengths that do not fit together, or settings that do not suit the schedule.</exception>
    SamplingRun<T> Begin(IDenoiser<T> denoiser, NoiseSchedule schedule, Tensor<T> start, Condition<T> condition, RandomSource random);
}

/// <summary>Whole runs of samplers.</summary>
public static class SamplerExtensions
{
    /// <summary>Begins a run and takes all its steps.</summary>
    /// <param name="sampler">The sampler.</param>
    /// <param name="denoiser">Predicts x_0 and the noise.</param>
    /// <param name="schedule">The schedule that the denoiser belongs to.</param>
    /// <param name="start">The state at the first time, [N, ...]; read only.</param>
    /// <param name="condition">What is asked for.</param>
    /// <param name="random">The source of the run.</param>
    /// <param name="observer">Sees the start and every step.</param>
    /// <returns>The state at the last time, in memory of its own.</returns>
    /// <exception cref="ArgumentException">Shapes or lengths that do not fit together, or settings that do not suit the schedule.</exception>
    public static Tensor<T> Sample<T>(
        this ISampler<T> sampler, IDenoiser<T> denoiser, NoiseSchedule schedule, Tensor<T> start, Condition<T> condition, RandomSource random, ISampleObserver<T>? observer = null)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var run = sampler.Begin(denoiser, schedule, start, condition, random);
        observer?.OnStep(new SampleStep<T>(0, run.Count, run.Level.Time, run.Level.Time, run.X, null, null, 0));
        while (run.Step())
        {
            if (observer is null)
                continue;
            var past = run.Past();
            observer.OnStep(new SampleStep<T>(
                run.Index, run.Count, run.Levels[run.Index - 1].Time, run.Level.Time, run.X, past.TellsNoise ? past.Noise : null, past.TellsX0 ? past.X0 : null, run.Evaluations));
        }

        return run.X;
    }

    /// <summary>Runs for many samples, in batches of a bounded size, so that memory is bounded too.</summary>
    /// <param name="sampler">The sampler.</param>
    /// <param name="denoiser">Predicts x_0 and the noise.</param>
    /// <param name="schedule">The schedule that the denoiser belongs to.</param>
    /// <param name="start">The state at the first time, [N, ...]; read only.</param>
    /// <param name="condition">What is asked for, of all samples or of each.</param>
    /// <param name="random">The source of the run; batch k draws from <c>random.Derive(k)</c>.</param>
    /// <param name="batch">The most samples at once, at least 1.</param>
    /// <param name="done">Told after each batch how many samples are done.</param>
    /// <param name="cancellation">Ends the work after the step under way.</param>
    /// <returns>The states at the last time, [N, ...].</returns>
    /// <exception cref="ArgumentException">Shapes or lengths that do not fit together, or settings that do not suit the schedule.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static Tensor<T> SampleInBatches<T>(
        this ISampler<T> sampler, IDenoiser<T> denoiser, NoiseSchedule schedule, Tensor<T> start, Condition<T> condition, RandomSource random,
        int batch = 256, Action<int>? done = null, CancellationToken cancellation = default)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        int count = start.Shape[0];
        condition.Check(count);
        var all = Tensor<T>.Uninitialized(start.Shape);
        for (int from = 0; from < count; from += batch)
        {
            int to = Math.Min(count, from + batch);
            var run = sampler.Begin(denoiser, schedule, start.Rows(from, to), condition.Rows(from, to), random.Derive((uint)(from / batch)));
            do
                cancellation.ThrowIfCancellationRequested();
            while (run.Step());
            all.Rows(from, to).CopyFrom(run.X);
            done?.Invoke(to);
        }

        return all;
    }
}
