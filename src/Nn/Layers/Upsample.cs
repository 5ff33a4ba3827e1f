using System.Numerics;
using Diffusion.Autograd;
using Diffusion.Tensors;

namespace Diffusion.Nn;

/// <summary>Nearest up-sampling of [N, H, W, C] by whole factors; see <see cref="Operations.Upsample"/>.</summary>
/// <typeparam name="T">The number type.</typeparam>
/// <param name="factor">How many positions each position becomes, along both.</param>
public sealed class Upsample<T>(Size2d factor) : Layer<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override Variable<T> Forward(Variable<T> x) => x.Upsample(factor);

    /// <inheritdoc/>
    protected override string Settings => $"{factor}";

    /// <inheritdoc/>
    protected override Module<TOther> Rebuild<TOther>(Func<Module<T>, Module<TOther>> rebuild) =>
        new Upsample<TOther>(factor);
}
