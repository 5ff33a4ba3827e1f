using System.Numerics;

namespace Diffusion.Sampling;

/// <summary>What is known of a sampler without running it; makes it in any number type.</summary>
public abstract class SamplerEntry
{
    /// <summary>The name on command lines, such as <c>ddpm</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The name in titles, such as <c>DDPM</c>.</summary>
    public abstract string Title { get; }

    /// <summary>Whether steps add noise.</summary>
    public abstract bool IsStochastic { get; }

    /// <summary>The order of convergence to the exact reverse process as the step shrinks; null where none is claimed (stochastic samplers).</summary>
    public abstract int? Order { get; }

    /// <summary>Makes the sampler.</summary>
    /// <param name="settings">The settings; null for the sampler's defaults.</param>
    /// <exception cref="ArgumentException">The sampler needs a setting that is not there.</exception>
    public abstract ISampler<T> Create<T>(SamplerSettings? settings = null)
        where T : unmanaged, IFloatingPointIeee754<T>;
}
