using System.Numerics;
using Diffusion.Autograd;

namespace Diffusion.Nn;

/// <summary>What stands on a tape, in the words of the network that was computed: a layer is known by its parameters.</summary>
internal sealed class TapePlaces<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Dictionary<Variable<T>, string> _parameters = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Variable<T>, Operation<T>> _makers = new(ReferenceEqualityComparer.Instance);
    private readonly Module<T> _module;

    public TapePlaces(Module<T> module, Tape<T> tape)
    {
        _module = module;
        foreach (var (name, parameter) in module.NamedParameters)
            _parameters[parameter] = name;
        foreach (var operation in tape.Operations)
            _makers[operation.Output] = operation;
    }

    /// <summary>Whether no operation of the tape has made it.</summary>
    public bool IsLeaf(Variable<T> variable) => !_makers.ContainsKey(variable);

    /// <summary>A parameter, or what else an operation takes that no operation made.</summary>
    public string OfLeaf(Variable<T> leaf, Operation<T> reader) =>
        _parameters.TryGetValue(leaf, out string? name) ? $"the parameter {name}"
        : leaf.Name is not null ? $"the input {leaf.Name}"
        : $"an input of {Of(reader)} of shape {leaf.Shape}";

    /// <summary>The output of an operation.</summary>
    public string OfOutput(Operation<T> operation) => $"the output of {Of(operation)}";

    // A layer is one operation as a rule, of its own name. What has no parameters comes after what has some.
    private string Of(Operation<T> operation)
    {
        if (Own(operation) is { } own)
            return own.Kind.StartsWith(operation.Name, StringComparison.Ordinal) ? own.Place : $"{operation.Name} in {own.Place}";
        var seen = new HashSet<Operation<T>>(ReferenceEqualityComparer.Instance);
        var next = new Queue<Operation<T>>([operation]);
        while (next.TryDequeue(out var at))
        {
            if (Own(at) is { } before)
                return $"{operation.Name} after {before.Place}";
            foreach (var input in at.Inputs)
            {
                if (_makers.TryGetValue(input, out var maker) && seen.Add(maker))
                    next.Enqueue(maker);
            }
        }

        return operation.Name;
    }

    // The module of the first parameter that the operation takes.
    private (string Place, string Kind)? Own(Operation<T> operation)
    {
        string? name = operation.Inputs.Select(input => _parameters.GetValueOrDefault(input)).FirstOrDefault(found => found is not null);
        if (name is null)
            return null;
        string[] path = name.Split('.')[..^1];
        var module = _module;
        foreach (string step in path)
            module = module.Children.First(child => child.Name == step).Module;
        string kind = module.GetType().Name.Split('`')[0];
        return (path.Length == 0 ? kind : $"{string.Join('.', path)} ({kind})", kind);
    }
}
