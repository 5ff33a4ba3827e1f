using System.Numerics;

namespace Diffusion.Sampling;

/// <summary>An observer that calls a delegate.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="action">Called with the start and after every step.</param>
public sealed class ActionObserver<T>(Action<SampleStep<T>> action) : ISampleObserver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public void OnStep(in SampleStep<T> step) => action(step);
}
