using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Nn;

/// <summary>
/// Adam (Kingma and Ba, arXiv:1412.6980, algorithm 1): w -= rate·m̂ / (√v̂ + ε), with ε outside of the root and steps
/// counted from 1, for each parameter those that it took part in. Weight decay λ adds λ·w to the gradient; in
/// <see cref="AdamW{T}"/> the weights shrink by rate·λ.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public class Adam<T> : Optimizer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Tensor<T>[] _m, _v;
    private readonly AdamTensors<T>[] _tensors;

    /// <summary>Makes an optimiser of some parameters.</summary>
    public Adam(IEnumerable<Parameter<T>> parameters)
        : this([new ParameterGroup<T>(parameters)])
    {
    }

    /// <summary>Makes an optimiser of groups of parameters.</summary>
    public Adam(IEnumerable<ParameterGroup<T>> groups)
        : base(groups) =>
        (_m, _v, _tensors) = (ZerosLike(Parameters), ZerosLike(Parameters), new AdamTensors<T>[Parameters.Count]);

    /// <summary>β1, the decay of the mean of gradients, in [0, 1).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β2, the decay of the mean of squared gradients, in [0, 1).</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>ε.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, IReadOnlyList<Tensor<T>>> State =>
        new Dictionary<string, IReadOnlyList<Tensor<T>>> { ["exp_avg"] = _m, ["exp_avg_sq"] = _v };

    /// <summary>Whether weight decay is decoupled from the gradient (AdamW).</summary>
    private protected virtual bool Decoupled => false;

    /// <inheritdoc/>
    protected override void Update(ReadOnlySpan<int> trained)
    {
        for (int i = 0; i < trained.Length; i++)
            _tensors[i] = new(Parameters[trained[i]].Value, Parameters[trained[i]].Gradient!, _m[trained[i]], _v[trained[i]]);

        // Neighbours of one group that have taken as many steps go through the kernel together: nearly always that is all of them.
        for (int from = 0, to; from < trained.Length; from = to)
        {
            var group = GroupOf(trained[from]);
            long steps = ParameterSteps[trained[from]];
            for (to = from + 1; to < trained.Length && GroupOf(trained[to]) == group && ParameterSteps[trained[to]] == steps; to++)
            {
            }

            Tensors.Kernels.Adam.Step<T>(Numbers(LearningRateOf(group), WeightDecayOf(group), steps), _tensors.AsSpan(from, to - from));
        }

        // Gradients are given back after the step.
        Array.Clear(_tensors);
    }

    private AdamStep<T> Numbers(double rate, double decay, long steps) => new(
        LearningRate: T.CreateTruncating(rate),
        Beta1: T.CreateTruncating(Beta1),
        Rest1: T.CreateTruncating(1 - Beta1),
        Beta2: T.CreateTruncating(Beta2),
        Rest2: T.CreateTruncating(1 - Beta2),
        Epsilon: T.CreateTruncating(Epsilon),
        Correction1: T.CreateTruncating(1 / (1 - Math.Pow(Beta1, steps))),
        Correction2: T.CreateTruncating(1 / (1 - Math.Pow(Beta2, steps))),
        GradientScale: T.One,
        L2: T.CreateTruncating(Decoupled ? 0 : decay),
        Decay: T.CreateTruncating(Decoupled ? 1 - (rate * decay) : 1));
}

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, arXiv:1711.05101).</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class AdamW<T> : Adam<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Makes an optimiser of some parameters, with weight decay 0.01 by default.</summary>
    public AdamW(IEnumerable<Parameter<T>> parameters)
        : base(parameters) => WeightDecay = 0.01;

    /// <summary>Makes an optimiser of groups of parameters, with weight decay 0.01 by default.</summary>
    public AdamW(IEnumerable<ParameterGroup<T>> groups)
        : base(groups) => WeightDecay = 0.01;

    private protected override bool Decoupled => true;
}
