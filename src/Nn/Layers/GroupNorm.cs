using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Tensors;

namespace Diffusion.Nn;

/// <summary>Group normalisation of [N, ..., C] (arXiv:1803.08494), optionally with SiLU in the same pass.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class GroupNorm<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _groups;
    private readonly double _epsilon;
    private readonly bool _silu;

    /// <summary>Makes a layer with gamma 1 and beta 0.</summary>
    /// <exception cref="ArgumentException">Channels that cannot be split into the groups.</exception>
    public GroupNorm(int groups, int channels, double epsilon = 1e-5, bool silu = false)
    {
        if (groups < 1 || channels < 1 || channels % groups != 0)
            throw new ArgumentException($"{channels} channels cannot be split into {groups} groups.", nameof(groups));
        (_groups, _epsilon, _silu) = (groups, epsilon, silu);
        Weight = Register("weight", new Parameter<T>(Tensor<T>.Full([channels], T.One)));
        Bias = Register("bias", new Parameter<T>(Tensor<T>.Zeros([channels])));
    }

    /// <summary>gamma, [C].</summary>
    public Parameter<T> Weight { get; }

    /// <summary>beta, [C].</summary>
    public Parameter<T> Bias { get; }

    /// <summary>The same of x + a row of each table, of which there may be two; as <see cref="Operations.AddRows{T}"/> before it, in one pass.</summary>
    public Variable<T> Forward(Variable<T> x, params ReadOnlySpan<TableRows<T>> rows) => x.GroupNorm(_groups, Weight, Bias, _epsilon, _silu, rows);

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.GroupNorm(_groups, Weight, Bias, _epsilon, _silu);

    /// <inheritdoc/>
    protected override string Settings => ModuleText.Settings($"{_groups}, {Weight.Shape[0]}", ("epsilon", _epsilon, 1e-5), ("silu", _silu, false));

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) =>
        new GroupNorm<TOther>(_groups, Weight.Shape[0], _epsilon, _silu);
}
