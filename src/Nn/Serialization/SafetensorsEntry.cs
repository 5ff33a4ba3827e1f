using Diffusion.Tensors;

namespace Diffusion.Nn.Serialization;

/// <summary>What the header of a safetensors file says of one tensor.</summary>
/// <param name="Name">The name of the tensor.</param>
/// <param name="Type">The number type in the file.</param>
/// <param name="Shape">The extents.</param>
/// <param name="Begin">The offset of its first byte, from the end of the header.</param>
/// <param name="End">The offset after its last byte.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, Shape Shape, long Begin, long End);
