using System.Numerics;
using Diffusion.Tensors;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Diffusion.Nn.Serialization;

/// <summary>
/// A module's parameters and buffers by name, named and laid out as PyTorch does. A parameter that parts of a module share
/// is in it under each of its names; when loading, one of them is enough, and where there are several they must agree.
/// </summary>
public static class StateDict
{
    /// <summary>Copies of everything that a module saves.</summary>
    public static Dictionary<string, Tensor<T>> Of<T>(Module<T> module)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var state = new Dictionary<string, Tensor<T>>();
        foreach (var (name, parameter) in module.AllNamedParameters)
            state[name] = WeightLayouts.ToPyTorch(parameter.Value, parameter.Layout);
        foreach (var (name, buffer) in module.AllNamedBuffers)
            state[name] = buffer.Clone();
        return state;
    }

    /// <summary>A copy of a state in another number type.</summary>
    public static Dictionary<string, Tensor<TOther>> Convert<T, TOther>(IReadOnlyDictionary<string, Tensor<T>> state)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TOther : unmanaged, IFloatingPointIeee754<TOther>
    {
        var converted = new Dictionary<string, Tensor<TOther>>();
        foreach (var (name, tensor) in state)
        {
            converted[name] = Tensor<TOther>.Uninitialized(tensor.Shape);
            TensorPrimitives.ConvertTruncating<T, TOther>(tensor.Span, converted[name].Span);
        }

        return converted;
    }

    /// <summary>Copies saved tensors into a module. Nothing is changed where anything does not fit.</summary>
    /// <param name="module">The module.</param>
    /// <param name="state">The tensors by name, in PyTorch's layout.</param>
    /// <param name="strict">Whether every tensor must be there and none be left over; else what both have is loaded.</param>
    /// <returns>What was missing and what was left over: nothing, if strict.</returns>
    /// <exception cref="InvalidDataException">
    /// A tensor is of another shape, or one that is shared has several values; or, if strict, one is missing or too many: the message names the first.
    /// </exception>
    public static StateDifference Load<T>(Module<T> module, IReadOnlyDictionary<string, Tensor<T>> state, bool strict = true)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var targets = module.AllNamedParameters.Select(named => (named.Name, Target: named.Parameter.Value, named.Parameter.Layout))
            .Concat(module.AllNamedBuffers.Select(named => (named.Name, Target: named.Buffer, Layout: WeightLayout.Plain))).ToList();
        var optional = module.OptionalBuffers.ToHashSet();
        var sources = new Dictionary<Tensor<T>, string>();
        foreach (var (name, target, layout) in targets)
        {
            if (!state.TryGetValue(name, out var saved))
                continue;
            var expected = WeightLayouts.ToPyTorch(target.Shape, layout);
            if (saved.Shape != expected)
                throw new InvalidDataException($"The tensor '{name}' has the shape {saved.Shape}, but the model needs {expected}: the file is of another architecture.");
            if (!sources.TryAdd(target, name) && !saved.Span.SequenceEqual(state[sources[target]].Span))
                throw new InvalidDataException($"The tensors '{sources[target]}' and '{name}' are one in the model, but differ: the file is of another architecture.");
        }

        var names = targets.Select(target => target.Name).ToHashSet();
        var difference = new StateDifference(
            [.. targets.Where(target => !sources.ContainsKey(target.Target) && !optional.Contains(target.Name)).Select(target => target.Name)],
            [.. state.Keys.Where(name => !names.Contains(name))]);
        if (strict && difference.Missing is [var missing, ..])
            throw new InvalidDataException($"The tensor '{missing}' is missing: the file is of another architecture.");
        if (strict && difference.LeftOver is [var unknown, ..])
            throw new InvalidDataException($"The model has no tensor '{unknown}': the file is of another architecture.");

        foreach (var (name, target, layout) in targets)
        {
            if (sources.TryGetValue(target, out string? source) && source == name)
                target.CopyFrom(WeightLayouts.FromPyTorch(state[name], layout));
        }

        return difference;
    }
}

/// <summary>Where a module and a state that was loaded into it differ.</summary>
/// <param name="Missing">What the module has and the state has not, in the module's order; it stayed as it was.</param>
/// <param name="LeftOver">What the state has and the module has not.</param>
public sealed record StateDifference(IReadOnlyList<string> Missing, IReadOnlyList<string> LeftOver);
