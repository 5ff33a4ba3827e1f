using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Tensors;

namespace Diffusion.Nn;

/// <summary>Layer normalisation of [..., C] over the last dimension (arXiv:1607.06450).</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class LayerNorm<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly double _epsilon;

    /// <summary>Makes a layer with gamma 1 and beta 0.</summary>
    public LayerNorm(int channels, double epsilon = 1e-5)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        _epsilon = epsilon;
        Weight = Register("weight", new Parameter<T>(Tensor<T>.Full([channels], T.One)));
        Bias = Register("bias", new Parameter<T>(Tensor<T>.Zeros([channels])));
    }

    /// <summary>gamma, [C].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>beta, [C].</summary>
    public Parameter<T> Bias { get; }

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.LayerNorm(Weight, Bias, _epsilon);

    /// <inheritdoc/>
    protected override string Settings => ModuleText.Settings($"{Weight.Shape[0]}", ("epsilon", _epsilon, 1e-5));

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) =>
        new LayerNorm<TOther>(Weight.Shape[0], _epsilon);
}
