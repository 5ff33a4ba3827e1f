using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Tensors;

namespace Diffusion.Nn;

/// <summary>
/// A part of a network: parameters, buffers (saved, but not learned) and other modules, each under a name. Names joined
/// by dots are those of PyTorch's state dictionaries.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public abstract class Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<(string Name, Parameter<T> Parameter)> _parameters = [];
    private readonly List<(string Name, Tensor<T> Buffer)> _buffers = [];
    private readonly List<(string Name, Module<T> Module)> _children = [];

    /// <summary>Whether the module trains: dropout drops only then. True at first.</summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>All parameters, those of children included, in the order of registration.</summary>
    public IEnumerable<Parameter<T>> Parameters => NamedParameters.Select(named => named.Parameter);

    /// <summary>All parameters with their full names.</summary>
    public IEnumerable<(string Name, Parameter<T> Parameter)> NamedParameters => Named("", module => module._parameters);

    /// <summary>All buffers with their full names.</summary>
    public IEnumerable<(string Name, Tensor<T> Buffer)> NamedBuffers => Named("", module => module._buffers);

    /// <summary>The modules directly inside this one, with their names.</summary>
    public IReadOnlyList<(string Name, Module<T> Module)> Children => _children;

    /// <summary>The number of learned numbers.</summary>
    public int ParameterCount => Parameters.Sum(parameter => parameter.Shape.Length);

    /// <summary>Sets this module and everything in it to training or to evaluation.</summary>
    public void Train(bool training = true)
    {
        IsTraining = training;
        foreach (var (_, child) in _children)
            child.Train(training);
    }

    /// <summary>Names a parameter; returns it.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or has a dot.</exception>
    protected Parameter<T> Register(string name, Parameter<T> parameter)
    {
        CheckName(name);
        _parameters.Add((name, parameter));
        return parameter;
    }

    /// <summary>Names a tensor that is saved with the module but not learned; returns it.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or has a dot.</exception>
    protected Tensor<T> RegisterBuffer(string name, Tensor<T> buffer)
    {
        CheckName(name);
        _buffers.Add((name, buffer));
        return buffer;
    }

    /// <summary>Names a module inside this one; returns it.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or has a dot.</exception>
    protected TModule Register<TModule>(string name, TModule module)
        where TModule : Module<T>
    {
        CheckName(name);
        _children.Add((name, module));
        return module;
    }

    private IEnumerable<(string, TItem)> Named<TItem>(string prefix, Func<Module<T>, List<(string Name, TItem Item)>> select)
    {
        foreach (var (name, item) in select(this))
            yield return (prefix + name, item);
        foreach (var (name, child) in _children)
        {
            foreach (var named in child.Named(prefix + name + ".", select))
                yield return named;
        }
    }

    private void CheckName(string name)
    {
        if (string.IsNullOrEmpty(name) || name.Contains('.', StringComparison.Ordinal))
            throw new ArgumentException($"'{name}' is no name for a part of a module: it must not be empty or contain a dot.", nameof(name));
        if (_parameters.Any(p => p.Name == name) || _buffers.Any(b => b.Name == name) || _children.Any(c => c.Name == name))
            throw new ArgumentException($"The module has a part named '{name}' already.", nameof(name));
    }
}

/// <summary>A module that turns one variable into another: what <see cref="Sequential{T}"/> chains.</summary>
/// <typeparam name="T">The number type.</typeparam>
public abstract class Layer<T> : Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The layer's output for an input; shapes are the layer's own.</summary>
    public abstract Variable<T> Forward(Variable<T> x);
}

/// <summary>Layers one after another, named 0, 1, 2, ... as in PyTorch.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Sequential<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Layer<T>[] _layers;

    /// <summary>Chains layers.</summary>
    public Sequential(params Layer<T>[] layers)
    {
        _layers = layers;
        for (int i = 0; i < layers.Length; i++)
            _ = Register(i.ToString(System.Globalization.CultureInfo.InvariantCulture), layers[i]);
    }

    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x)
    {
        foreach (var layer in _layers)
            x = layer.Forward(x);
        return x;
    }
}
