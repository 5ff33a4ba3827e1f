using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Nn;

/// <summary>
/// Gradient descent with momentum as PyTorch has it: with g = gradient + λ·w, u = momentum·u + g and w -= rate·u; with
/// Nesterov's momentum w -= rate·(g + momentum·u).
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Sgd<T> : Optimizer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Tensor<T>[] _velocity;

    /// <summary>Makes an optimiser of some parameters.</summary>
    public Sgd(IEnumerable<Parameter<T>> parameters)
        : this([new ParameterGroup<T>(parameters)])
    {
    }

    /// <summary>Makes an optimiser of groups of parameters.</summary>
    public Sgd(IEnumerable<ParameterGroup<T>> groups)
        : base(groups) => _velocity = ZerosLike(Parameters);

    /// <summary>The momentum, in [0, 1).</summary>
    public double Momentum { get; init; }

    /// <summary>Whether the step looks ahead along the momentum (Nesterov); without momentum it changes nothing.</summary>
    public bool Nesterov { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, IReadOnlyList<Tensor<T>>> State =>
        new Dictionary<string, IReadOnlyList<Tensor<T>>> { ["momentum_buffer"] = _velocity };

    /// <inheritdoc/>
    protected override void Update(ReadOnlySpan<int> trained)
    {
        foreach (int i in trained)
        {
            Span<T> weights = Parameters[i].Value.Span, velocity = _velocity[i].Span, gradient = Parameters[i].Gradient!.Span;
            double rate = LearningRateOf(GroupOf(i)), decay = WeightDecayOf(GroupOf(i));
            Elementwise.Scale<T>(velocity, T.CreateTruncating(Momentum), velocity);
            Elementwise.AddScaled(gradient, T.One, velocity);
            if (decay != 0)
                Elementwise.AddScaled(weights, T.CreateTruncating(decay), velocity);
            if (!Nesterov)
            {
                Elementwise.AddScaled(velocity, T.CreateTruncating(-rate), weights);
                continue;
            }

            // w - rate·(gradient + λ·w + momentum·u)
            if (decay != 0)
                Elementwise.Scale<T>(weights, T.CreateTruncating(1 - (rate * decay)), weights);
            Elementwise.AddScaled(gradient, T.CreateTruncating(-rate), weights);
            Elementwise.AddScaled(velocity, T.CreateTruncating(-rate * Momentum), weights);
        }
    }
}
