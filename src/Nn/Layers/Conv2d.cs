using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Tensors;

namespace Diffusion.Nn;

/// <summary>Two-dimensional convolution of [N, H, W, Cin] to [N, Hout, Wout, Cout]; see <see cref="Operations.Conv2d"/>.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Conv2d<T> : ConvolutionLayer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Size2d? _stride, _padding, _dilation;
    private readonly int _groups;

    /// <summary>Makes a layer with PyTorch's first values, uniform in ±1/√(Cin/groups·Kh·Kw).</summary>
    /// <exception cref="ArgumentException">Channels that cannot be split into the groups.</exception>
    public Conv2d(
        int inChannels, int outChannels, Size2d kernel, WeightInitializer weights,
        Size2d? stride = null, Size2d? padding = null, Size2d? dilation = null, int groups = 1, bool bias = true)
    {
        if (groups < 1 || inChannels % groups != 0 || outChannels % groups != 0)
            throw new ArgumentException($"{inChannels} input and {outChannels} output channels cannot be split into {groups} groups.", nameof(groups));
        (_stride, _padding, _dilation, _groups) = (stride, padding, dilation, groups);
        int fanIn = inChannels / groups * kernel.Area;
        Weight = Register("weight", new Parameter<T>(weights.FanIn<T>([kernel.Height, kernel.Width, inChannels / groups, outChannels], fanIn), WeightLayout.Conv2d));
        if (bias)
            Bias = Register("bias", new Parameter<T>(weights.FanIn<T>([outChannels], fanIn)));
    }

    /// <summary>W, [Kh, Kw, Cin/groups, Cout].</summary>
    public override Parameter<T> Weight { get; }

    /// <summary>b, [Cout], or null.</summary>
    public override Parameter<T>? Bias { get; }

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x, Variable<T>? bias) => x.Conv2d(Weight, bias, _stride, _padding, _dilation, _groups);

    /// <inheritdoc/>
    protected override string Settings => ModuleText.Settings(
        $"{Weight.Shape[2] * _groups}, {Weight.Shape[3]}, {new Size2d(Weight.Shape[0], Weight.Shape[1])}",
        ("stride", _stride, null), ("padding", _padding, null), ("dilation", _dilation, null), ("groups", _groups, 1), ("bias", Bias is not null, true));

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) =>
        new Conv2d<TOther>(Weight.Shape[2] * _groups, Weight.Shape[3], (Weight.Shape[0], Weight.Shape[1]), WeightInitializer.Blank, _stride, _padding, _dilation, _groups, Bias is not null);
}
