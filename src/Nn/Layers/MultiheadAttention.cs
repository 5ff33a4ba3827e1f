using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Tensors;

namespace Diffusion.Nn;

/// <summary>
/// Multi-head self-attention of [N, ..., C] (arXiv:1706.03762), all inner dimensions being positions: a linear map to
/// queries, keys and values, <see cref="Operations.SelfAttention"/>, and a linear map of the result.
/// </summary>
/// <remarks>PyTorch's <c>nn.MultiheadAttention(channels, heads, batch_first=True)</c> with the same input three times, under its names.</remarks>
/// <typeparam name="T">The number type.</typeparam>
public sealed class MultiheadAttention<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _heads;

    /// <summary>Makes a layer with PyTorch's first values: Xavier's for queries, keys and values, and biases of 0.</summary>
    /// <exception cref="ArgumentException">Channels that cannot be split into the heads.</exception>
    public MultiheadAttention(int channels, int heads, WeightInitializer weights)
    {
        if (heads < 1 || channels < 1 || channels % heads != 0)
            throw new ArgumentException($"{channels} channels cannot be split into {heads} heads.", nameof(heads));
        _heads = heads;

        // Xavier's bound √(6 / (in + out)) of the one matrix that has all three.
        InWeight = Register("in_proj_weight", new Parameter<T>(weights.Uniform<T>([channels, 3 * channels], Math.Sqrt(6.0 / (4 * channels))), WeightLayout.Linear));
        InBias = Register("in_proj_bias", new Parameter<T>(Tensor<T>.Zeros([3 * channels])));
        Out = Register("out_proj", new Linear<T>(channels, channels, weights));
        Out.Bias!.Value.Span.Clear();
    }

    /// <summary>The weights of queries, keys and values side by side, [C, 3·C].</summary>
    public Parameter<T> InWeight { get; }

    /// <summary>The biases of queries, keys and values side by side, [3·C].</summary>
    public Parameter<T> InBias { get; }

    /// <summary>The linear map of the result.</summary>
    public Linear<T> Out { get; }

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => Out.Forward(x.Linear(InWeight, InBias).SelfAttention(_heads));

    /// <inheritdoc/>
    protected override string Settings => $"{InWeight.Shape[0]}, {_heads}";

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) =>
        new MultiheadAttention<TOther>(InWeight.Shape[0], _heads, WeightInitializer.Blank);
}
