using Diffusion.Tensors;

namespace Diffusion.Onnx;

/// <summary>An input of an exported file, with one row for each of the N samples. A trace recognises what depends on it by its numbers.</summary>
/// <param name="Name">Its name in the file.</param>
public abstract record OnnxInput(string Name);

/// <summary>Numbers of a sample, float [N, ...].</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Sample">The shape of one sample.</param>
/// <param name="Mask">The mask that says which samples have it; null where all have. What they lack is seen as zeros.</param>
public sealed record OnnxData(string Name, Shape Sample, OnnxMask? Mask = null) : OnnxInput(Name);

/// <summary>Times, float [N]: real, or whole where <paramref name="IsWhole"/>.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Largest">T; the trace is made at times between 0 and it.</param>
/// <param name="IsWhole">Whether the trace must be made at whole times.</param>
public sealed record OnnxTimes(string Name, int Largest, bool IsWhole = false) : OnnxInput(Name);

/// <summary>Labels, int64 [N]: 0 ... Classes - 1, and -1 for none.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Classes">The number of classes.</param>
public sealed record OnnxLabels(string Name, int Classes) : OnnxInput(Name);

/// <summary>Which samples have something, float [N]: 1 for yes, 0 for no.</summary>
/// <param name="Name">Its name in the file.</param>
public sealed record OnnxMask(string Name) : OnnxInput(Name);

/// <summary>One number for the whole batch, float [], such as the weight of a guidance.</summary>
/// <param name="Name">Its name in the file.</param>
public sealed record OnnxNumber(string Name) : OnnxInput(Name);
