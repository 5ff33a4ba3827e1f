using System.Numerics;
using Diffusion.Tensors;

namespace Diffusion.Nn.Serialization;

/// <summary>What a safetensors file holds.</summary>
/// <typeparam name="T">The number type that the tensors were converted to.</typeparam>
/// <param name="Tensors">The tensors by name.</param>
/// <param name="Metadata">The file's <c>__metadata__</c>; empty if it has none.</param>
public sealed record SafetensorsContent<T>(IReadOnlyDictionary<string, Tensor<T>> Tensors, IReadOnlyDictionary<string, string> Metadata)
    where T : unmanaged, IFloatingPointIeee754<T>;

/// <summary>What the header of a safetensors file says of one tensor.</summary>
/// <param name="Name">The name of the tensor.</param>
/// <param name="Type">The number type in the file.</param>
/// <param name="Shape">The extents.</param>
/// <param name="Begin">The offset of its first byte, from the end of the header.</param>
/// <param name="End">The offset after its last byte.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, Shape Shape, long Begin, long End);
