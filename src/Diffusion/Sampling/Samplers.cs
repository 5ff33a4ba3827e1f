using System.Collections.Immutable;

namespace Diffusion.Sampling;

/// <summary>The registry of all samplers: command lines and convergence tests go through it.</summary>
public static class Samplers
{
    /// <summary>All samplers, in the order in which they are listed.</summary>
    public static ImmutableArray<SamplerEntry> All { get; } =
    [
        new DdpmEntry("ddpm", "DDPM", ReverseVariance.Posterior),
        new DdpmEntry("ddpm-upper", "DDPM, upper variance", ReverseVariance.Upper),
    ];

    /// <summary>The sampler of a name.</summary>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static SamplerEntry Find(string name) => All.FirstOrDefault(entry => entry.Name == name)
        ?? throw new ArgumentException($"There is no sampler '{name}'; accepted are {string.Join(", ", All.Select(entry => entry.Name))}.", nameof(name));

    private sealed class DdpmEntry(string name, string title, ReverseVariance variance) : SamplerEntry
    {
        public override string Name => name;

        public override string Title => title;

        public override bool IsStochastic => true;

        public override int? Order => null;

        public override ISampler<T> Create<T>() => new DdpmSampler<T>(new DdpmSettings { Variance = variance });
    }
}
