using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Nn;

/// <summary>Gradient descent with momentum as PyTorch has it: u = momentum·u + gradient, w -= rate·u.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Sgd<T> : Optimizer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Tensor<T>[] _velocity;

    /// <summary>Makes an optimiser of some parameters.</summary>
    public Sgd(IEnumerable<Parameter<T>> parameters)
        : base(parameters) => _velocity = ZerosLike(Parameters);

    /// <summary>The momentum, in [0, 1).</summary>
    public double Momentum { get; init; }

    /// <summary>λ·w is added to the gradient.</summary>
    public double WeightDecay { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, IReadOnlyList<Tensor<T>>> State =>
        new Dictionary<string, IReadOnlyList<Tensor<T>>> { ["momentum_buffer"] = _velocity };

    /// <inheritdoc/>
    protected override void Update()
    {
        for (int i = 0; i < Parameters.Count; i++)
        {
            Span<T> weights = Parameters[i].Value.Span, velocity = _velocity[i].Span;
            Elementwise.Scale<T>(velocity, T.CreateTruncating(Momentum), velocity);
            Elementwise.AddScaled(Parameters[i].Gradient!.Span, T.One, velocity);
            if (WeightDecay != 0)
                Elementwise.AddScaled(weights, T.CreateTruncating(WeightDecay), velocity);
            Elementwise.AddScaled(velocity, T.CreateTruncating(-LearningRate), weights);
        }
    }
}
