using System.Numerics;
using Diffusion.Tensors;
using Diffusion.Tensors.Kernels;

namespace Diffusion.Nn;

/// <summary>
/// Adam (Kingma and Ba, arXiv:1412.6980, algorithm 1): w -= rate·m̂ / (√v̂ + ε), with ε outside of the root and steps
/// counted from 1.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public class Adam<T> : Optimizer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Tensor<T>[] _m, _v;
    private readonly AdamTensors<T>[] _tensors;

    /// <summary>Makes an optimiser of some parameters.</summary>
    public Adam(IEnumerable<Parameter<T>> parameters)
        : base(parameters) =>
        (_m, _v, _tensors) = (ZerosLike(Parameters), ZerosLike(Parameters), new AdamTensors<T>[Parameters.Count]);

    /// <summary>β1, the decay of the mean of gradients, in [0, 1).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β2, the decay of the mean of squared gradients, in [0, 1).</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>ε.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>λ: here λ·w is added to the gradient; in <see cref="AdamW{T}"/> the weights shrink by rate·λ.</summary>
    public double WeightDecay { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, IReadOnlyList<Tensor<T>>> State =>
        new Dictionary<string, IReadOnlyList<Tensor<T>>> { ["exp_avg"] = _m, ["exp_avg_sq"] = _v };

    /// <summary>Whether weight decay is decoupled from the gradient (AdamW).</summary>
    private protected virtual bool Decoupled => false;

    /// <inheritdoc/>
    protected override void Update()
    {
        var step = new AdamStep<T>(
            LearningRate: T.CreateTruncating(LearningRate),
            Beta1: T.CreateTruncating(Beta1),
            Rest1: T.CreateTruncating(1 - Beta1),
            Beta2: T.CreateTruncating(Beta2),
            Rest2: T.CreateTruncating(1 - Beta2),
            Epsilon: T.CreateTruncating(Epsilon),
            Correction1: T.CreateTruncating(1 / (1 - Math.Pow(Beta1, Steps))),
            Correction2: T.CreateTruncating(1 / (1 - Math.Pow(Beta2, Steps))),
            GradientScale: T.One,
            L2: T.CreateTruncating(Decoupled ? 0 : WeightDecay),
            Decay: T.CreateTruncating(Decoupled ? 1 - (LearningRate * WeightDecay) : 1));
        for (int i = 0; i < Parameters.Count; i++)
            _tensors[i] = new(Parameters[i].Value, Parameters[i].Gradient!, _m[i], _v[i]);
        Tensors.Kernels.Adam.Step<T>(step, _tensors);

        // Gradients are given back after the step.
        Array.Clear(_tensors);
    }
}

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, arXiv:1711.05101).</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class AdamW<T> : Adam<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Makes an optimiser of some parameters, with weight decay 0.01 by default.</summary>
    public AdamW(IEnumerable<Parameter<T>> parameters)
        : base(parameters) => WeightDecay = 0.01;

    private protected override bool Decoupled => true;
}
