using System.Numerics;
using System.Text.Json.Serialization;
using Diffusion.Autograd;
using Diffusion.Nn;

namespace Diffusion.Networks;

/// <summary>How positions look at each other.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AttentionKind>))]
public enum AttentionKind
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>Through one summary of all positions (arXiv:1812.01243): the time grows with the positions.</summary>
    Linear,

    /// <summary>Each at each (arXiv:1706.03762): the time grows with the square of the positions.</summary>
    Softmax,
}

/// <summary>
/// GroupNorm, a 1x1 convolution to queries, keys and values, attention, a 1x1 convolution, and the input added; for images
/// [N, H, W, C] or sequences [N, L, C] of any extent.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class AttentionBlock<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly GroupNorm<T> _norm;
    private readonly ConvolutionLayer<T> _qkv, _out;
    private readonly int _heads;
    private readonly bool _linear;

    /// <summary>Makes a block with PyTorch's first values.</summary>
    /// <param name="channels">C, a multiple of the heads and of the groups.</param>
    /// <param name="heads">The number of heads.</param>
    /// <param name="weights">Where the first values come from.</param>
    /// <param name="kind">Linear or softmax.</param>
    /// <param name="groups">Groups of the normalisation.</param>
    /// <param name="dimensions">2 for images, 1 for sequences.</param>
    /// <exception cref="ArgumentException">A size or a kind that is not accepted.</exception>
    public AttentionBlock(int channels, int heads, WeightInitializer weights, AttentionKind kind = AttentionKind.Softmax, int groups = 8, int dimensions = 2)
    {
        if (heads < 1 || channels % heads != 0)
            throw new ArgumentException($"{channels} channels cannot be split into {heads} heads.", nameof(heads));
        if (kind is not (AttentionKind.Linear or AttentionKind.Softmax))
            throw new ArgumentOutOfRangeException(nameof(kind), kind, $"The kind of attention is {kind}; a block accepts Linear and Softmax.");
        (_heads, _linear) = (heads, kind == AttentionKind.Linear);
        _norm = Register("norm", new GroupNorm<T>(groups, channels));
        _qkv = Register("qkv", Convolutions.Same<T>(dimensions, channels, 3 * channels, 1, weights));
        _out = Register("out", Convolutions.Same<T>(dimensions, channels, channels, 1, weights));
    }

    /// <summary>[N, ..., C] to the same.</summary>
    /// <param name="tape">The tape of the pass; where it records nothing, what the block made on the way is given back.</param>
    /// <param name="x">The input.</param>
    /// <exception cref="ArgumentException">Another number of channels.</exception>
    public Variable<T> Forward(Tape<T> tape, Variable<T> x)
    {
        int mark = tape.Mark;
        var qkv = _qkv.Forward(_norm.Forward(x));
        return tape.KeepOnly(mark, x + _out.Forward(_linear ? qkv.LinearAttention(_heads) : qkv.SelfAttention(_heads)));
    }
}
