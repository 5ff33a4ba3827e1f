using System.Numerics;
using Diffusion.Autograd;

namespace Diffusion.Nn;

/// <summary>SiLU, x·σ(x).</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class SiLU<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.Silu();
}

/// <summary>ReLU, max(x, 0).</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ReLU<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.Relu();
}

/// <summary>The hyperbolic tangent.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Tanh<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.Tanh();
}
