using System.Collections;
using System.Globalization;
using System.Numerics;
using Diffusion.Autograd;

namespace Diffusion.Nn;

/// <summary>Layers one after another, named 0, 1, 2, ... as in PyTorch.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Sequential<T> : Layer<T>, IReadOnlyList<Layer<T>>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Layer<T>[] _layers;

    /// <summary>Chains layers.</summary>
    public Sequential(params Layer<T>[] layers)
    {
        _layers = [.. layers];
        for (int i = 0; i < layers.Length; i++)
            _ = Register(i.ToString(CultureInfo.InvariantCulture), layers[i]);
    }

    /// <summary>The number of layers.</summary>
    public int Count => _layers.Length;

    /// <summary>One of the layers; <c>net[^1]</c> is the last.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    public Layer<T> this[int index] => (uint)index < (uint)_layers.Length ? _layers[index]
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"The layers are numbered 0 to {_layers.Length - 1}.");

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x)
    {
        foreach (var layer in _layers)
            x = layer.Forward(x);
        return x;
    }

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x, Action<Layer<T>, Variable<T>> observe)
    {
        foreach (var layer in _layers)
            x = layer.Forward(x, observe);
        observe(this, x);
        return x;
    }

    /// <inheritdoc/>
    public IEnumerator<Layer<T>> GetEnumerator() => ((IEnumerable<Layer<T>>)_layers).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) =>
        new Sequential<TOther>(Array.ConvertAll(_layers, layer => (Layer<TOther>)rebuild(layer)));
}
