using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Tensors;

namespace Diffusion.Nn;

/// <summary>x / √(mean(x²) + ε)·weight over the last dimension of [..., C] (arXiv:1910.07467).</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class RMSNorm<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double? _epsilon;
    private readonly Tensor<T> _addend;

    /// <summary>Makes a layer with weight 1.</summary>
    /// <param name="channels">C.</param>
    /// <param name="epsilon">ε; null for the distance of 1 to the next number, as in PyTorch.</param>
    public RMSNorm(int channels, double? epsilon = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        _epsilon = epsilon;
        _addend = Tensor<T>.Scalar(epsilon is { } given ? T.CreateTruncating(given) : T.BitIncrement(T.One) - T.One);
        Weight = Register("weight", new Parameter<T>(Tensor<T>.Full([channels], T.One)));
    }

    /// <summary>The scale, [C].</summary>
    public Parameter<T> Weight { get; }

    /// <inheritdoc/>
    protected override string Settings => ModuleText.Settings($"{Weight.Shape[0]}", ("epsilon", _epsilon, null));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The last dimension is not C.</exception>
    public override Variable<T> Forward(Variable<T> x)
    {
        if (x.Shape.Rank < 1 || x.Shape[^1] != Weight.Shape[0])
            throw new ArgumentException($"RMSNorm over {Weight.Shape[0]} channels takes an input [..., {Weight.Shape[0]}], not {x.Shape}.", nameof(x));
        return x / ((x * x).Mean(^1, keepDimensions: true) + _addend).Sqrt() * Weight;
    }

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) => new RMSNorm<TOther>(Weight.Shape[0], _epsilon);
}
