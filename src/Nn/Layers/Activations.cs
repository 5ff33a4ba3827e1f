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

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) => new SiLU<TOther>();
}

/// <summary>ReLU, max(x, 0).</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class ReLU<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.Relu();

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) => new ReLU<TOther>();
}

/// <summary>The hyperbolic tangent.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Tanh<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.Tanh();

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) => new Tanh<TOther>();
}

/// <summary>The logistic function, 1 / (1 + e^-x).</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Sigmoid<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.Sigmoid();

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) => new Sigmoid<TOther>();
}

/// <summary>GELU in its exact form, x·Φ(x).</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class GELU<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.Gelu();

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) => new GELU<TOther>();
}

/// <summary>Passes its input on.</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Identity<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x;

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) => new Identity<TOther>();
}

/// <summary>x where it is positive, else slope·x.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="slope">The slope below 0.</param>
public sealed class LeakyReLU<T>(double slope = 0.01) : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.Relu() - (T.CreateTruncating(slope) * (-x).Relu());

    /// <inheritdoc/>
    protected override string Settings => ModuleText.Settings("", ("slope", slope, 0.01));

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) => new LeakyReLU<TOther>(slope);
}
