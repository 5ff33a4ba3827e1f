using System.Numerics;
using Diffusion.Autograd;

namespace Diffusion.Nn;

/// <summary>One-dimensional convolution of [N, L, Cin] to [N, Lout, Cout]; see <see cref="Operations.Conv1d"/>.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Conv1d<T> : ConvolutionLayer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _stride, _padding, _dilation, _groups;

    /// <summary>Makes a layer with PyTorch's first values, uniform in ±1/√(Cin/groups·K).</summary>
    /// <exception cref="ArgumentException">Channels that cannot be split into the groups.</exception>
    public Conv1d(
        int inChannels, int outChannels, int kernel, WeightInitializer weights,
        int stride = 1, int padding = 0, int dilation = 1, int groups = 1, bool bias = true)
    {
        if (groups < 1 || inChannels % groups != 0 || outChannels % groups != 0)
            throw new ArgumentException($"{inChannels} input and {outChannels} output channels cannot be split into {groups} groups.", nameof(groups));
        (_stride, _padding, _dilation, _groups) = (stride, padding, dilation, groups);
        int fanIn = inChannels / groups * kernel;
        Weight = Register("weight", new Parameter<T>(weights.FanIn<T>([kernel, inChannels / groups, outChannels], fanIn), WeightLayout.Conv1d));
        if (bias)
            Bias = Register("bias", new Parameter<T>(weights.FanIn<T>([outChannels], fanIn)));
    }

    /// <summary>W, [K, Cin/groups, Cout].</summary>
    public override Parameter<T> Weight { get; }

    /// <summary>b, [Cout], or null.</summary>
    public override Parameter<T>? Bias { get; }

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x, Variable<T>? bias) => x.Conv1d(Weight, bias, _stride, _padding, _dilation, _groups);

    /// <inheritdoc/>
    protected override string Settings => ModuleText.Settings(
        $"{Weight.Shape[1] * _groups}, {Weight.Shape[2]}, {Weight.Shape[0]}",
        ("stride", _stride, 1), ("padding", _padding, 0), ("dilation", _dilation, 1), ("groups", _groups, 1), ("bias", Bias is not null, true));

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) =>
        new Conv1d<TOther>(Weight.Shape[1] * _groups, Weight.Shape[2], Weight.Shape[0], WeightInitializer.Blank, _stride, _padding, _dilation, _groups, Bias is not null);
}
