using System.Numerics;
using Diffusion.Autograd;

namespace Diffusion.Nn;

/// <summary>[N, ...] to [N, the product of the rest].</summary>
/// <typeparam name="T">The number type.</typeparam>
public sealed class Flatten<T> : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The input has no dimension.</exception>
    public override Variable<T> Forward(Variable<T> x)
    {
        if (x.Shape.Rank == 0)
            throw new ArgumentException("Flatten takes an input [N, ...], not a single number.", nameof(x));
        int rest = 1;
        foreach (int extent in x.Shape.AsSpan()[1..])
            rest *= extent;
        return x.Reshape([x.Shape[0], rest]);
    }

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) => new Flatten<TOther>();
}
