using System.Collections.ObjectModel;

namespace Diffusion.Autograd;

/// <summary>
/// What an operation computes, in words that another program can be told: with the inputs and the shape of the output it says all that
/// is needed to compute the same elsewhere. <see cref="Operation{T}.Describe"/> gives it, and <see cref="Tape{T}.StartTrace"/> lists the operations.
/// </summary>
/// <remarks>
/// The attributes are of type <see cref="bool"/>, <see cref="int"/>, <see cref="double"/>, <see cref="string"/> or an array of <see cref="int"/>.
/// </remarks>
public sealed class OperationDescription
{
    /// <summary>A kind and its attributes.</summary>
    /// <param name="kind">Which function of the inputs it is, such as <c>Conv2d</c>: the same for all operations that differ in inputs and attributes alone.</param>
    /// <param name="attributes">What the function depends on besides its inputs, by name.</param>
    /// <exception cref="ArgumentException">Two attributes of one name, or one of another type.</exception>
    public OperationDescription(string kind, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        Kind = kind;
        var all = new Dictionary<string, object>();
        foreach (var (name, value) in attributes)
        {
            if (value is not (bool or int or double or string or int[]))
                throw new ArgumentException($"The attribute {name} of {kind} is of type {value?.GetType().Name ?? "null"}; accepted are bool, int, double, string and int[].", nameof(attributes));
            if (!all.TryAdd(name, value))
                throw new ArgumentException($"{kind} has two attributes {name}.", nameof(attributes));
        }

        Attributes = all.AsReadOnly();
    }

    /// <summary>Which function of the inputs it is.</summary>
    public string Kind { get; }

    /// <summary>What the function depends on besides its inputs, by name.</summary>
    public ReadOnlyDictionary<string, object> Attributes { get; }
}
