using System.Numerics;

namespace Diffusion.Sampling;

/// <summary>Watches a sampler: for trajectories, densities, progress.</summary>
/// <typeparam name="T">The number type.</typeparam>
public interface ISampleObserver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Called with the start (index 0) and after every step.</summary>
    void OnStep(in SampleStep<T> step);
}
