using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Sampling;

/// <summary>An observer that keeps a copy of every state, the start included.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class TrajectoryRecorder<T> : ISampleObserver<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<(double Time, Tensor<T> X)> _states = [];

    /// <summary>The states with their diffusion times, from t = T down to t = 0.</summary>
    public IReadOnlyList<(double Time, Tensor<T> X)> States => _states;

    /// <inheritdoc/>
    public void OnStep(in SampleStep<T> step) => _states.Add((step.To, step.Xt.Clone()));
}
