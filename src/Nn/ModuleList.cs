using System.Collections;
using System.Globalization;
using System.Numerics;

namespace Diffusion.Nn;

/// <summary>Modules of one kind under the names 0, 1, 2, ..., as PyTorch's <c>nn.ModuleList</c>: who holds the list says how they are used.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <typeparam name="TModule">The kind of module.</typeparam>
public class ModuleList<T, TModule> : Module<T>, IReadOnlyList<TModule>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TModule : Module<T>
{
    private readonly List<TModule> _modules = [];

    /// <summary>Makes a list of modules; more can be added.</summary>
    public ModuleList(params IEnumerable<TModule> modules)
    {
        foreach (var module in modules)
            Add(module);
    }

    /// <summary>The number of modules.</summary>
    public int Count => _modules.Count;

    /// <summary>One of the modules.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such module.</exception>
    public TModule this[int index] => _modules[index];

    /// <summary>Appends a module.</summary>
    public void Add(TModule module) => _modules.Add(Register(_modules.Count.ToString(CultureInfo.InvariantCulture), module));

    /// <inheritdoc/>
    public IEnumerator<TModule> GetEnumerator() => _modules.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Layers under the names 0, 1, 2, ...</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="layers">The layers; more can be added.</param>
public sealed class ModuleList<T>(params IEnumerable<Layer<T>> layers) : ModuleList<T, Layer<T>>(layers)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) =>
        new ModuleList<TOther>(this.Select(layer => (Layer<TOther>)rebuild(layer)));
}
