using System.Globalization;
using Diffusion.Data;
using Diffusion.Figures;
using Diffusion.Guidance;
using Diffusion.Models;
using Diffusion.Objectives;
using Diffusion.Sampling;
using Diffusion.Tensors;
using Diffusion.Tensors.Randomness;

namespace Diffusion.Digits.Study;

/// <summary>How images are generated.</summary>
internal sealed record GenerationSettings
{
    /// <summary>The weight w of classifier-free guidance at which the model is judged; chosen on 2,000 samples, see metrics.json.</summary>
    public const double StandardGuidance = 0.4;

    /// <summary>The sampler's name in the registry.</summary>
    public string Sampler { get; init; } = "dpm++2m";

    /// <summary>The number of steps; null for T.</summary>
    public int? Steps { get; init; } = 15;

    /// <summary>w of classifier-free guidance.</summary>
    public double Guidance { get; init; } = StandardGuidance;

    /// <summary>The least and the greatest t/T at which there is guidance; null for all.</summary>
    public double[]? Interval { get; init; }

    /// <summary>The seed of starts, labels and step noise.</summary>
    public ulong Seed { get; init; }

    /// <summary>What the settings are, for a reader.</summary>
    public string Describe()
    {
        string steps = Steps is int count ? $"{count} steps" : "all steps";
        string interval = Interval is [double low, double high] ? $" for t/T from {Number(low)} to {Number(high)}" : "";
        return $"{Samplers.Find(Sampler).Title}, {steps}, guidance w = {Number(Guidance)}{interval}.";
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}

/// <summary>Generates images with one model.</summary>
internal sealed class Generator(Model<float> model, GenerationSettings settings)
{
    /// <summary>Images that one call of the sampler carries: enough for speed, few enough for little memory.</summary>
    private const int Chunk = 256;

    public Model<float> Model => model;

    public GenerationSettings Settings => settings;

    /// <summary>Images of the given classes, [N, 28, 28, 1].</summary>
    /// <param name="labels">The classes asked for, -1 for none.</param>
    /// <param name="done">Told how many are done.</param>
    /// <param name="cancellation">Ends the work after the step under way.</param>
    public Tensor<float> Sample(int[] labels, Action<int>? done = null, CancellationToken cancellation = default)
    {
        var random = new RandomSource(settings.Seed);
        var start = Start.Draw<float>(random, [labels.Length, MnistSet.Side, MnistSet.Side, 1]);
        return Sample(Guided(settings.Guidance), start, labels, random, done, cancellation);
    }

    /// <summary>Images from given starts under a given denoiser, cut into chunks; each chunk has random numbers of its own.</summary>
    public Tensor<float> Sample(
        IDenoiser<float> denoiser, Tensor<float> start, int[] labels, RandomSource random, Action<int>? done = null, CancellationToken cancellation = default) =>
        MakeSampler().SampleInBatches(denoiser, model.Schedule, start, labels, random, Chunk, done, cancellation);

    /// <summary>One chunk of images, watched.</summary>
    public Tensor<float> Watch(Tensor<float> start, int[] labels, ISampleObserver<float> observer) =>
        MakeSampler().Sample(Guided(settings.Guidance), model.Schedule, start, labels, new RandomSource(settings.Seed), observer);

    /// <summary>One chunk of images under a given denoiser.</summary>
    public Tensor<float> Watch(IDenoiser<float> denoiser, Tensor<float> start, int[] labels) =>
        MakeSampler().Sample(denoiser, model.Schedule, start, labels, new RandomSource(settings.Seed));

    /// <summary>The same few noises for every class: starts [10·N, 28, 28, 1] by class, and the classes.</summary>
    public (Tensor<float> Start, int[] Labels) SameNoise(int perClass)
    {
        var noise = Start.Draw<float>(new RandomSource(settings.Seed), [perClass, MnistSet.Side, MnistSet.Side, 1]);
        int count = MnistSet.Classes * perClass;
        var start = Tensor<float>.Uninitialized([count, MnistSet.Side, MnistSet.Side, 1]);
        int[] labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = i / perClass;
            start.Rows(i, i + 1).CopyFrom(noise.Rows(i % perClass, (i % perClass) + 1));
        }

        return (start, labels);
    }

    /// <summary>The model under classifier-free guidance, between two noise levels if the settings say so.</summary>
    public IDenoiser<float> Guided(double w)
    {
        var guided = new ClassifierFreeGuidance<float>(model.Denoiser, w);
        return settings.Interval is [double low, double high]
            ? new GuidanceInterval<float>(guided, model.Denoiser, low * model.Schedule.T, high * model.Schedule.T)
            : guided;
    }

    /// <summary>Images as bytes.</summary>
    public static IReadOnlyList<GrayImage> ToImages(Tensor<float> images)
    {
        int pixels = images.Length / images.Shape[0], width = images.Shape[2];
        return [.. Enumerable.Range(0, images.Shape[0]).Select(i => GrayImage.From(width, images.Span.Slice(i * pixels, pixels)))];
    }

    /// <summary>Classes drawn uniformly, for which no others were asked.</summary>
    public static int[] RandomLabels(ulong seed, int count)
    {
        int[] labels = new int[count];
        new RandomSource(seed).For(Purpose.Metrics).At(0).Integers(0, MnistSet.Classes, labels);
        return labels;
    }

    // Pixels lie in [-1, 1], so predicted data are clamped to it; a network that saw whole steps is asked at whole steps.
    private ISampler<float> MakeSampler() => Samplers.Find(settings.Sampler).Create<float>(new SamplerSettings
    {
        Steps = settings.Steps,
        ClampX0 = new ValueRange(-1, 1),
        IntegerTimes = model.Objective is SimpleObjective<float> { Times: TimeSampling.Discrete },
    });
}
