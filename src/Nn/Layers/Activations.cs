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
    public override Variable<T> Forward(Variable<T> x) => x.LeakyRelu(T.CreateTruncating(slope));

    /// <inheritdoc/>
    protected override string Settings => ModuleText.Settings("", ("slope", slope, 0.01));

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) => new LeakyReLU<TOther>(slope);
}

/// <summary>x where it is positive, else α·(e^x - 1).</summary>
/// <remarks>Clevert et al., Fast and Accurate Deep Network Learning by Exponential Linear Units, 2016.</remarks>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="alpha">What the function tends to, negated, far below 0.</param>
public sealed class ELU<T>(double alpha = 1) : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.Elu(T.CreateTruncating(alpha));

    /// <inheritdoc/>
    protected override string Settings => ModuleText.Settings("", ("alpha", alpha, 1.0));

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) => new ELU<TOther>(alpha);
}

/// <summary>Softplus, log(1 + e^x).</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Softplus<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.Softplus();

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) => new Softplus<TOther>();
}
