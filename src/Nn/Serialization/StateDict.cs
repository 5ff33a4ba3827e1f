using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Nn.Serialization;

/// <summary>A module's parameters and buffers by name, named and laid out as PyTorch does.</summary>
public static class StateDict
{
    /// <summary>Copies of everything that a module saves.</summary>
    public static Dictionary<string, Tensor<T>> Of<T>(Module<T> module)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var state = new Dictionary<string, Tensor<T>>();
        foreach (var (name, parameter) in module.NamedParameters)
            state[name] = WeightLayouts.ToPyTorch(parameter.Value, parameter.Layout);
        foreach (var (name, buffer) in module.NamedBuffers)
            state[name] = buffer.Clone();
        return state;
    }

    /// <summary>Copies saved tensors into a module. Nothing is changed where anything does not fit.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, too many, or of another shape: the message names the first.</exception>
    public static void Load<T>(Module<T> module, IReadOnlyDictionary<string, Tensor<T>> state)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var targets = new Dictionary<string, (Tensor<T> Target, WeightLayout Layout)>();
        foreach (var (name, parameter) in module.NamedParameters)
            targets[name] = (parameter.Value, parameter.Layout);
        foreach (var (name, buffer) in module.NamedBuffers)
            targets[name] = (buffer, WeightLayout.Plain);

        foreach (var (name, (target, layout)) in targets)
        {
            if (!state.TryGetValue(name, out var saved))
                throw new InvalidDataException($"The tensor '{name}' is missing: the file is of another architecture.");
            var expected = WeightLayouts.ToPyTorch(target.Shape, layout);
            if (saved.Shape != expected)
                throw new InvalidDataException($"The tensor '{name}' has the shape {saved.Shape}, but the model needs {expected}: the file is of another architecture.");
        }

        if (state.Keys.FirstOrDefault(name => !targets.ContainsKey(name)) is { } unknown)
            throw new InvalidDataException($"The model has no tensor '{unknown}': the file is of another architecture.");

        foreach (var (name, (target, layout)) in targets)
            target.CopyFrom(WeightLayouts.FromPyTorch(state[name], layout));
    }
}
