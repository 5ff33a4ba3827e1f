using System.Numerics;
using Diffusion.Guidance;
using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Generation;

/// <summary>Samples that begin with data, and walks between samples.</summary>
public sealed partial class Generator<T>
{
    /// <summary>Changes data by making them noisy and denoising them again (SDEdit, arXiv:2108.01073).</summary>
    /// <param name="data">The data, [N, ...].</param>
    /// <param name="strength">How much: the share of T up to which noise is added, above 0 to 1, but no further than where the sampler starts; 1 is generation. The steps shrink with it.</param>
    /// <param name="condition">What is asked for, of all or of each.</param>
    /// <param name="done">Told after each batch how many are done.</param>
    /// <param name="cancellation">Ends the work after the step under way.</param>
    /// <returns>[N, ...].</returns>
    /// <exception cref="ArgumentOutOfRangeException">A strength that is not accepted.</exception>
    /// <exception cref="ArgumentException">Shapes that do not fit together, or settings that do not suit the schedule.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public Tensor<T> Edit(Tensor<T> data, double strength, Condition<T> condition = default, Action<int>? done = null, CancellationToken cancellation = default)
    {
        if (!(strength is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(strength), strength, $"The strength is {strength}; accepted is above 0 to 1.");
        var random = new RandomSource(Settings.Seed);

        // No noisier than the sampler's own start, so that full strength is generation.
        double time = Math.Min(strength * Model.Schedule.T, Sampler.TimesFor(Model.Schedule)[0]);
        time = SeesIntegers ? Math.Max(1, Math.Round(time)) : time;
        int steps = Math.Max(1, (int)Math.Round(strength * (Settings.Steps ?? Model.Schedule.T)));
        return MakeSampler(time, steps).SampleInBatches(
            Guided(Settings.Guidance), Model.Schedule, Start.From(random, data, Model.Schedule, time), condition, random, Settings.Batch, done, cancellation);
    }

    /// <summary>Fills in what is not known of data, in one batch: see <see cref="Inpainting"/>.</summary>
    /// <param name="known">The data, [N, ...]; what is not known of them is not read.</param>
    /// <param name="mask">1 where the data are known, 0 where they are not, of the same shape.</param>
    /// <param name="condition">What is asked for, of all or of each.</param>
    /// <param name="inpainting">How; null for the defaults.</param>
    /// <param name="cancellation">Ends the work after the step under way.</param>
    /// <returns>The known data with the rest filled in.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit together, or a mask of other numbers.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public Tensor<T> Inpaint(Tensor<T> known, Tensor<T> mask, Condition<T> condition = default, Inpainting? inpainting = null, CancellationToken cancellation = default) =>
        (inpainting ?? new()).Sample(Sampler, Guided(Settings.Guidance), Model.Schedule, known, mask, condition, new RandomSource(Settings.Seed), cancellation);

    /// <summary>
    /// Walks from one noise and condition to another, in one batch. Noises are interpolated on the sphere; predictions of two conditions
    /// are mixed (<see cref="ConditionInterpolation{T}"/>). With a sampler that adds no noise a sample is a function of both.
    /// </summary>
    /// <param name="first">The noises at the beginning of R walks, [R, ...].</param>
    /// <param name="second">Those at their ends; the same for walks between conditions alone.</param>
    /// <param name="from">The conditions at the beginning, of all walks or of each.</param>
    /// <param name="to">Those at the ends.</param>
    /// <param name="shares">The S places along each walk, from 0 to 1.</param>
    /// <returns>[R · S, ...], walk after walk.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A share outside of [0, 1].</exception>
    public Tensor<T> Walk(Tensor<T> first, Tensor<T> second, Condition<T> from, Condition<T> to, ReadOnlySpan<double> shares)
    {
        if (first.Rank == 0 || second.Shape != first.Shape)
            throw new ArgumentException($"The noises have the shapes {first.Shape} and {second.Shape}; accepted are two batches [R, ...] of one shape.", nameof(second));
        int walks = first.Shape[0], places = shares.Length;
        (from, to) = (Each(from, walks, places), Each(to, walks, places));
        var start = Tensor<T>.Uninitialized(first.Shape.With(0, walks * places));
        double[] ofSecond = new double[walks * places];
        for (int i = 0; i < ofSecond.Length; i++)
        {
            int walk = i / places;
            ofSecond[i] = shares[i % places];
            start.Rows(i, i + 1).CopyFrom(Start.Between(first.Rows(walk, walk + 1), second.Rows(walk, walk + 1), ofSecond[i]));
        }

        return Watch(start, from, denoiser: new ConditionInterpolation<T>(Guided(Settings.Guidance), to, ofSecond));
    }

    // The condition of each walk at all its places, one after the other.
    private static Condition<T> Each(Condition<T> condition, int walks, int places)
    {
        condition.Check(walks);
        if (condition.IsShared)
            return condition;
        if (condition.Values is not null)
            throw new ArgumentException("Walks take labels of each walk, or values that are the same for all of them.", nameof(condition));
        int[] labels = new int[walks * places];
        for (int i = 0; i < labels.Length; i++)
            labels[i] = condition.LabelOf(i / places);
        return labels;
    }
}
