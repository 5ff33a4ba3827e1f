using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Nn.Serialization;

/// <summary>What a safetensors file holds.</summary>
/// <typeparam name="T">The number type that the tensors were converted to.</typeparam>
/// <param name="Tensors">The tensors by name.</param>
/// <param name="Metadata">The file's <c>__metadata__</c>; empty if it has none.</param>
public sealed record SafetensorsContent<T>(IReadOnlyDictionary<string, Tensor<T>> Tensors, IReadOnlyDictionary<string, string> Metadata)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The tensors of the file that were not read, since their number type is one that is not converted here.</summary>
    public IReadOnlyList<SafetensorsEntry> Unread { get; init; } = [];
}
