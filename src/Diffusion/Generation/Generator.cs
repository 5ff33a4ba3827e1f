using System.Numerics;
using Diffusion.Guidance;
using Diffusion.Models;
using Diffusion.Objectives;
using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Generation;

/// <summary>Makes samples from one model in one way. Each is a function of the settings, its place and what is asked.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed partial class Generator<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Prepares for a model whose network says what a sample is.</summary>
    /// <param name="model">The model.</param>
    /// <param name="settings">How samples are made; null for the defaults.</param>
    /// <exception cref="ArgumentException">The network takes samples of any shape, or the sampler needs what the settings do not have.</exception>
    public Generator(Model<T> model, GenerationSettings? settings = null)
    {
        (Model, Settings) = (model, settings ?? new());
        SampleShape = model.Network.SampleShape
            ?? throw new ArgumentException($"The network {model.Network.Architecture} does not say of what shape a sample is; one that is to be generated from overrides SampleShape.", nameof(model));
        Sampler = MakeSampler();
    }

    /// <summary>The model.</summary>
    public Model<T> Model { get; }

    /// <summary>How samples are made.</summary>
    public GenerationSettings Settings { get; }

    /// <summary>The shape of one sample, such as [28, 28, 1].</summary>
    public Shape SampleShape { get; }

    /// <summary>The sampler, with the settings.</summary>
    public ISampler<T> Sampler { get; }

    /// <summary>Samples, in batches.</summary>
    /// <param name="count">N.</param>
    /// <param name="condition">What is asked for, of all or of each.</param>
    /// <param name="done">Told after each batch how many are done.</param>
    /// <param name="cancellation">Ends the work after the step under way.</param>
    /// <returns>[N, ...].</returns>
    /// <exception cref="ArgumentException">A condition that does not fit, or settings that do not suit the schedule.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public Tensor<T> Sample(int count, Condition<T> condition = default, Action<int>? done = null, CancellationToken cancellation = default)
    {
        var random = new RandomSource(Settings.Seed);
        return Sample(Guided(Settings.Guidance), Noise(count), condition, random, done, cancellation);
    }

    /// <summary>Samples from given starts by any denoiser, in batches.</summary>
    /// <param name="denoiser">The denoiser, such as that of <see cref="Guided"/>.</param>
    /// <param name="start">The starts, [N, ...].</param>
    /// <param name="condition">What is asked for, of all or of each.</param>
    /// <param name="random">The source of the steps' noise.</param>
    /// <param name="done">Told after each batch how many are done.</param>
    /// <param name="cancellation">Ends the work after the step under way.</param>
    /// <returns>[N, ...].</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit together, or settings that do not suit the schedule.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public Tensor<T> Sample(
        IDenoiser<T> denoiser, Tensor<T> start, Condition<T> condition, RandomSource random, Action<int>? done = null, CancellationToken cancellation = default) =>
        Sampler.SampleInBatches(denoiser, Model.Schedule, start, condition, random, Settings.Batch, done, cancellation);

    /// <summary>Samples from given starts in one batch, watched.</summary>
    /// <param name="start">The starts, [N, ...].</param>
    /// <param name="condition">What is asked for, of all or of each.</param>
    /// <param name="observer">Sees the start and every step.</param>
    /// <param name="denoiser">The denoiser; null for the model with the guidance of the settings.</param>
    /// <returns>[N, ...].</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit together, or settings that do not suit the schedule.</exception>
    public Tensor<T> Watch(Tensor<T> start, Condition<T> condition, ISampleObserver<T>? observer = null, IDenoiser<T>? denoiser = null) =>
        Sampler.Sample(denoiser ?? Guided(Settings.Guidance), Model.Schedule, start, condition, new RandomSource(Settings.Seed), observer);

    /// <summary>The model under classifier-free guidance, between two noise levels if the settings say so.</summary>
    /// <param name="w">The weight.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is not finite.</exception>
    public IDenoiser<T> Guided(double w)
    {
        var guided = new ClassifierFreeGuidance<T>(Model.Denoiser, w);
        return Settings.Interval is { } interval
            ? new GuidanceInterval<T>(guided, Model.Denoiser, interval.Low * Model.Schedule.T, interval.High * Model.Schedule.T)
            : guided;
    }

    /// <summary>The noises that <see cref="Sample(int, Condition{T}, Action{int}?, CancellationToken)"/> starts from, [N, ...].</summary>
    public Tensor<T> Noise(int count) => Noise(count, new RandomSource(Settings.Seed));

    /// <summary>The same few noises for every class: starts [classes · N, ...] by class, and the classes.</summary>
    /// <param name="perClass">N.</param>
    public (Tensor<T> Start, int[] Labels) SameNoise(int perClass)
    {
        var noise = Noise(perClass);
        int[] labels = [.. Enumerable.Range(0, Model.Network.Classes * perClass).Select(i => i / perClass)];
        var start = Tensor<T>.Uninitialized(SampleShape.Prepend(labels.Length));
        for (int i = 0; i < labels.Length; i++)
            start.Rows(i, i + 1).CopyFrom(noise.Rows(i % perClass, (i % perClass) + 1));
        return (start, labels);
    }

    /// <summary>Classes drawn uniformly, for which no others were asked; none for a network without classes.</summary>
    /// <param name="count">N.</param>
    public int[] RandomLabels(int count)
    {
        int[] labels = new int[count];
        if (Model.Network.Classes > 0)
            new RandomSource(Settings.Seed).For(Purpose.Metrics).At(0).Integers(0, Model.Network.Classes, labels);
        else
            Array.Fill(labels, DenoiserArguments.NoLabel);
        return labels;
    }

    private Tensor<T> Noise(int count, RandomSource random) =>
        Start.Draw<T>(random, SampleShape.Prepend(count), Model.Schedule, Sampler.TimesFor(Model.Schedule)[0]);

    // A network that saw whole steps is asked at whole steps.
    private ISampler<T> MakeSampler(double? startTime = null, int? steps = null) => Samplers.Find(Settings.Sampler).Create<T>(new SamplerSettings
    {
        Steps = steps ?? Settings.Steps,
        StartTime = startTime,
        ClampX0 = Settings.ClampX0,
        IntegerTimes = SeesIntegers,
    });

    private bool SeesIntegers => Model.Objective.DrawsWholeTimes;
}
