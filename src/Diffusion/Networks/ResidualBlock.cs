using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Nn;

namespace Diffusion.Networks;

/// <summary>
/// GroupNorm, SiLU, a convolution of 3, plus a linear map of the condition, GroupNorm, SiLU, a convolution of 3, and the input added:
/// the block of DDPM (arXiv:2006.11239, appendix B), for images [N, H, W, C] or sequences [N, L, C] of any extent.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ResidualBlock<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly GroupNorm<T> _norm1, _norm2;
    private readonly ConvolutionLayer<T> _conv1, _conv2;
    private readonly ConvolutionLayer<T>? _skip;
    private readonly Linear<T> _condition;

    /// <summary>Makes a block with PyTorch's first values.</summary>
    /// <param name="inChannels">Cin, a multiple of the groups.</param>
    /// <param name="outChannels">Cout, a multiple of the groups; where it is not Cin, the input goes through a convolution of 1.</param>
    /// <param name="features">E, the features of the condition.</param>
    /// <param name="weights">Where the first values come from.</param>
    /// <param name="groups">Groups of the normalisation.</param>
    /// <param name="dimensions">2 for images, 1 for sequences.</param>
    /// <exception cref="ArgumentException">A size that is not accepted.</exception>
    public ResidualBlock(int inChannels, int outChannels, int features, WeightInitializer weights, int groups = 8, int dimensions = 2)
    {
        _norm1 = Register("norm1", new GroupNorm<T>(groups, inChannels, silu: true));
        _conv1 = Register("conv1", Convolutions.Same<T>(dimensions, inChannels, outChannels, 3, weights));
        _condition = Register("condition", new Linear<T>(features, outChannels, weights));
        _norm2 = Register("norm2", new GroupNorm<T>(groups, outChannels, silu: true));
        _conv2 = Register("conv2", Convolutions.Same<T>(dimensions, outChannels, outChannels, 3, weights));
        if (inChannels != outChannels)
            _skip = Register("skip", Convolutions.Same<T>(dimensions, inChannels, outChannels, 1, weights));
    }

    /// <summary>[N, ..., Cin] to [N, ..., Cout].</summary>
    /// <param name="tape">The tape of the pass; where it records nothing, what the block made on the way is given back.</param>
    /// <param name="x">The input.</param>
    /// <param name="condition">Rows [R, E]: see <see cref="ConditionRows.Combine"/>.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    public Variable<T> Forward(Tape<T> tape, Variable<T> x, TableRows<T> condition)
    {
        int mark = tape.Mark;
        var rows = _condition.Forward(condition.Table);
        var h = _norm1.Forward(x);
        h = condition.IsShared()
            ? _norm2.Forward(_conv1.Forward(h, rows.Reshape(_conv1.Bias!.Shape) + _conv1.Bias))
            : _norm2.Forward(_conv1.Forward(h), new TableRows<T>(rows, condition.Indices));
        h = _conv2.Forward(h);
        return tape.KeepOnly(mark, h + (_skip is null ? x : _skip.Forward(x)));
    }
}
