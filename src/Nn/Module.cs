using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Tensors;

namespace Diffusion.Nn;

/// <summary>
/// A part of a network: parameters, buffers (saved, but not learned) and other modules, each under a name. Names joined
/// by dots are those of PyTorch's state dictionaries.
/// </summary>
/// <typeparam name="T">The number type.</typeparam>
public abstract partial class Module<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly List<(string Name, Parameter<T> Parameter)> _parameters = [];
    private readonly List<(string Name, Tensor<T> Buffer)> _buffers = [];
    private readonly HashSet<Tensor<T>> _optional = [];
    private readonly List<(string Name, Module<T> Module)> _children = [];

    /// <summary>Whether the module trains: dropout drops only then. True at first.</summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>All parameters, those of children included, in the order of registration; one that is shared comes once.</summary>
    public IEnumerable<Parameter<T>> Parameters => NamedParameters.Select(named => named.Parameter);

    /// <summary>All parameters with their full names; one that is shared comes once, under its first name.</summary>
    public IEnumerable<(string Name, Parameter<T> Parameter)> NamedParameters => AllNamedParameters.DistinctBy(named => named.Parameter);

    /// <summary>All parameters under all their names, as state dictionaries have them.</summary>
    public IEnumerable<(string Name, Parameter<T> Parameter)> AllNamedParameters => Named("", module => module._parameters);

    /// <summary>All buffers with their full names; one that is shared comes once, under its first name.</summary>
    public IEnumerable<(string Name, Tensor<T> Buffer)> NamedBuffers => AllNamedBuffers.DistinctBy(named => named.Buffer);

    /// <summary>All buffers under all their names, as state dictionaries have them.</summary>
    public IEnumerable<(string Name, Tensor<T> Buffer)> AllNamedBuffers => Named("", module => module._buffers);

    /// <summary>The modules directly inside this one, with their names.</summary>
    public IReadOnlyList<(string Name, Module<T> Module)> Children => _children;

    /// <summary>The names of buffers that a saved state need not have.</summary>
    internal IEnumerable<string> OptionalBuffers => Named<Tensor<T>>("", module => [.. module._buffers.Where(named => module._optional.Contains(named.Buffer))]).Select(named => named.Item1);

    /// <summary>The number of learned numbers.</summary>
    public int ParameterCount => Parameters.Sum(parameter => parameter.Shape.Length);

    /// <summary>Sets this module and everything in it to training or to evaluation.</summary>
    public void Train(bool training = true)
    {
        IsTraining = training;
        foreach (var (_, child) in _children)
            child.Train(training);
    }

    /// <summary>
    /// Forgets the gradients of all parameters. Gradients of several backward passes add up until then, or until an optimiser's
    /// step: a batch that does not fit is cut into pieces, each with a backward pass of its share of the loss, before one step.
    /// </summary>
    public void ZeroGradients()
    {
        foreach (var parameter in Parameters)
            parameter.ClearGradient();
    }

    /// <summary>Does something with every module inside this one, children first, and then with this one.</summary>
    /// <returns>This module.</returns>
    public Module<T> Apply(Action<Module<T>> action)
    {
        foreach (var (_, child) in _children)
            _ = child.Apply(action);
        action(this);
        return this;
    }

    /// <summary>
    /// A module of the same kind and with the same state in another number type: double to check gradients of what trains in
    /// float. Layers of this library can do it, and modules that override <see cref="Rebuild"/>; a state alone goes by
    /// <see cref="Serialization.StateDict.Convert"/>.
    /// </summary>
    /// <exception cref="NotSupportedException">A module of another kind.</exception>
    public Module<TOther> To<TOther>()
        where TOther : unmanaged, IFloatingPointIeee754<TOther>
    {
        // A module that occurs twice is one module there too.
        var made = new Dictionary<Module<T>, Module<TOther>>();
        var copy = Make(this);
        Serialization.StateDict.Load(copy, Serialization.StateDict.Convert<T, TOther>(Serialization.StateDict.Of(this)));
        CopyMode(this, copy);
        return copy;

        Module<TOther> Make(Module<T> module) => made.TryGetValue(module, out var known) ? known : made[module] = module.Rebuild(Make);
    }

    /// <summary>Makes a module of the same settings in another number type, whose parameters and buffers are copied afterwards: for <see cref="To"/>.</summary>
    /// <param name="rebuild">What makes the modules inside this one.</param>
    /// <exception cref="NotSupportedException">The kind of module does not override it.</exception>
    protected virtual Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild)
        where TOther : unmanaged, IFloatingPointIeee754<TOther> =>
        throw new NotSupportedException($"{GetType().Name} cannot be made in another number type: override Rebuild, or make one and load it with StateDict.Convert.");

    /// <summary>Names a parameter; returns it.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or has a dot.</exception>
    protected Parameter<T> Register(string name, Parameter<T> parameter)
    {
        CheckName(name);
        _parameters.Add((name, parameter));
        return parameter;
    }

    /// <summary>Names a tensor that is saved with the module but not learned; returns it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="buffer">The tensor; the module changes it in place.</param>
    /// <param name="optional">Whether a saved state need not have it.</param>
    /// <exception cref="ArgumentException">The name is taken, empty, or has a dot.</exception>
    protected Tensor<T> RegisterBuffer(string name, Tensor<T> buffer, bool optional = false)
    {
        CheckName(name);
        if (optional)
            _ = _optional.Add(buffer);
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

    private static void CopyMode<TOther>(Module<T> from, Module<TOther> to)
        where TOther : unmanaged, IFloatingPointIeee754<TOther>
    {
        to.IsTraining = from.IsTraining;
        foreach (var (inner, other) in from._children.Zip(to._children))
            CopyMode(inner.Module, other.Module);
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
