using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Tensors;

namespace Diffusion.Nn;

/// <summary>A module that turns one variable into another: what <see cref="Sequential{T}"/> chains.</summary>
/// <typeparam name="T">The number type.</typeparam>
public abstract class Layer<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The layer's output for an input; shapes are the layer's own.</summary>
    public abstract Variable<T> Forward(Variable<T> x);

    /// <summary>
    /// The same, telling the output of this layer and of the layers that it chains: to look inside, and for <see cref="Summary(Shape)"/>.
    /// A layer of several tells of itself alone, unless it overrides this as <see cref="Sequential{T}"/> does.
    /// </summary>
    public virtual Variable<T> Forward(Variable<T> x, Action<Layer<T>, Variable<T>> observe)
    {
        var y = Forward(x);
        observe(this, y);
        return y;
    }

    /// <inheritdoc cref="Module{T}.To"/>
    public new Layer<TOther> To<TOther>()
        where TOther : unmanaged, IFloatingPointIeee754<TOther> => (Layer<TOther>)base.To<TOther>();

    /// <summary>The table of <see cref="Module{T}.Summary()"/>, with the shape of each layer's output for an input of zeros. The layer evaluates for it and stays as it was.</summary>
    /// <exception cref="ArgumentException">The layer does not take such an input.</exception>
    public string Summary(Shape input)
    {
        var outputs = new Dictionary<Module<T>, Shape>();
        Evaluate(() =>
        {
            using var tape = Tape<T>.StartInference();
            _ = Forward(tape.Variable(Tensor<T>.Zeros(input)), (layer, y) => outputs[layer] = y.Shape);
        });
        return ModuleText.Summary(this, outputs);
    }
}
