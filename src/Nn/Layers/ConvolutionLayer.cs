using System.Numerics;
using Diffusion.Autograd;

namespace Diffusion.Nn;

/// <summary>A convolution of any kind: a weight and, maybe, a bias.</summary>
/// <typeparam name="T">The number type.</typeparam>
public abstract class ConvolutionLayer<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>W; the layout is the layer's own.</summary>
    public abstract Parameter<T> Weight { get; }

    /// <summary>b, [Cout], or null.</summary>
    public abstract Parameter<T>? Bias { get; }

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => Forward(x, Bias);

    /// <summary>The convolution with another bias, [Cout]: what is the same for all samples can be added there at no cost.</summary>
    public abstract Variable<T> Forward(Variable<T> x, Variable<T>? bias);
}
