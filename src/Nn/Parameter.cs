using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Tensors;

namespace Diffusion.Nn;

/// <summary>A variable that a module learns: it outlives tapes, and its gradient stays until the optimiser has used it.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Parameter<T> : Variable<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Makes a parameter of a first value, which it owns from now on.</summary>
    public Parameter(Tensor<T> value, WeightLayout layout = WeightLayout.Plain)
        : base(value, requiresGradient: true) => Layout = layout;

    /// <summary>How the stored extents map to PyTorch's.</summary>
    public WeightLayout Layout { get; }
}
