using System.Globalization;
using Diffusion.Numerics;
using Diffusion.Sampling;

namespace Diffusion.Generation;

/// <summary>How samples are made from a model: the sampler, its steps, guidance and the seed.</summary>
public sealed record GenerationSettings
{
    /// <summary>The sampler's name: see <see cref="Samplers"/>.</summary>
    /// <exception cref="ArgumentException">There is no such sampler.</exception>
    public string Sampler
    {
        get;
        init => field = Samplers.Find(value).Name;
    } = "dpm++2m";

    /// <summary>The number of steps; null for T.</summary>
    public int? Steps { get; init; } = 15;

    /// <summary>w of classifier-free guidance: 0, the default, asks for the condition without guidance.</summary>
    public double Guidance { get; init; }

    /// <summary>The least and the greatest t/T at which there is guidance; null for all.</summary>
    public ValueRange? Interval { get; init; }

    /// <summary>The range that predicted data are clamped to, such as [-1, 1] for images; null, the default, for none.</summary>
    public ValueRange? ClampX0 { get; init; }

    /// <summary>The seed of starts and step noise.</summary>
    public ulong Seed { get; init; }

    /// <summary>The most samples that are made at once: enough for speed, few enough for little memory. It is part of the seed's meaning: each batch has random numbers of its own.</summary>
    public int Batch { get; init => field = Accepted.AtLeast(value, 1); } = 256;

    /// <summary>What the settings are, in words.</summary>
    public string Describe()
    {
        string steps = Steps is int count ? $"{count} steps" : "all steps";
        string interval = Interval is { } range ? $" for t/T from {Number(range.Low)} to {Number(range.High)}" : "";
        return $"{Samplers.Find(Sampler).Title}, {steps}, guidance w = {Number(Guidance)}{interval}.";
    }

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);
}
