using System.Numerics;
using Diffusion.Autograd;

namespace Diffusion.Nn;

/// <summary>Transposed one-dimensional convolution of [N, L, Cin] to [N, Lout, Cout]; see <see cref="Operations.ConvTranspose1d"/>.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ConvTranspose1d<T> : ConvolutionLayer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _stride, _padding, _outputPadding, _dilation, _groups;

    /// <summary>Makes a layer with PyTorch's first values, uniform in ±1/√(Cout/groups·K).</summary>
    /// <exception cref="ArgumentException">Channels that cannot be split into the groups.</exception>
    public ConvTranspose1d(
        int inChannels, int outChannels, int kernel, WeightInitializer weights,
        int stride = 1, int padding = 0, int outputPadding = 0, int dilation = 1, int groups = 1, bool bias = true)
    {
        if (groups < 1 || inChannels % groups != 0 || outChannels % groups != 0)
            throw new ArgumentException($"{inChannels} input and {outChannels} output channels cannot be split into {groups} groups.", nameof(groups));
        (_stride, _padding, _outputPadding, _dilation, _groups) = (stride, padding, outputPadding, dilation, groups);
        int fanIn = outChannels / groups * kernel;
        Weight = Register("weight", new Parameter<T>(weights.FanIn<T>([kernel, inChannels, outChannels / groups], fanIn), WeightLayout.ConvTranspose1d));
        if (bias)
            Bias = Register("bias", new Parameter<T>(weights.FanIn<T>([outChannels], fanIn)));
    }

    /// <summary>W, [K, Cin, Cout/groups].</summary>
    public override Parameter<T> Weight { get; }

    /// <summary>b, [Cout], or null.</summary>
    public override Parameter<T>? Bias { get; }

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x, Variable<T>? bias) => x.ConvTranspose1d(Weight, bias, _stride, _padding, _outputPadding, _dilation, _groups);

    /// <inheritdoc/>
    protected override string Settings => ModuleText.Settings(
        $"{Weight.Shape[1]}, {Weight.Shape[2] * _groups}, {Weight.Shape[0]}",
        ("stride", _stride, 1), ("padding", _padding, 0), ("outputPadding", _outputPadding, 0), ("dilation", _dilation, 1), ("groups", _groups, 1), ("bias", Bias is not null, true));

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) =>
        new ConvTranspose1d<TOther>(Weight.Shape[1], Weight.Shape[2] * _groups, Weight.Shape[0], WeightInitializer.Blank, _stride, _padding, _outputPadding, _dilation, _groups, Bias is not null);
}
